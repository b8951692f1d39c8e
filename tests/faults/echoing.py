"""A provider of models that says back whatever it was sent, the key too, in every way in which it can fail."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.gateway.openai_server import chat_completions_events

STATUS = {"badly": 400, "unpaid": 401, "busily": 429, "brokenly": 500}
"""What the last message says, and the status that it gets."""
CUT, WILD, ADDS = "abruptly", "wildly", "kindly"


class Provider:
    """Speaks the Chat Completions API until it is closed."""

    def __init__(self) -> None:
        class Echo(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._answer(body, self.headers["Authorization"])

            def _answer(self, body: str, key: str) -> None:
                messages = json.loads(body)["messages"]
                said = next(str(one["content"]) for one in reversed(messages) if one["role"] == "user")
                echo = json.dumps({"error": {"message": f"cannot answer {body} with {key}", "type": key, "code": body}})
                status = next((STATUS[word] for word in STATUS if word in said), 200)
                if status != 200:
                    self._send(status, "application/json", echo)
                elif CUT in said:
                    self._send(200, "text/event-stream", f"data: {echo}\n\ndata: {body}")
                else:
                    done = messages[-1]["role"] == "tool"
                    self._send(200, "text/event-stream", "".join(chat_completions_events(_reply(said, done=done))))

            def _send(self, status: int, kind: str, text: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("x-should-retry", "false")
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                """Stay silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _reply(said: str, *, done: bool) -> str | list[tuple[str, str]]:
    if done:
        return f"I heard {said}"
    if WILD in said:
        word = said.rsplit(" ", 1)[-1]
        return [
            (word, "{}"),
            ("update_tasks", json.dumps({"changes": [{"id": word, "expect_title": word, word: word}]})),
            ("find_tasks", word),
            ("add_tasks", json.dumps({"tasks": [{"title": word, "due": word}], "user_id": word})),
        ]
    word = said.rsplit(" ", 1)[-1]
    return [("add_tasks", json.dumps({"tasks": [{"title": word, "notes": word, "labels": [word[:30]]}]}))]
