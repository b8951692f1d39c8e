"""Canaries: marked secrets and texts, sent through good and failing requests, and looked for in every sink."""

import re
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2
import jwt

from tests.faults.echoing import ADDS, CUT, STATUS, WILD
from tests.faults.stack import Stack
from tests.gateway.serving import chatkit_message
from tests.mcp_server.client import Caller
from tests.services import GATEWAY_AUDIENCE, Service, SigningKey

MARK = re.compile(r"canary[0-9a-f]{16}", re.IGNORECASE)
SHORTEST = 12
OWN, OTHERS = "answers", "told to others"


def canary() -> str:
    return f"canary{secrets.token_hex(8)}"


@dataclass
class Aviary:
    """Every canary that was let out, and where one was seen.

    Attributes:
        texts: of people: theirs alone, never to be seen by those who run the service or by anybody else.
        secrets: keys and tokens, that nobody is ever told.
    """

    texts: set[str] = field(default_factory=set[str])
    secrets: set[str] = field(default_factory=set[str])
    seen: Counter[str] = field(default_factory=Counter[str])
    searched: Counter[str] = field(default_factory=Counter[str])

    def text(self) -> str:
        one = canary()
        self.texts.add(one)
        return one

    def token(self, value: str) -> str:
        """Keep a token by its claims and its signature; its header is no secret."""
        self.secrets |= {part for part in value.split(".")[1:] if len(part) >= SHORTEST}
        return value

    def keep_secrets_of(self, service: Service) -> None:
        """Keep every secret of a process's settings, a key of several lines by each of them."""
        for name, value in service.environment.items():
            if name.endswith("DATABASE_URL"):
                self.secrets.add(urlsplit(value).password or value)
            elif name.endswith(("_KEY", "_SECRET")):
                self.secrets |= {line for line in value.splitlines() if "-----" not in line}

    def search(self, sink: str, content: str) -> None:
        """Look through a sink; in what its sender gets back only for what nobody may see."""
        self.searched[sink] += 1
        marked = set(map(str.lower, MARK.findall(content))) if sink != OWN else set[str]()
        self.seen[sink] += len(marked & self.texts) + sum(one in content for one in self.secrets)


