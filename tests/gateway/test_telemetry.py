"""What the gateway counts that no request to the running one brings about."""

import pytest

from gateway.telemetry import AUTH, TURNS
from shared.refusals import Refusal
from tests.gateway.conftest import Meet, Start
from tests.services import free_port

pytestmark = pytest.mark.requirement("003/FR-060")


@pytest.mark.anyio
async def test_keys_that_cannot_be_loaded_are_a_reason_too(start: Start, meet: Meet) -> None:
    counter = AUTH.failures.labels(Refusal.KEYS_UNAVAILABLE.value)
    before = counter._value.get()
    ann = meet(await start(GATEWAY_JWKS_URL=f"http://127.0.0.1:{free_port()}/jwks"))

    await ann.ask("threads.list")

    assert counter._value.get() == before + 1


@pytest.mark.anyio
async def test_a_fault_of_the_verifier_is_a_refusal_that_is_counted(start: Start, meet: Meet) -> None:
    class Broken:
        async def verify(self, token: str) -> None:
            raise ZeroDivisionError(token)

    counter = AUTH.failures.labels(Refusal.UNEXPECTED.value)
    before = counter._value.get()
    started = await start()
    started.gateway.app.state.verifier = Broken()

    answer = await meet(started).ask("threads.list")

    assert (answer.status_code, answer.json()["message"]) == (401, "Sign in first.")
    assert counter._value.get() == before + 1


@pytest.mark.anyio
@pytest.mark.requirement("006/FR-042")
async def test_a_message_that_is_not_taken_is_counted_by_its_reason(start: Start, meet: Meet) -> None:
    refused = TURNS._refused.labels
    before = [refused(reason)._value.get() for reason in ("leaving", "not_found")]
    started = await start()
    ann = meet(started)

    missing = await ann.post("chat", {"message": "hi", "conversation_id": "none"})
    started.gateway.turns.is_leaving = True
    leaving = await ann.post("chat", {"message": "hi"})

    assert (missing.status_code, leaving.status_code) == (404, 503)
    assert [refused(reason)._value.get() for reason in ("leaving", "not_found")] == [one + 1 for one in before]
