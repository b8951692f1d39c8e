"""What one person may ask of one process: so much in a time, so many streams at once, and nobody else pays for it."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2
import pytest
from starlette.responses import Response

from gateway import chatkit_server, people
from gateway.admission import Pace, Places
from gateway.chatkit_server import FOLLOWED_AT_ONCE
from shared.errors import ProductError
from shared.identity import UserId
from tests.gateway.conftest import Meet, Start
from tests.gateway.models import Paced
from tests.gateway.serving import ORIGIN, Asked, Person, Wire
from tests.gateway.talking import following, hang_up_after, until_status
from tests.services import Issuer

pytestmark = pytest.mark.anyio

ANN, BOB = UserId("ann"), UserId("bob")
SLOW = {"GATEWAY_REQUESTS_PER_SECOND": "0.01", "GATEWAY_REQUESTS_AT_ONCE": "2"}
A_PAGE = 60
"""More than a page asks for when it opens, a chat of many messages and its list included."""


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def refusal(pace: Pace, user: UserId) -> int | None:
    """Ask once, and return the seconds to wait where it is refused."""
    try:
        pace.admit(user)
    except ProductError as error:
        return error.retry_after
    return None


@pytest.mark.requirement("004/FR-054")
def test_a_burst_goes_through_then_an_even_pace_and_others_are_not_held_up() -> None:
    clock = Clock()
    pace = Pace(0.5, 3, clock)

    assert [refusal(pace, ANN) for _ in range(5)] == [None, None, None, 2, 2]
    assert refusal(pace, BOB) is None
    clock.now = 1.5
    assert refusal(pace, ANN) == 1
    clock.now = 2.0
    assert [refusal(pace, ANN) for _ in range(2)] == [None, 2]
    clock.now = 100.0
    assert [refusal(pace, ANN) for _ in range(4)] == [None, None, None, 2]


def test_who_asks_no_more_takes_no_memory() -> None:
    clock = Clock()
    pace = Pace(1, 10, clock)
    for n in range(1000):
        pace.admit(UserId(f"user-{n}"))
    clock.now = 20.0
    pace.admit(ANN)

    assert list(pace._due) == [ANN]


@pytest.mark.requirement("004/FR-054")
async def test_over_the_pace_every_route_of_the_persons_is_429_and_nothing_is_asked(
    start: Start, meet: Meet, wire: Wire, issuer: Issuer
) -> None:
    started = await start(**SLOW)
    ann = meet(started)
    assert [(await ann.get("conversations")).status_code for _ in range(2)] == [200, 200]
    wire.asked.clear()
    paths = {path: told for path, told in started.gateway.app.openapi()["paths"].items() if "{user_id}" in path}

    answers = [
        await ann.http.request(
            method,
            ann.url + path.format(user_id=ann.user_id, conversation_id="c"),
            headers=ann.headers,
            content=b"not read",
        )
        for path, methods in paths.items()
        for method in methods
    ]

    assert len(answers) >= 10
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(429, "rate_limited")}
    assert all(int(one.headers["retry-after"]) >= 1 for one in answers)
    assert all(one.headers["access-control-allow-origin"] == ORIGIN for one in answers)
    assert wire.asked == []
    other = Person(ann.url, "somebody-else", issuer.gateway_token("somebody-else"), ann.http)
    assert (await other.get("conversations")).status_code == 200
    assert (await ann.http.get(f"{ann.url}/api/me", headers=ann.headers)).status_code == 200
    started.gateway.app.state.pace = Pace(1000, 1000)  # the control: it was this that refused
    assert (await ann.get("conversations")).status_code == 200


@pytest.mark.requirement("004/FR-054")
async def test_a_page_never_meets_the_limit(
    start: Start, meet: Meet, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(environment, "GATEWAY_REQUESTS_AT_ONCE")
    ann = meet(await start(GATEWAY_REQUESTS_AT_ONCE=""))

    assert {(await ann.get("conversations")).status_code for _ in range(A_PAGE)} == {200}


@pytest.mark.requirement("004/FR-054")
async def test_so_many_windows_follow_an_answer_and_one_more_when_one_is_closed(
    start: Start, meet: Meet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chatkit_server, "FOLLOWED_AT_ONCE", 2)
    paced = Paced()
    ann = meet(await start(paced.model()))
    thread_id = await hang_up_after(ann, "Hello ")

    async def asked() -> httpx2.Response:
        return await ann.ask("threads.follow", thread_id=thread_id)

    async with AsyncExitStack() as windows:
        await windows.enter_async_context(following(ann, thread_id))
        async with following(ann, thread_id):
            refused = await asked()
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
        assert int(refused.headers["retry-after"]) >= 1
        await windows.enter_async_context(another_window(ann, thread_id))
        assert (await asked()).status_code == 429
        paced.go_on.set()
    await until_status(ann, thread_id, "done")
    assert {(await asked()).status_code for _ in range(5)} == {200}  # what follows nothing takes no place


@asynccontextmanager
async def another_window(person: Person, thread_id: str) -> AsyncIterator[None]:
    """Follow as soon as the gateway has heard that a window was closed."""
    body = {"type": "threads.follow", "params": {"thread_id": thread_id}}
    request = person.http.build_request(
        "POST", f"{person.url}/api/{person.user_id}/chatkit", json=body, headers=person.headers
    )
    async with asyncio.timeout(10):
        while (answer := await person.http.send(request, stream=True)).status_code == 429:
            await answer.aclose()
            await asyncio.sleep(0.02)
    try:
        yield
    finally:
        await answer.aclose()


@pytest.mark.requirement("004/FR-054")
async def test_so_many_exports_run_and_one_more_when_one_has_ended(start: Start, meet: Meet, wire: Wire) -> None:
    ann = meet(await start())
    held, go_on = asyncio.Semaphore(0), asyncio.Event()

    async def hold(asked: Asked) -> None:
        if asked.tool == "list_conversations":
            held.release()
            await go_on.wait()

    wire.before = hold
    running = [asyncio.create_task(ann.get("export")) for _ in range(people.EXPORTED_AT_ONCE)]
    for _ in running:
        await held.acquire()
    refused = await ann.get("export")
    go_on.set()

    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert [(await one).status_code for one in running] == [200] * people.EXPORTED_AT_ONCE
    assert (await ann.get("export")).status_code == 200


async def test_a_place_is_free_again_however_its_stream_ends() -> None:
    async def two() -> AsyncIterator[int]:
        yield 1
        yield 2

    places = Places(1, "Full.")
    assert [one async for one in places.take(ANN).during(two())] == [1, 2]
    broken_off = places.take(ANN).during(two())
    assert await anext(broken_off) == 1
    with pytest.raises(ProductError, match="Full"):
        places.take(ANN)
    await broken_off.aclose()
    never_begun = places.take(ANN).during(two())
    del never_begun

    places.take(BOB)
    assert places.take(ANN)
    assert not places._taken


@pytest.mark.requirement("004/FR-054")
async def test_what_fails_before_its_first_word_leaves_its_place(start: Start, meet: Meet, wire: Wire) -> None:
    async def away(_: Asked) -> Response:
        return Response(status_code=502)

    ann = meet(await start())
    unknown = [await ann.ask("threads.follow", thread_id=str(uuid.uuid4())) for _ in range(FOLLOWED_AT_ONCE + 1)]
    wire.before = away
    exports = [await ann.get("export") for _ in range(people.EXPORTED_AT_ONCE + 1)]

    assert {answer.status_code for answer in unknown} == {404}
    assert {answer.status_code for answer in exports} == {503}
