"""A running answer is seen by whoever asks: live in its own process, as it is stored in another, and to its end."""

import asyncio
import time

import pytest
from agents.testing import ScriptedModel
from starlette.responses import Response

from gateway.items import INTERRUPTED
from tests.gateway.conftest import Meet, Start
from tests.gateway.models import Paced
from tests.gateway.serving import Asked, Person, Wire, said_in
from tests.gateway.talking import done_items, follow, following, hang_up_after, items, until_status
from tests.mcp_server.database import run
from tests.services import Issuer

pytestmark = [pytest.mark.anyio, pytest.mark.requirement("004/FR-013")]


async def test_two_who_come_late_see_the_answer_from_its_beginning_live_to_its_end(start: Start, meet: Meet) -> None:
    paced = Paced()
    ann = meet(await start(paced.model()))
    thread_id = await hang_up_after(ann, "Hello ")

    async with following(ann, thread_id) as first, following(ann, thread_id) as second:
        for events in (first, second):
            heard = ""
            async for event in events:
                heard += str(event.get("update", {}).get("delta", ""))
                if heard == "Hello ":
                    break
        paced.go_on.set()
        rest = [[event async for event in events] for events in (first, second)]

    assert [said_in(one) for one in rest] == ["Hello world."] * 2
    assert rest[0] == rest[1]


async def test_it_says_that_it_can_be_stopped_and_never_repeats_the_message(start: Start, meet: Meet) -> None:
    paced = Paced()
    ann = meet(await start(paced.model()))
    thread_id = await hang_up_after(ann, "Hello ")
    paced_end = asyncio.create_task(follow(ann, thread_id))
    await asyncio.sleep(0.05)
    paced.go_on.set()

    events = await paced_end

    assert events[0] == {"type": "stream_options", "stream_options": {"allow_cancel": True}}
    assert [item["type"] for item in done_items(events)] == ["assistant_message"]


async def test_an_answer_of_another_process_appears_within_three_seconds_and_ends(start: Start, meet: Meet) -> None:
    paced = Paced()
    ann = meet(await start(paced.model()))
    elsewhere = meet(await start())
    thread_id = await hang_up_after(ann, "Hello ")

    began = time.monotonic()
    async with following(elsewhere, thread_id) as events:
        async for event in events:
            if event["type"] == "thread.item.added":
                break
        assert event["item"]["content"][0]["text"] == "Hello "
        assert time.monotonic() - began < 3.2
        paced.go_on.set()
        rest = [event async for event in events]

    assert said_in(rest) == "Hello world."
    assert [item["id"] for item in done_items(rest)] == [event["item"]["id"]]


async def test_a_thread_says_whether_its_answer_is_whole(start: Start, meet: Meet) -> None:
    """Else a page that read half of it, and came too late to follow the rest, would take it for all."""
    paced = Paced()
    ann = meet(await start(paced.model()))
    thread_id = await hang_up_after(ann, "Hello ")

    async def told() -> list[dict[str, object]]:
        listed = (await ann.ask("threads.list")).json()["data"]
        return [(await ann.ask("threads.get_by_id", thread_id=thread_id)).json()["metadata"], listed[0]["metadata"]]

    assert await told() == [{"answering": True}] * 2
    paced.go_on.set()
    await until_status(ann, thread_id, "done")
    assert await told() == [{}] * 2


