"""A gateway inside the test process, over real HTTP: with any model, and with a look at what it sends."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import jwt
import pytest
import uvicorn
from agents import Model
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from gateway.app import Gateway, create_gateway
from gateway.settings import Settings

ORIGIN = "http://localhost:3000"


@asynccontextmanager
async def serve(asgi: ASGIApp) -> AsyncIterator[str]:
    """Serve an application on a free loopback port."""
    config = uvicorn.Config(asgi, port=0, log_config=None, access_log=False, timeout_graceful_shutdown=5)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        await _stop(server)


async def _stop(server: uvicorn.Server) -> None:
    """Do what ``server.shutdown`` does, without its pauses: there are many tests."""
    for listening in server.servers:
        listening.close()
    for connection in list(server.server_state.connections):
        connection.shutdown()
    async with asyncio.timeout(20):
        while server.server_state.connections or server.server_state.tasks:  # noqa: ASYNC110 - it tells no other way
            await asyncio.sleep(0.005)
    await server.lifespan.shutdown()


def settings_of(environment: dict[str, str]) -> Settings:
    """Read the settings from exactly this environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "OPENAI_API", "BETTER_AUTH_SECRET"):
            patch.delenv(name, raising=False)
        for name, value in environment.items():
            patch.setenv(name, value)
        return Settings.model_validate({})


@dataclass
class Asked:
    """One request that reached the MCP server."""

    method: str
    tool: str
    arguments: dict[str, Any]
    meta: dict[str, Any]
    claims: dict[str, Any]
    token: str


@dataclass
class Wire:
    """Stands between gateway and MCP server, writes down each request and passes it on unchanged.

    Attributes:
        carried: the bytes of the bodies, there and back.
        loses: the tool whose answers do not arrive, whatever it did.
    """

    upstream: str
    asked: list[Asked] = field(default_factory=list)
    carried: int = 0
    loses: str = ""
    before: Callable[[Asked], Awaitable[Response | None]] | None = None

    @property
    def tools(self) -> list[str]:
        return [one.tool for one in self.asked if one.method == "tools/call"]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        async with httpx2.AsyncClient(timeout=30, trust_env=False) as self._http:
            app = Starlette(routes=[Route("/gateway", self._pass_on, methods=["GET", "POST"])])
            async with serve(app) as url:
                yield f"{url}/gateway"

    async def _pass_on(self, request: Request) -> Response:
        body = await request.body()
        if body:
            one = _read(body, request.headers.get("authorization", ""))
            self.asked.append(one)
            if self.before is not None and (answer := await self.before(one)) is not None:
                return answer
        headers = {name: value for name, value in request.headers.items() if name not in {"host", "content-length"}}
        try:
            found = await self._http.request(request.method, self.upstream, content=body, headers=headers)
        except httpx2.TransportError:
            return Response(status_code=502)
        self.carried += len(body) + len(found.content)
        if self.loses and self.tools[-1:] == [self.loses]:
            return Response(status_code=502)
        return Response(found.content, found.status_code, media_type=found.headers.get("content-type"))


def _read(body: bytes, authorization: str) -> Asked:
    message = json.loads(body)
    params = message.get("params", {})
    token = authorization.removeprefix("Bearer ")
    return Asked(
        method=message["method"],
        tool=params.get("name", ""),
        arguments=params.get("arguments", {}),
        meta=params.get("_meta", {}),
        claims=jwt.decode(token, options={"verify_signature": False}),
        token=token,
    )


@dataclass
class Person:
    """Someone who talks to one gateway."""

    url: str
    user_id: str
    token: str
    http: httpx2.AsyncClient

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Origin": ORIGIN}

    async def get(self, path: str, **query: Any) -> httpx2.Response:
        return await self.http.get(f"{self.url}/api/{self.user_id}/{path}", params=query, headers=self.headers)

    async def post(self, path: str, body: Any, **headers: str) -> httpx2.Response:
        address = f"{self.url}/api/{self.user_id}/{path}"
        return await self.http.post(address, json=body, headers=self.headers | headers)

    async def say(self, message: str, conversation_id: str = "", **more: Any) -> dict[str, Any]:
        body = {"message": message, **more} | ({"conversation_id": conversation_id} if conversation_id else {})
        answer = await self.post("chat", body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def ask(self, kind: str, **params: Any) -> httpx2.Response:
        """Send a ChatKit request."""
        return await self.post("chatkit", {"type": kind, "params": params})

    async def chat(self, text: str, thread_id: str = "", **headers: str) -> list[dict[str, Any]]:
        """Send a message as the page does, and return the events of the answer."""
        answer = await self.post("chatkit", chatkit_message(text, thread_id), **headers)
        assert answer.status_code == 200, answer.text
        return chatkit_events(answer.text)


def chatkit_message(text: str, thread_id: str = "") -> dict[str, Any]:
    given = {"content": [{"type": "input_text", "text": text}], "attachments": [], "inference_options": {}}
    if thread_id:
        return {"type": "threads.add_user_message", "params": {"input": given, "thread_id": thread_id}}
    return {"type": "threads.create", "params": {"input": given}}


def chatkit_events(body: str) -> list[dict[str, Any]]:
    assert body.endswith("\n\n")
    return [json.loads(frame.removeprefix("data: ")) for frame in body.split("\n\n") if frame]


def said_in(events: list[dict[str, Any]]) -> str:
    """What the assistant said in these events."""
    done = [one["item"] for one in events if one["type"] == "thread.item.done"]
    return "\n".join(item["content"][0]["text"] for item in done if item["type"] == "assistant_message")


@dataclass
class Started:
    """A running gateway."""

    gateway: Gateway
    url: str


@asynccontextmanager
async def gateway_of(environment: dict[str, str], model: Model | None = None) -> AsyncIterator[Started]:
    gateway = create_gateway(settings_of(environment), model)
    async with serve(gateway.asgi) as url:
        yield Started(gateway, url)
