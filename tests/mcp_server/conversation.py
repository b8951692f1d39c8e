"""What the gateway sends in a conversation."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.mcp_server.client import Caller


def item(text: str = "hello", kind: str = "user_message", item_id: str = "") -> dict[str, Any]:
    return {
        "id": item_id or f"item-{uuid.uuid4().hex}",
        "kind": kind,
        "created_at": "2026-11-25T10:00:00Z",
        "data": {"content": [{"type": "text", "text": text}]},
    }


@dataclass(frozen=True)
class Talk:
    """A conversation of one caller."""

    caller: Caller
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def begin_arguments(self, **changes: Any) -> dict[str, Any]:
        return {"conversation_id": self.id, "key": uuid.uuid4().hex, "message": item(), "history": 100, **changes}

    def begin(self, **changes: Any) -> dict[str, Any]:
        return self.caller.ok("begin_turn", **self.begin_arguments(**changes))

    def finish(self, started: dict[str, Any], **changes: Any) -> dict[str, Any]:
        return self.caller.call("finish_turn", **finish_arguments(started, **changes))

    def answer(self, text: str = "hello", reply: str = "hi", **changes: Any) -> dict[str, Any]:
        """Do a whole turn and return how it began."""
        started = self.begin(message=item(text), **changes)
        assert not self.finish(started, items=[item(reply, "assistant_message")])["isError"]
        return started

    def texts(self, order: str = "asc") -> list[str]:
        page = self.caller.ok("list_items", conversation_id=self.id, limit=100, order=order)
        return [one["data"]["content"][0]["text"] for one in page["items"]]

    def status(self) -> str:
        read = self.caller.ok("get_conversation", conversation_id=self.id)
        return read["conversation"]["turn"]["status"]


def finish_arguments(started: dict[str, Any], **changes: Any) -> dict[str, Any]:
    held = {"turn_id": started["turn_id"], "lease": started["lease"]}
    return {**held, "outcome": "done", "items": [item("hi", "assistant_message")], **changes}
