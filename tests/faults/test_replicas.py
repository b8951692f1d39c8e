"""Any replica may answer, and any may die: nobody notices but by a moment of waiting."""

import asyncio
import uuid
from contextlib import closing

import httpx2
import pytest

from tests.faults.crowd import Crowd
from tests.faults.replicas import PROGRAM, Replicas, running_replicas
from tests.faults.stack import NO_LIMITS
from tests.faults.verdict import judge
from tests.pooler import PROGRAM as POOLER
from tests.services import Issuer

PEOPLE = 4
BETWEEN_SECONDS = 1.5


async def _talk_while_each_dies_in_turn(replicas: Replicas, crowd: Crowd) -> None:
    talking = asyncio.create_task(crowd.run())
    for service in replicas.services:
        await asyncio.sleep(BETWEEN_SECONDS)
        await asyncio.to_thread(service.kill)
        await asyncio.sleep(BETWEEN_SECONDS)
        await asyncio.to_thread(service.start)
    crowd.stop()
    await talking


@pytest.mark.timeout(240)
@pytest.mark.skipif(PROGRAM is None or POOLER is None, reason="HAProxy or PgBouncer is not installed")
@pytest.mark.requirement("006/FR-004")
def test_each_replica_dies_in_turn_and_nothing_is_lost() -> None:
    with closing(Issuer()) as issuer, running_replicas(issuer, **NO_LIMITS) as replicas:
        crowd = Crowd(replicas.gateway_url, issuer, PEOPLE, seed=7)
        asyncio.run(_talk_while_each_dies_in_turn(replicas, crowd))

        assert crowd.done > PEOPLE * len(replicas.services)
        assert judge(replicas.owner_url, crowd.history).faults == {}, crowd.unanswered
        _one_conversation_through_all(replicas, issuer)


def _one_conversation_through_all(replicas: Replicas, issuer: Issuer) -> None:
    """Each message of it goes to whichever replica is next."""
    user = f"user-{uuid.uuid4().hex}"
    headers, told = {"Authorization": f"Bearer {issuer.gateway_token(user)}"}, {}
    for message in ("add milk", "add bread", "what is on my list?", "complete milk", "what is on my list?"):
        answer = httpx2.post(
            f"{replicas.gateway_url}/api/{user}/chat", json={"message": message, **told}, headers=headers, timeout=60
        )
        assert answer.status_code == httpx2.codes.OK, answer.text
        told = {"conversation_id": answer.json()["conversation_id"]}
    assert "bread" in answer.json()["response"]
    assert "milk" not in answer.json()["response"]
