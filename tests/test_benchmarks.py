"""`make bench`: what it measures when it is told, what it keeps of that, and how it ends."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from benchmarks import machine
from benchmarks.__main__ import main
from benchmarks.measure import Bound, Measurement, Result, percentiles, spread
from benchmarks.report import as_kept, page

ROUNDS = [1.0, 2.0, 4.0]


def result(ratio: float) -> Result:
    return Result("As it is.", {"ratio": ratio} | spread("ratio", ROUNDS), (Bound("is small", ratio, at_most=2),))


def measurement(name: str, ratio: float, seen: list[str]) -> Measurement:
    def run(quick: bool) -> Result:
        assert quick, "what is kept is for `make bench` to write"
        seen.append(name)
        return result(ratio)

    return Measurement(name, run)


@pytest.mark.requirement("007/FR-002")
@pytest.mark.parametrize(("ratio", "verdict", "status"), [(2, "met   ", 0), (2.1, "MISSED", 1)])
def test_a_missed_promise_is_the_exit_status(
    capsys: pytest.CaptureFixture[str], ratio: float, verdict: str, status: int
) -> None:
    measurements = [measurement("this", ratio, []), measurement("that", 1, [])]

    assert main(measurements, ["--quick"]) == status
    assert f"{verdict} is small: {ratio:.3f}\n" in capsys.readouterr().out


def test_what_is_named_is_measured_alone(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[str] = []
    measurements = [measurement(name, 1, seen) for name in ("this", "that")]

    main(measurements, ["--quick", "that"])
    assert seen == ["that"]
    with pytest.raises(SystemExit):
        main(measurements, ["--quick", "other"])
    assert "there is no measurement other" in capsys.readouterr().err


@pytest.mark.requirement("007/FR-001")
def test_a_result_is_kept_with_its_spread_and_on_the_page_with_what_it_was_measured_on() -> None:
    kept = as_kept(result(2))
    text = page({"turns": kept})

    assert kept["figures"] == {"ratio": 2, "ratio, lowest": 1, "ratio, highest": 4}
    assert f"<sub>Measured on {machine.date()} at {machine.commit()}.</sub>" in text
    assert "![turns](turns.svg)" in text
    assert f"{machine.cores()} cores" in text
    assert {"mcp", "openai", "openai-agents", "PostgreSQL"} <= kept["machine"]["libraries"].keys()
    assert all(f"{name} {number}" in text for name, number in kept["machine"]["libraries"].items())
    assert kept["machine"]["peers"] == machine.peers()


@pytest.mark.requirement("007/FR-001")
def test_the_versions_of_the_peers_are_those_of_their_own_environment(tmp_path: Path) -> None:
    assert machine.peers(Path(sys.executable), ["mcp", "pytest"]) == {
        "mcp": version("mcp"),
        "pytest": pytest.__version__,
    }
    assert machine.peers(tmp_path / "not installed") == {}


@pytest.mark.requirement("007/FR-001")
def test_a_commit_is_called_dirty_for_other_changes_than_results(tmp_path: Path) -> None:
    git = ("git", "-C", tmp_path, "-c", "user.name=Remit", "-c", "user.email=remit@localhost")
    results, source = tmp_path / "benchmarks" / "results" / "bench.md", tmp_path / "source.py"
    results.parent.mkdir(parents=True)
    for file in (results, source):
        file.write_text("first")
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message=first"]):
        subprocess.run([*git, *command], check=True)
    results.write_text("second")
    clean = machine.commit(tmp_path)

    source.write_text("second")

    assert len(clean) >= 7
    assert not clean.endswith("-dirty")
    assert machine.commit(tmp_path) == f"{clean}-dirty"


def test_percentiles_are_those_of_all_times() -> None:
    assert percentiles(reversed([float(n) for n in range(100)])) == [float(n) for n in range(1, 100)]
