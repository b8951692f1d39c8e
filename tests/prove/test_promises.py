"""The short form of every promise: few tries, the same tests, and the same negative controls."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.stack import own_cluster
from tests.pooler import PROGRAM
from tests.prove import (
    canaries,
    cors_matrix,
    forged_pairs,
    hostile,
    key_faults,
    leak,
    leaving,
    memory,
    messages,
    mutations,
    overload,
    schema,
)
from tests.prove.promise import Outcome, Promise, Stage
from tests.prove.trying import try_chosen
from tests.services import Issuer, Service, SigningKey

OF_THE_CHAT = [pytest.mark.requirement("004/FR-071"), pytest.mark.timeout(240)]
TIMED = ("held up", "too slowly", "too late")
"""What only the long run judges: beside other tests it says nothing."""


@pytest.fixture(scope="module")
def stage(
    owner_url: str, app_url: str, issuer: Issuer, gateway_key: SigningKey, mcp_server: Service
) -> Iterator[Stage]:
    with own_cluster() as mortal:
        yield Stage(owner_url, app_url, issuer, gateway_key, mcp_server, mortal)


@pytest.mark.parametrize(
    ("promise", "tries"),
    [
        pytest.param(mutations.PROMISE, 2_000, marks=pytest.mark.requirement("003/SC-001")),
        pytest.param(forged_pairs.PROMISE, 400, marks=pytest.mark.requirement("003/SC-003")),
        pytest.param(
            leak.PROMISE,
            480,
            marks=[
                pytest.mark.requirement("003/SC-004"),
                pytest.mark.requirement("003/FR-021"),
                pytest.mark.skipif(PROGRAM is None, reason="PgBouncer is not installed"),
            ],
        ),
        pytest.param(key_faults.PROMISE, 320, marks=pytest.mark.requirement("003/FR-002")),
        pytest.param(cors_matrix.PROMISE, 3, marks=pytest.mark.requirement("003/FR-030")),
        pytest.param(hostile.PROMISE, 200, marks=pytest.mark.requirement("004/SC-004")),
        pytest.param(
            messages.PROMISE,
            60,
            marks=[*OF_THE_CHAT, pytest.mark.requirement("004/SC-001"), pytest.mark.requirement("004/FR-072")],
        ),
        pytest.param(overload.PROMISE, 2, marks=[*OF_THE_CHAT, pytest.mark.requirement("004/SC-002")]),
        pytest.param(leaving.PROMISE, 8, marks=[*OF_THE_CHAT, pytest.mark.requirement("004/SC-003")]),
        pytest.param(schema.PROMISE, 70, marks=pytest.mark.requirement("006/FR-046")),
        pytest.param(canaries.PROMISE, 138, marks=[pytest.mark.requirement("006/FR-045"), pytest.mark.timeout(240)]),
        pytest.param(memory.PROMISE, 60, marks=[*OF_THE_CHAT, pytest.mark.requirement("004/SC-005")]),
    ],
    ids=lambda one: one.name if isinstance(one, Promise) else "",
)
def test_a_promise_is_kept_and_its_control_is_not(stage: Stage, promise: Promise, tries: int) -> None:
    outcome = promise.run(stage, tries)

    assert outcome.tried >= tries
    assert {
        name: count for name, count in outcome.broken.items() if count and not any(word in name for word in TIMED)
    } == {}
    assert outcome.is_controlled, outcome.control_broken


@pytest.mark.requirement("007/FR-010")
@pytest.mark.parametrize(
    ("outcome", "is_kept"),
    [
        (Outcome(9, {"leaks": 0}, 9, {"leaks": 1}), True),
        (Outcome(9, {"leaks": 1}, 9, {"leaks": 1}), False),
        (Outcome(9, {"leaks": 0}, 9, {"leaks": 0}), False),
        (Outcome(9, {"leaks": 0}, 9, {}), False),
        (Outcome(9, {"leaks": 0}, 9, {"others": 1}), False),
        (Outcome(9, {"leaks": 0, "others": 0}, 9, {"leaks": 1}), False),
        (Outcome(9, {"leaks": 0, "others": 0}, 9, {"leaks": 1}, tested=("others",)), True),
        (Outcome(0, {"leaks": 0}, 9, {"leaks": 1}), False),
    ],
)
def test_a_zero_counts_only_where_the_control_found_something(outcome: Outcome, is_kept: bool) -> None:
    assert outcome.is_kept is is_kept


@pytest.mark.requirement("007/FR-011")
def test_an_interrupted_run_goes_on_after_what_it_kept(stage: Stage, tmp_path: Path) -> None:
    progress, tried = tmp_path / "local" / "prove", list[str]()

    def promise(name: str, *outcomes: Outcome | KeyboardInterrupt) -> Promise:
        coming = iter(outcomes)

        def run(_stage: Stage, _tries: int) -> Outcome:
            tried.append(name)
            if isinstance(outcome := next(coming), KeyboardInterrupt):
                raise outcome
            return outcome

        return Promise(name, "", "", 1, run)

    kept, broken = Outcome(1, {"leaks": 0}, 1, {"leaks": 1}), Outcome(1, {"leaks": 1}, 1, {"leaks": 1})
    all_of_them = (
        promise("first", kept, kept),
        promise("second", broken, kept),
        promise("third", KeyboardInterrupt(), kept),
        promise("fourth", broken),
    )

    def try_them(*names: str) -> bool:
        tried.clear()
        return try_chosen(all_of_them, names, stage, lambda *_: None, progress)

    with pytest.raises(KeyboardInterrupt):
        try_them()
    assert tried == ["first", "second", "third"]

    assert try_them("first")
    assert tried == ["first"]  # what is named is tried, though it was kept

    assert not try_them()
    assert tried == ["second", "third", "fourth"]  # what was broken is not believed to be kept
    assert not progress.exists()
