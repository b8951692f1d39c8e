"""Nobody's client takes more than its share: calls are counted per person and client, before any work."""

import asyncio
import time
import uuid
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from mcp_server.db.session import Database
from mcp_server.services.admission import AdmissionService, TurnLimits
from mcp_server.services.starting import Message, StartService
from mcp_server.services.turns import TurnService
from shared.contract import Item, TurnStarted
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId
from tests.mcp_server.client import Caller
from tests.mcp_server.conversation import Talk, item
from tests.mcp_server.database import run
from tests.services import Issuer, Service, SigningKey, assertion, free_port, mcp_server_environment

pytestmark = [pytest.mark.anyio, pytest.mark.requirement("002/FR-053"), pytest.mark.requirement("004/FR-050")]

RATE, BURST = 20, 10
WORKERS = 8


async def admitted(service: AdmissionService, user: str, client: str = "app") -> bool:
    try:
        await service.admit(UserId(user), client)
    except ProductError as error:
        if error.code is ErrorCode.RATE_LIMITED:
            return False
        raise
    return True


async def test_exactly_the_burst_and_the_rate_are_let_in(database: Database, user_id: str) -> None:
    """Workers try as fast as they can; what is let in lies between what the clock allows before and after."""
    service = AdmissionService(database, RATE, BURST)
    assert await admitted(service, user_id)
    begun = time.monotonic()
    tries: list[bool] = []

    async def work() -> None:
        while time.monotonic() - begun < 1.5:
            tries.append(await admitted(service, user_id))

    await asyncio.gather(*(work() for _ in range(WORKERS)))
    elapsed = time.monotonic() - begun

    counted = tries.count(True)
    assert len(tries) > 2 * counted
    assert BURST - 1 + RATE <= counted <= BURST + elapsed * RATE


async def test_persons_and_clients_do_not_share(database: Database, user_id: str) -> None:
    service = AdmissionService(database, 0.01, 1)

    assert [await admitted(service, user_id) for _ in range(2)] == [True, False]
    assert await admitted(service, user_id, "another app")
    assert await admitted(service, f"{user_id}-other")


async def test_a_refused_call_tells_when_and_changes_nothing(database: Database, app_url: str, user_id: str) -> None:
    service = AdmissionService(database, 0.1, 2)
    for _ in range(2):
        assert await admitted(service, user_id)
    before = await cells(app_url, user_id)

    with pytest.raises(ProductError) as refused:
        await service.admit(UserId(user_id), "app")

    assert refused.value.retry_after is not None
    assert 9 <= refused.value.retry_after <= 10
    assert await cells(app_url, user_id) == before


async def cells(url: str, user_id: str) -> list[dict[str, object]]:
    return await asyncio.to_thread(run, url, "SELECT bucket, tat FROM rate_limits", user_id=user_id)


async def begin(service: StartService, user: str, key: str = "", place: str = "") -> TurnStarted:
    """Begin a turn in a conversation of its own, or in one that stands."""
    said = Item.model_validate(item())
    told = Message(place or str(uuid.uuid4()), not place, "", key or uuid.uuid4().hex, said, "", 1)
    return await service.begin(UserId(user), told)


async def refusal(attempt: Coroutine[Any, Any, TurnStarted]) -> ProductError:
    with pytest.raises(ProductError) as refused:
        await attempt
    assert refused.value.code is ErrorCode.RATE_LIMITED
    return refused.value


async def test_a_person_sends_so_many_messages_and_no_more(database: Database, app_url: str, user_id: str) -> None:
    service = StartService(database, TurnLimits(per_minute=2, at_once=2, running=9))
    for _ in range(2):
        await begin(service, user_id)
    before = await asyncio.to_thread(run, app_url, "SELECT count(*) FROM items", user_id=user_id)

    refused = await refusal(begin(service, user_id))

    assert refused.retry_after is not None
    assert 25 <= refused.retry_after <= 30
    assert await asyncio.to_thread(run, app_url, "SELECT count(*) FROM items", user_id=user_id) == before
    assert await begin(service, f"{user_id}-other")


