"""The page of the promises says of each when it was tried, on which commit, and how each zero was controlled."""

import json
from pathlib import Path

import pytest

from tests.prove.promise import Outcome, Promise
from tests.prove.report import keep

OLD = {
    "says": "Nothing leaks.",
    "kept": True,
    "tried": 1_000,
    "broken": {"drops": 0, "leaks": 0},
    "control": "a hole",
    "control_tried": 20,
    "control_broken": {"leaks": 7},
    "figures": {},
    "seconds": 60.0,
    "machine": {},
}
"""As it was kept before commit and date were."""


@pytest.mark.requirement("007/FR-010")
def test_what_was_kept_and_what_is_new_are_on_one_page(tmp_path: Path) -> None:
    (tmp_path / "prove.json").write_text(json.dumps({"water": OLD}), "utf-8")
    promise = Promise("air", "Nothing escapes.", "a slit", 10, lambda *_: outcome)
    outcome = Outcome(2_000, {"puffs": 0, "gusts": 0}, 30, {"puffs": 4}, {"breaths": 12}, tested=("gusts",))

    keep(promise, outcome, 59.6, "abc1234", tmp_path)

    kept, page = json.loads((tmp_path / "prove.json").read_text("utf-8")), (tmp_path / "prove.md").read_text("utf-8")
    assert kept["water"] == OLD
    assert kept["air"]["kept"]
    assert f"| [air](#air) | 2,000 | 0 | 60 | abc1234 | {kept['air']['date']} |" in page
    assert "| [water](#water) | 1,000 | 0 | 60 | – | – |" in page
    assert "| gusts | 0 | *by a test* |\n| puffs | 0 | 4 |" in page
    assert "| drops | 0 | – |\n| leaks | 0 | 7 |" in page
    assert "All together 2 minutes." in page


def test_a_promise_that_is_not_kept_is_called_broken(tmp_path: Path) -> None:
    promise = Promise("air", "Nothing escapes.", "a slit", 10, lambda *_: outcome)
    outcome = Outcome(2_000, {"puffs": 0}, 30, {"puffs": 0})

    keep(promise, outcome, 1, "", tmp_path)

    assert "| [air](#air) | 2,000 | **BROKEN** | 1 | – |" in (tmp_path / "prove.md").read_text("utf-8")
