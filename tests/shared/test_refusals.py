"""A flood of refusals is one line a minute for each reason, and none is forgotten."""

import logging
from typing import Any

import pytest

from shared.refusals import QUIET_SECONDS, Refusal, RefusalLog

pytestmark = pytest.mark.requirement("003/FR-060")


class Watch:
    """Goes on when it is told to."""

    now = 7.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def log(watch: Watch) -> RefusalLog:
    return RefusalLog(logging.getLogger("refusals"), watch)


def written(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [{"event": record.getMessage(), **vars(record)["told"]} for record in caplog.records]


def test_a_reason_is_written_once_a_minute_with_how_many_were_left_out(
    log: RefusalLog, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(1000):
        log.tell(Refusal.EXPIRED)
    watch.now += QUIET_SECONDS - 0.001
    log.tell(Refusal.EXPIRED)
    watch.now += 0.001
    log.tell(Refusal.EXPIRED)

    assert written(caplog) == [
        {"event": "auth_failure", "reason": "expired", "suppressed": 0},
        {"event": "auth_failure", "reason": "expired", "suppressed": 1000},
    ]


def test_one_reason_does_not_silence_another(log: RefusalLog, caplog: pytest.LogCaptureFixture) -> None:
    for reason in Refusal:
        log.tell(reason)
        log.tell(reason)

    assert [line["reason"] for line in written(caplog)] == [reason.value for reason in Refusal]
