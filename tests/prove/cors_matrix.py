"""Every route, status and origin, preflights included: the right headers for the page, and none for anybody else."""

import asyncio
import time
from collections import Counter
from typing import Any

import httpx2
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from gateway.app import create_gateway
from tests.gateway.serving import ORIGIN, Person, serve, settings_of
from tests.gateway.test_cors import HOSTILE, NO_PREVIEWS, PREVIEWS, preflight, requests
from tests.prove.promise import Outcome, Promise, Stage
from tests.services import gateway_environment

PREVIEW = "remit/team"
ALLOWED = (ORIGIN, *PREVIEWS)
REFUSED = (*(one for one in reversed(NO_PREVIEWS) if "\n" not in one), *HOSTILE)
METHODS = ("GET", "POST", "PUT", "DELETE")
SENT = "authorization, content-type"


async def _tried(stage: Stage, refused: tuple[str, ...], *, broken: bool) -> Counter[str]:
    """Ask a gateway; ``broken``: one with the usual mistakes, any Vercel origin and the middleware inside."""
    environment = gateway_environment(f"{stage.mcp_server.url}/gateway", stage.issuer, stage.gateway_key, 1)
    gateway = create_gateway(settings_of(environment | {"GATEWAY_CORS_PREVIEW": PREVIEW}))

    @gateway.app.get("/boom")
    async def boom() -> None:
        raise RuntimeError

    asgi: ASGIApp = gateway.asgi
    if broken:
        asgi = gateway.app
        gateway.app.add_middleware(
            CORSMiddleware, allow_origins=[ORIGIN], allow_origin_regex=r"https://.*\.vercel\.app", allow_headers=["*"]
        )
    user = f"user-{time.monotonic_ns()}"
    async with serve(asgi) as url, httpx2.AsyncClient(timeout=30, trust_env=False) as http:
        return await _answers(Person(url, user, stage.issuer.gateway_token(user), http), refused)


async def _answers(person: Person, refused: tuple[str, ...]) -> Counter[str]:
    seen: Counter[str] = Counter()
    asked: dict[str, tuple[int, str, str, dict[str, Any]]] = requests(person) | {
        "unexpected": (500, "GET", "/boom", {})
    }
    for status, method, path, options in asked.values():
        for origin in (*ALLOWED, *refused):
            headers = options.get("headers", {}) | {"Origin": origin}
            answer = await person.http.request(method, person.url + path, **options | {"headers": headers})
            seen["another status"] += answer.status_code != status
            _judge(seen, answer, origin)
    for path in dict.fromkeys(path for _, _, path, _ in asked.values()):
        for origin in (*ALLOWED, *refused):
            for method in METHODS:
                answer = await person.http.options(person.url + path, headers=preflight(origin, method, SENT))
                _judge(seen, answer, origin)
                is_right = (answer.status_code == httpx2.codes.OK) == (origin in ALLOWED and method != "PUT")
                seen["wrong preflight"] += not is_right
    return seen


def _judge(seen: Counter[str], answer: httpx2.Response, origin: str) -> None:
    admitted = answer.headers.get("access-control-allow-origin")
    seen["answers"] += 1
    seen["allowed origin left out"] += origin in ALLOWED and admitted != origin
    seen["hostile origin admitted"] += origin in REFUSED and admitted is not None
    seen["Vary missing"] += "Origin" not in answer.headers.get("vary", "")


def run(stage: Stage, tries: int) -> Outcome:
    """Try every route and status with each allowed origin, and with so many of the refused ones."""
    names = ("another status", "allowed origin left out", "hostile origin admitted", "Vary missing", "wrong preflight")
    seen = asyncio.run(_tried(stage, REFUSED[:tries], broken=False))
    without = asyncio.run(_tried(stage, REFUSED[:tries], broken=True))
    return Outcome(seen["answers"], {n: seen[n] for n in names}, without["answers"], {n: without[n] for n in names})


PROMISE = Promise(
    "cors-matrix",
    "Every answer of the gateway carries the right CORS headers, whatever its status, and admits no hostile origin.",
    "the middleware inside the application, and any Vercel origin",
    len(REFUSED),
    run,
)
