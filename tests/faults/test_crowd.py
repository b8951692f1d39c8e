"""A crowd writes down why a message has no answer."""

import asyncio
from collections import Counter

import httpx2
import pytest

from tests.faults.crowd import Crowd, Sent, hear
from tests.services import Issuer

STARTED = 'event: started\ndata: {"conversation_id": "c"}\n\n'


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        (httpx2.Response(409, json={"code": "turn_in_progress", "message": ""}), "409 turn_in_progress"),
        (httpx2.Response(503, html="<h1>No server is available</h1>"), "503 without a code"),
        (httpx2.Response(200, text=STARTED), "cut short"),
        (httpx2.Response(200, text=STARTED + 'event: error\ndata: {"code": "unavailable"}\n\n'), "error unavailable"),
        (httpx2.Response(200, text=STARTED + 'event: done\ndata: {"tool_calls": []}\n\n'), "done"),
    ],
)
def test_each_attempt_has_a_fate(answer: httpx2.Response, fate: str) -> None:
    assert asyncio.run(hear(Sent("ann", "key", "milk"), answer, 0, hang_up=False)) == fate


def test_who_is_unanswered_is_told_with_the_last_reason(issuer: Issuer) -> None:
    crowd = Crowd("http://localhost", issuer, 1, seed=0)
    crowd.fates = Counter({"done": 1, "ConnectError": 3})
    crowd.history = [Sent("ann", "1", "milk", done=True, fate="done")]
    assert crowd.unanswered == {}

    crowd.history.append(Sent("ann", "2", "bread", fate="ConnectError"))
    assert list(crowd.unanswered.values()) == [{"ConnectError": 1}, crowd.fates]
