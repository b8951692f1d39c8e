"""Leaving in good order: running answers get their time, then are interrupted and stored; the process ends."""

import asyncio
import signal
import time
from pathlib import Path

import httpx2
import pytest
import uvicorn

from gateway import turns
from gateway.app import create_gateway
from gateway.items import INTERRUPTED
from gateway.serving import Server
from tests.gateway.conftest import Meet
from tests.gateway.models import Paced
from tests.gateway.openai_server import OpenAIServer
from tests.gateway.serving import Started, chatkit_events, chatkit_message, said_in, settings_of
from tests.services import Issuer, Service, SigningKey, free_port, gateway_environment

pytestmark = pytest.mark.anyio


async def serving(environment: dict[str, str], paced: Paced) -> tuple[Server, Started]:
    gateway = create_gateway(settings_of(environment), paced.model(2))
    config = uvicorn.Config(gateway.asgi, port=0, log_config=None, access_log=False, timeout_graceful_shutdown=10)
    config.load()
    server = Server(config, gateway)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    return server, Started(gateway, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}")


@pytest.mark.requirement("004/FR-070")
async def test_a_running_answer_is_waited_for(environment: dict[str, str], meet: Meet) -> None:
    paced = Paced()
    server, started = await serving(environment, paced)
    ann = meet(started)
    answering = asyncio.create_task(ann.chat("hello"))
    await until_running(started)

    leaving = asyncio.create_task(server.shutdown())
    await asyncio.sleep(0.3)
    assert not leaving.done()
    with pytest.raises(httpx2.ConnectError):
        await httpx2.AsyncClient().get(f"{started.url}/healthz")
    paced.go_on.set()

    assert said_in(await answering) == "Hello world."
    await leaving


@pytest.mark.requirement("004/FR-070")
async def test_an_answer_that_takes_too_long_is_interrupted_and_stored(
    environment: dict[str, str], meet: Meet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "DRAIN_SECONDS", 0.3)
    server, started = await serving(environment, Paced())
    ann = meet(started)
    followed = asyncio.create_task(ann.chat("hello"))
    await until_running(started)

    await server.shutdown()

    events = await followed
    assert said_in(events) == f"Hello \n{INTERRUPTED}"
    assert events[-1] == {"type": "error", "code": "custom", "message": INTERRUPTED, "allow_retry": True}
    server, started = await serving(environment, Paced())
    ann = meet(started)
    found = (await ann.get(f"conversations/{events[0]['thread']['id']}")).json()
    await server.shutdown()
    assert found["status"] == "interrupted"
    assert [one["text"] for one in found["messages"]] == ["hello", "Hello ", INTERRUPTED]


async def test_an_answer_without_a_listener_is_waited_for_too(environment: dict[str, str], meet: Meet) -> None:
    paced = Paced()
    server, started = await serving(environment, paced)
    ann = meet(started)
    address = f"{ann.url}/api/{ann.user_id}/chatkit"
    async with ann.http.stream("POST", address, json=chatkit_message("hello"), headers=ann.headers) as answer:
        async for chunk in answer.aiter_text():
            thread_id = chatkit_events(chunk[: chunk.index("\n\n") + 2])[0]["thread"]["id"]
            break

    leaving = asyncio.create_task(server.shutdown())
    await asyncio.sleep(0.3)
    assert not leaving.done()
    paced.go_on.set()
    await leaving

    server, started = await serving(environment, Paced())
    found = (await meet(started).get(f"conversations/{thread_id}")).json()
    await server.shutdown()
    assert (found["status"], found["messages"][-1]["text"]) == ("done", "Hello world.")


async def until_running(started: Started) -> None:
    async with asyncio.timeout(10):
        while not started.gateway.turns._running:  # noqa: ASYNC110 - what a process does not tell
            await asyncio.sleep(0.02)


@pytest.mark.requirement("004/FR-070")
async def test_the_process_ends_on_sigterm_after_its_last_answer(
    mcp_server: Service, issuer: Issuer, gateway_key: SigningKey, user_id: str, tmp_path: Path
) -> None:
    held = OpenAIServer(["Hello my friend."], go_on=asyncio.Event())
    port = free_port()
    async with held.open() as url:
        environment = gateway_environment(f"{mcp_server.url}/gateway", issuer, gateway_key, port)
        environment |= {"OPENAI_BASE_URL": url, "OPENAI_MODEL": "fake"}
        service = Service("gateway", port, environment, tmp_path / "gateway.log")
        await asyncio.to_thread(service.start)
        token = issuer.gateway_token(user_id)
        async with httpx2.AsyncClient(timeout=30) as http:
            address = f"{service.url}/api/{user_id}/chat"
            headers = {"Authorization": f"Bearer {token}"}
            answering = asyncio.create_task(http.post(address, json={"message": "hello"}, headers=headers))
            async with asyncio.timeout(10):
                while not held.asked:  # noqa: ASYNC110 - the request of another process
                    await asyncio.sleep(0.02)
            stopped_at = time.monotonic()
            ending = asyncio.create_task(asyncio.to_thread(service.stop))
            await asyncio.sleep(0.5)
            assert not ending.done()
            assert held.go_on is not None
            held.go_on.set()
            answer = await answering
            status = await ending

    assert (answer.status_code, answer.json()["response"].strip()) == (200, "Hello my friend.")
    assert status in {0, -signal.SIGTERM}
    assert time.monotonic() - stopped_at < 10
    assert "Traceback" not in service.log.read_text()
