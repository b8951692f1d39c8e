"""A deployment as an attacker reaches it: three addresses, and accounts that anyone can make."""

import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.e2e.people import Person
from tests.oauth import OAuthApp

PROTOCOL = "2026-07-28"


@dataclass(frozen=True)
class Deployment:
    """Where the page, the gateway and the MCP server are reached, without a final slash."""

    page: str
    gateway: str
    mcp: str


@dataclass
class Victim:
    """Somebody with a task and a conversation that hold a word that exists nowhere else."""

    at: Deployment
    secret: str = field(default_factory=lambda: f"zq{uuid.uuid4().hex[:12]}")
    person: Person = field(init=False)
    conversation: str = field(init=False)

    def __post_init__(self) -> None:
        self.person = Person(self.at, "Ann")
        self.conversation = self.person.say(f"add {self.secret} tomorrow")["conversation_id"]

    def history(self) -> str:
        """Return the conversation as its owner reads it."""
        url = f"{self.at.gateway}/api/{self.person.user_id}/conversations/{self.conversation}"
        return httpx2.get(url, headers=self.person.headers, timeout=30).text

    def tasks(self) -> str:
        return str(self.person.say("what is on my list?")["response"])


class Attacker:
    """Somebody else, with everything that an account gives: a page token, and an app with an access token."""

    def __init__(self, at: Deployment) -> None:
        self.at = at
        self.person = Person(at, "Mallory")
        app = OAuthApp(self.person.page, f"{at.mcp}/mcp", scope="tasks:read tasks:write")
        self.access_token = str(app.get_in()["access_token"])

    def ask(self, method: str, path: str, body: Any = None, token: str | None = "own") -> httpx2.Response:  # noqa: S107 - a choice, no secret
        """Send a request to the gateway; ``token`` is the page's own, another one, or None."""
        headers = self.person.headers if token == "own" else {}
        if token not in {"own", None}:
            headers = {"Authorization": f"Bearer {token}"}
        return httpx2.request(method, self.at.gateway + path, json=body, headers=headers, timeout=60)

    def chatkit(self, user_id: str, kind: str, **params: Any) -> httpx2.Response:
        return self.ask("POST", f"/api/{user_id}/chatkit", {"type": kind, "params": params, "metadata": {}})

    def tool(
        self, name: str, arguments: dict[str, Any], *, door: str = "/mcp", token: str | None = None
    ) -> httpx2.Response:
        """Call a tool in one request, as protocol 2026-07-28 does."""
        meta = {"io.modelcontextprotocol/protocolVersion": PROTOCOL, "io.modelcontextprotocol/clientCapabilities": {}}
        params = {"name": name, "arguments": arguments, "_meta": meta}
        headers = {
            "Authorization": f"Bearer {token or self.access_token}",
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": PROTOCOL,
            "MCP-Method": "tools/call",
            "MCP-Name": name,
        }
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        return httpx2.post(self.at.mcp + door, json=body, headers=headers, timeout=30)