@pytest.mark.requirement("004/FR-004")
async def test_an_answer_whose_process_died_ends_with_what_it_said_and_that_it_was_interrupted(
    start: Start, meet: Meet, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.running.RENEW_SECONDS", 0.1)
    paced = Paced()
    ann = meet(await start(paced.model()))
    elsewhere = meet(await start())
    thread_id = await hang_up_after(ann, "Hello ")
    async with following(elsewhere, thread_id) as events:
        async for event in events:
            if event["type"] == "thread.item.added":
                break
        monkeypatch.setattr("gateway.running.RENEW_SECONDS", 100)
        await asyncio.sleep(0.2)
        dead = (
            "UPDATE turns SET lease_until = now() - interval '1 second', lease = gen_random_uuid() WHERE user_id = $1"
        )
        await asyncio.to_thread(run, owner_url, dead, ann.user_id, user_id=ann.user_id)
        rest = [event async for event in events]
    paced.go_on.set()

    assert said_in(rest) == f"Hello \n{INTERRUPTED}"
    for order in ("asc", "desc"):
        page = (await ann.ask("items.list", thread_id=thread_id, order=order)).json()["data"]
        texts = [item["content"][0]["text"] for item in (page if order == "asc" else page[::-1])]
        assert texts == ["hello", "Hello ", INTERRUPTED]
    thread = (await ann.ask("threads.get_by_id", thread_id=thread_id)).json()
    assert thread["items"]["data"][-1]["content"][0]["text"] == INTERRUPTED
    plain = (await ann.get(f"conversations/{thread_id}")).json()
    assert (plain["status"], plain["messages"][-1]["text"]) == ("interrupted", INTERRUPTED)


@pytest.mark.requirement("004/FR-004")
async def test_that_it_was_interrupted_stands_at_the_end_alone_and_blocks_nothing(
    start: Start, meet: Meet, owner_url: str
) -> None:
    ann = meet(await start())
    thread_id = (await ann.chat("hello"))[0]["thread"]["id"]
    for _ in range(2):
        await ann.chat("thanks", thread_id)
    as_dead = "UPDATE turns SET status = 'interrupted' WHERE user_id = $1"
    await asyncio.to_thread(run, owner_url, as_dead, ann.user_id)

    first = (await ann.ask("items.list", thread_id=thread_id, order="asc", limit=4)).json()
    last = (await ann.ask("items.list", thread_id=thread_id, order="asc", limit=4, after=first["after"])).json()
    older = (await ann.ask("items.list", thread_id=thread_id, limit=4)).json()
    oldest = (await ann.ask("items.list", thread_id=thread_id, limit=4, after=older["after"])).json()

    def said(page: dict[str, list[dict[str, list[dict[str, str]]]]]) -> list[str]:
        return [item["content"][0]["text"] for item in page["data"]]

    assert INTERRUPTED not in said(first)
    assert said(last)[-1] == INTERRUPTED
    assert said(older)[0] == INTERRUPTED
    assert INTERRUPTED not in said(oldest)
    assert (await ann.chat("thanks", thread_id))[-1]["type"] == "thread.item.done"
    assert INTERRUPTED not in str(await items(ann, thread_id))


async def test_where_nothing_runs_nothing_comes(start: Start, meet: Meet) -> None:
    ann = meet(await start())
    thread_id = (await ann.chat("hello"))[0]["thread"]["id"]

    assert await follow(ann, thread_id) == []


async def test_an_unknown_and_another_persons_thread_get_one_answer(start: Start, meet: Meet, issuer: Issuer) -> None:
    paced = Paced()
    started = await start(paced.model())
    ann = meet(started)
    bob = Person(started.url, "user-bob", issuer.gateway_token("user-bob"), ann.http)
    thread_id = await hang_up_after(ann, "Hello ")

    foreign = await bob.ask("threads.follow", thread_id=thread_id)
    unknown = await bob.ask("threads.follow", thread_id="7f1d1f0e-0000-4000-8000-000000000000")
    paced.go_on.set()

    assert (foreign.status_code, foreign.text) == (unknown.status_code, unknown.text) == (404, unknown.text)


async def test_hanging_up_on_it_changes_nothing(start: Start, meet: Meet) -> None:
    paced = Paced()
    ann = meet(await start(paced.model()))
    thread_id = await hang_up_after(ann, "Hello ")
    async with following(ann, thread_id) as events:
        async for _ in events:
            break
    paced.go_on.set()

    await until_status(ann, thread_id, "done")


async def test_a_server_that_goes_away_ends_it_with_a_word(
    start: Start, meet: Meet, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.following.LOOK_SECONDS", 0.05)
    paced = Paced()
    ann = meet(await start(paced.model()))
    elsewhere = meet(await start(ScriptedModel(), GATEWAY_MCP_URL="http://127.0.0.1:9/gateway"))
    here = meet(await start())
    thread_id = await hang_up_after(ann, "Hello ")

    async with following(here, thread_id) as events:

        async def away(_: Asked) -> Response:
            return Response(status_code=503)

        wire.before = away
        rest = [event async for event in events]
    wire.before = None
    paced.go_on.set()

    assert rest[-1]["type"] == "error"
    assert (await elsewhere.ask("threads.follow", thread_id=thread_id)).status_code == 503