async def test_a_person_has_so_many_answers_under_way_and_no_more(database: Database, user_id: str) -> None:
    service = StartService(database, TurnLimits(per_minute=600, at_once=99, running=2))
    first, _ = await begin(service, user_id), await begin(service, user_id)

    assert (await refusal(begin(service, user_id))).retry_after

    ended = TurnService(database).finish(
        UserId(user_id), first.turn_id, first.lease, outcome="done", items=[], title=""
    )
    assert await ended
    assert await begin(service, user_id)


async def test_sending_the_same_message_again_is_not_counted(database: Database, user_id: str) -> None:
    service = StartService(database, TurnLimits(per_minute=0.1, at_once=1, running=9))
    first = await begin(service, user_id, "k")
    await TurnService(database).finish(UserId(user_id), first.turn_id, first.lease, outcome="done", items=[], title="")

    assert (await begin(service, user_id, "k", first.conversation.id)).replayed
    await refusal(begin(service, user_id))


@pytest.fixture(scope="module")
def strict(
    owner_url: str, app_url: str, issuer: Issuer, gateway_key: SigningKey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A server that lets three calls in at once, and hardly one more afterwards."""
    assert owner_url
    environment = mcp_server_environment(app_url, issuer, gateway_key, free_port())
    environment |= {"MCP_SERVER_TOOL_CALLS_AT_ONCE": "3", "MCP_SERVER_TOOL_CALLS_PER_SECOND": "0.02"}
    port = int(environment["MCP_SERVER_PORT"])
    service = Service("mcp_server", port, environment, tmp_path_factory.mktemp("strict") / "log")
    service.start()
    yield service
    service.stop()


@pytest.fixture
def at_people(strict: Service, issuer: Issuer, user_id: str) -> Caller:
    return Caller(f"{strict.url}/mcp", issuer.access_token(user_id, f"{strict.url}/mcp"))


@pytest.fixture
def at_gateway(strict: Service, gateway_key: SigningKey, user_id: str) -> Caller:
    url = f"{strict.url}/gateway"
    scope = "tasks:read tasks:write conversations:manage"
    return Caller(url, assertion(gateway_key, url, user_id, scope), {"user_id": user_id})


@pytest.fixture(params=["people", "gateway"])
def either(request: pytest.FixtureRequest, at_people: Caller, at_gateway: Caller) -> Caller:
    return at_people if request.param == "people" else at_gateway


def test_over_the_limit_nothing_is_done_at_either_door(either: Caller, app_url: str, user_id: str) -> None:
    for _ in range(2):
        either.ok("add_tasks", tasks=[{"title": "buy milk"}])
    either.code("find_tasks", limit=0)

    error = either.error("add_tasks", tasks=[{"title": "buy milk"}])

    assert error["code"] == "rate_limited"
    assert 1 <= error["retry_after"] <= 50
    assert run(app_url, "SELECT count(*) FROM tasks", user_id=user_id) == [{"count": 2}]


def test_the_web_chat_and_an_app_do_not_take_from_each_other(at_people: Caller, at_gateway: Caller) -> None:
    for caller in (at_people, at_gateway):
        assert [caller.call("get_context")["isError"] for _ in range(4)] == [False, False, False, True]


def test_the_gateway_can_always_keep_an_answer(at_gateway: Caller) -> None:
    for _ in range(4):
        Talk(at_gateway).answer(create=True)


def test_reading_a_resource_counts_too(at_people: Caller) -> None:
    def today() -> dict[str, Any]:
        return at_people.post("resources/read", {"uri": "remit://today"}, **{"MCP-Name": "remit://today"}).json()

    assert ["result" in today() for _ in range(3)] == [True, True, True]
    assert today()["error"]["data"]["code"] == "rate_limited"
