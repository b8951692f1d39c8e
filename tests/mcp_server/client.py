"""A caller of one door: plain HTTP, so that a test sees what is on the wire."""

import itertools
import json
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2

from shared.errors import ERROR_META_KEY

REVISION = "2026-07-28"
PROTOCOL = "io.modelcontextprotocol"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Caller:
    """One user at one door.

    Attributes:
        always: sent with the arguments of each call, as ``user_id`` is at the gateway's door.
        meta: sent in the ``_meta`` of each request.
        capabilities: what the client says that it can do.
    """

    url: str
    token: str
    always: dict[str, Any] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)
    capabilities: dict[str, Any] = field(default_factory=dict)

    def post(self, method: str, params: dict[str, Any], **headers: str) -> httpx2.Response:
        return httpx2.post(self.url, timeout=30, **self.request(method, params, **headers))

    def request(self, method: str, params: dict[str, Any], **headers: str) -> dict[str, Any]:
        """Return headers and body of a request, for any HTTP client."""
        meta = {f"{PROTOCOL}/protocolVersion": REVISION, f"{PROTOCOL}/clientCapabilities": self.capabilities}
        sent = {
            "Accept": "application/json, text/event-stream",
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.token}",
            "MCP-Protocol-Version": REVISION,
            "MCP-Method": method,
            **({"MCP-Name": params["name"]} if "name" in params else {}),
            **headers,
        }
        body = {
            "jsonrpc": "2.0",
            "id": next(_numbers),
            "method": method,
            "params": {**params, "_meta": {**meta, **self.meta}},
        }
        return {"headers": sent, "content": json.dumps(body)}

    def with_meta(self, **meta: Any) -> "Caller":
        """Return the same caller with more in ``_meta``; a name stands for ``remit/name``."""
        return replace(self, meta={**self.meta, **{f"remit/{name}": value for name, value in meta.items()}})

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool and return its result as it was on the wire."""
        answer = self.post("tools/call", {"name": tool, "arguments": {**self.always, **arguments}})
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def ok(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool that succeeds and return its structured content."""
        result = self.call(tool, **arguments)
        assert not result["isError"], result
        return result["structuredContent"]

    def error(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool that fails and return the error."""
        result = self.call(tool, **arguments)
        assert result["isError"], result
        return result["_meta"][ERROR_META_KEY]

    def code(self, tool: str, **arguments: Any) -> str:
        return self.error(tool, **arguments)["code"]

    def tools(self) -> dict[str, dict[str, Any]]:
        """Return the listing by name."""
        return {tool["name"]: tool for tool in self.post("tools/list", {}).json()["result"]["tools"]}
