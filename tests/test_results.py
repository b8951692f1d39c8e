"""The results that are kept are those of every promise, and each of them holds."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import MEASUREMENTS
from benchmarks.measure import Bound
from tests.prove.promises import PROMISES
from tests.prove.report import total

RESULTS = Path(__file__).parent.parent / "benchmarks" / "results"


def kept(name: str) -> dict[str, Any]:
    return dict(json.loads((RESULTS / name).read_text("utf-8")))


@pytest.mark.requirement("007/FR-010")
def test_every_promise_was_kept_when_it_was_tried_as_often_as_it_says() -> None:
    results, promises = kept("prove.json"), {promise.name: promise for promise in PROMISES}

    assert results.keys() == promises.keys()
    for name, result in results.items():
        promise = promises[name]
        assert result["kept"]
        assert result["tried"] >= promise.tries
        assert (result["says"], result["control"]) == (promise.says, promise.control)


@pytest.mark.requirement("007/FR-012")
def test_the_page_says_how_long_all_promises_took() -> None:
    assert f"\n{total(kept('prove.json'))}\n" in (RESULTS / "prove.md").read_text("utf-8")


@pytest.mark.requirement("007/FR-001")
def test_every_measurement_was_taken_and_is_on_the_page() -> None:
    """The ratios themselves are measured by `make bench` alone: a shared machine would fail them by chance."""
    results, page = kept("bench.json"), (RESULTS / "bench.md").read_text("utf-8")

    assert results.keys() == {measurement.name for measurement in MEASUREMENTS}
    assert all(f"## {name}\n" in page and result["how"] in page for name, result in results.items())


@pytest.mark.requirement("007/FR-002")
def test_what_is_missed_is_called_so_on_the_page() -> None:
    promises = [promise for result in kept("bench.json").values() for promise in result["promises"]]
    page = (RESULTS / "bench.md").read_text("utf-8")

    for promise in promises:
        verdict = "met" if promise["met"] else "**missed**"
        assert f"| {promise['says']} | {promise['figure']:g} | {verdict} |" in page
        assert promise["met"] == Bound("", promise["figure"], promise["at_most"], promise["at_least"]).is_met


@pytest.mark.requirement("003/SC-006")
def test_verification_keeps_its_bounds() -> None:
    assert all(promise["met"] for promise in kept("bench.json")["auth"]["promises"])


def test_a_bound_is_met_from_its_own_side() -> None:
    assert Bound("", 2.0, at_most=2).is_met
    assert not Bound("", 2.1, at_most=2).is_met
    assert Bound("", 2.0, at_least=2).is_met
    assert not Bound("", 1.9, at_least=2).is_met
