"""The attack suite finds nothing against the real stack, and finds the hole where there is one."""

import asyncio
import sys

import httpx2
import jwt
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.e2e.launcher import Launcher
from tests.gateway.serving import serve
from tests.services import ROOT

pytestmark = [pytest.mark.anyio, pytest.mark.requirement("003/SC-005")]


async def attack(page: str, gateway: str, mcp: str) -> tuple[int, str]:
    addresses = ["--page", page, "--gateway", gateway, "--mcp", mcp]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.attack", *addresses, cwd=ROOT, stdout=-1, stderr=-2
    )
    told, _ = await process.communicate()
    return process.returncode or 0, told.decode()


def gateway_with_a_hole(real: str) -> Starlette:
    """A gateway that believes the path: whoever names a user gets in with that user's latest token."""
    seen: dict[str, str] = {}

    async def forward(request: Request) -> Response:
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        scheme, _, token = headers.get("authorization", "").partition(" ")
        named = request.url.path.split("/")[2] if request.url.path.startswith("/api/") else ""
        try:
            subject = jwt.decode(token, options={"verify_signature": False})["sub"]
        except (jwt.PyJWTError, KeyError):
            subject = ""
        if subject == named:
            seen.setdefault(named, f"{scheme} {token}")
        elif named in seen and scheme:
            headers["authorization"] = seen[named]
        async with httpx2.AsyncClient(timeout=60) as http:
            answer = await http.request(
                request.method, real + request.url.path, headers=headers, content=await request.body()
            )
        kept = {name: value for name, value in answer.headers.items() if name in ("content-type", "www-authenticate")}
        return Response(answer.content, answer.status_code, kept)

    return Starlette(routes=[Route("/{path:path}", forward, methods=["GET", "POST"])])


async def test_nothing_gets_through(remit: Launcher) -> None:
    status, told = await attack(remit.page, remit.gateway, remit.mcp)

    assert "LEAK" not in told, told
    assert "probes, 0 got through" in told
    assert status == 0


async def test_a_gateway_that_believes_the_path_is_found_out(remit: Launcher) -> None:
    """The negative control."""
    async with serve(gateway_with_a_hole(remit.gateway)) as holed:
        status, told = await attack(remit.page, holed, remit.mcp)

    assert status == 1
    assert "LEAK  GET /api/VICTIM/conversations/THREAD with one's own token is 403" in told
