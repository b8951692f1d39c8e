"""What the gateway counts that no token of a caller brings about."""

import pytest

from gateway.telemetry import AUTH
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