@dataclass
class Flight:
    """One person, and whoever else asks, at one stack; ``by_secret`` is its gateway that verifies with ``hs256``."""

    stack: Stack
    by_secret: Service
    hs256: str
    aviary: Aviary

    def fly(self) -> None:
        """Send fresh canaries by every way, and look at what is said to their sender and to others."""
        person, other = f"user-{secrets.token_hex(8)}", f"user-{secrets.token_hex(8)}"
        token = self.aviary.token(self.stack.issuer.gateway_token(person))
        with httpx2.Client(trust_env=False, timeout=30) as http:
            for method, path, options in self._requests(person):
                answer = http.request(method, self.stack.gateway.url + path, **_signed(token, options))
                self.aviary.search(OWN, answer.text)
            listed = http.get(f"{self.stack.gateway.url}/api/{person}/conversations", **_signed(token, {})).json()
            for one in listed.get("conversations", [{"id": "none"}]):
                self._ask_as_others(http, person, other, str(one["id"]))
            self._bad_tokens(http, person)
            self._by_hs256(http, person)
        self._by_mcp(person)

    def _requests(self, person: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        text, own = self.aviary.text, f"/api/{person}"
        for word in (ADDS, WILD, CUT, *STATUS):
            yield "POST", f"{own}/chat", {"json": {"message": f"{word} {text()}", "idempotency_key": text()}}
        yield "POST", f"{own}/chatkit", {"json": chatkit_message(f"{ADDS} {text()}")}
        yield "POST", f"{own}/chatkit", {"json": {"type": text(), "params": {text(): text()}}}
        yield "POST", f"{own}/chat", {"json": {"message": text(), text(): text()}}
        yield "POST", f"{own}/chat", {"content": f'{{"message": "{text()}'}
        yield "POST", f"{own}/chat", {"json": {"message": text(), "conversation_id": text()}}
        yield "POST", f"{own}/chat", {"json": {"message": text()}, "headers": {"x-time-zone": text()}}
        yield "POST", f"{own}/tasks/actions", {"json": {"action": "complete", "id": "t99", "title": text()}}
        yield "GET", f"{own}/tasks?cursor={text()}&status={text()}", {}
        yield "GET", f"{own}/conversations?after={text()}", {}
        yield "GET", f"{own}/{text()}?{text()}", {}
        yield text().upper(), f"{own}/chat", {}
        names = ("x-request-id", "tracestate", "traceparent", "user-agent", "cookie", "origin")
        yield "GET", f"{own}/tasks", {"headers": {name: text() for name in names}}

    def _ask_as_others(self, http: httpx2.Client, person: str, other: str, conversation_id: str) -> None:
        signed = {"Authorization": f"Bearer {self.stack.issuer.gateway_token(other)}"}
        for whose, headers in ((other, signed), (person, {})):
            for path in (f"/api/{whose}/conversations/{conversation_id}", f"/api/{whose}/tasks", "/healthz", "/readyz"):
                self.aviary.search(OTHERS, http.get(self.stack.gateway.url + path, headers=headers).text)

    def _bad_tokens(self, http: httpx2.Client, person: str) -> None:
        text = self.aviary.text
        bad = (
            SigningKey(kid=text()).sign({"sub": text(), "name": text()}),
            self.stack.issuer.gateway_token(person, exp=int(time.time()) - 60),
            f"{text()}.{text()}.x",
        )
        for method, url in (("GET", f"{self.stack.gateway.url}/api/me"), ("POST", f"{self.stack.mcp_server.url}/mcp")):
            for token in map(self.aviary.token, bad):
                for scheme in ("Bearer", "Basic"):
                    answer = http.request(method, url, headers={"Authorization": f"{scheme} {token}"})
                    self.aviary.search(OTHERS, answer.text)

    def _by_hs256(self, http: httpx2.Client, person: str) -> None:
        now = int(time.time())
        claims = {"iss": self.stack.issuer.url, "aud": GATEWAY_AUDIENCE, "sub": person, "iat": now, "exp": now + 900}
        good = jwt.encode(claims, self.hs256, "HS256")
        forged = jwt.encode(claims | {"name": self.aviary.text()}, "k" * 40, "HS256")
        for token in map(self.aviary.token, (good, forged)):
            said = {"json": {"message": f"add {self.aviary.text()}"}}
            answer = http.post(f"{self.by_secret.url}/api/{person}/chat", **_signed(token, said))
            self.aviary.search(OWN, answer.text)

    def _by_mcp(self, person: str) -> None:
        text, url = self.aviary.text, f"{self.stack.mcp_server.url}/mcp"
        token = self.aviary.token(self.stack.issuer.access_token(person, url))
        caller = Caller(url, token, meta={"traceparent": text(), "tracestate": f"a={text()}", text(): text()})
        calls: tuple[tuple[str, dict[str, Any]], ...] = (
            ("tools/call", {"name": "add_tasks", "arguments": {"tasks": [{"title": text(), "notes": text()}]}}),
            (
                "tools/call",
                {"name": "add_tasks", "arguments": {"tasks": [{"title": text(), "due": text(), text(): 1}]}},
            ),
            ("tools/call", {"name": "find_tasks", "arguments": {"query": text(), "cursor": text()}}),
            ("tools/call", {"name": "undo", "arguments": {"undo_token": text()}}),
            ("tools/call", {"name": text(), "arguments": {text(): text()}}),
            ("resources/read", {"uri": f"remit://tasks/{text()}"}),
            ("prompts/get", {"name": text(), "arguments": {text(): text()}}),
            (text(), {text(): text()}),
        )
        for method, params in calls:
            self.aviary.search(OWN, caller.post(method, params).text)


def _signed(token: str, options: dict[str, Any]) -> dict[str, Any]:
    return {**options, "headers": {**options.get("headers", {}), "Authorization": f"Bearer {token}"}}
