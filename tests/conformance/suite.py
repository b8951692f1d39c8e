"""Runs the official conformance suite against an address, and tells what it found."""

import re
import subprocess
from dataclasses import dataclass

from tests.conformance import node

REVISIONS = ("2025-11-25", "2026-07-28")
SUITE_SECONDS = 180
HEADING = "revision    scenarios  passed  not ours  failed"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_SCENARIO = re.compile(r"^[✓✗] (\S+): \d+ passed, \d+ failed$", re.MULTILINE)
_NOT_SCORED = re.compile(r"^  [✓✗] (\S+) \(\w+\)$", re.MULTILINE)
_EXPECTED = re.compile(r"^  ~ (\S+)$", re.MULTILINE)
_UNEXPECTED = re.compile(r"^  ✗ (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Report:
    """What one run found.

    Attributes:
        scenarios: what the revision requires.
        not_ours: failures that ``expected-*.yml`` lists with their reasons.
        failed: every other failure.
        is_clean: the suite's own verdict; it is also false when a listed scenario passes.
    """

    revision: str
    scenarios: set[str]
    not_ours: set[str]
    failed: set[str]
    is_clean: bool

    def __str__(self) -> str:
        passed = len(self.scenarios - self.not_ours - self.failed)
        counts = f"{len(self.scenarios):9}  {passed:6}  {len(self.not_ours):8}  {len(self.failed):6}"
        return f"{self.revision}  {counts}  {' '.join(sorted(self.failed))}".rstrip()


def run(url: str, revision: str) -> Report:
    """Run the scenarios that a revision requires, against what ``expected-*.yml`` says of it.

    Raises:
        RuntimeError: the suite itself did not work.
    """
    listed = node.HERE / f"expected-{revision}.yml"
    command = [*node.program("conformance"), "server", "--url", url, "--requirements", revision]
    command += ["--expected-failures", str(listed)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SUITE_SECONDS, check=False)
    _, _, told = _COLOUR.sub("", done.stdout).partition("=== SUMMARY ===")
    if not told:
        raise RuntimeError(f"the suite did not run:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    return Report(
        revision=revision,
        scenarios=set(_SCENARIO.findall(told)) - set(_NOT_SCORED.findall(told)),
        not_ours=set(_EXPECTED.findall(told)),
        failed=set(_UNEXPECTED.findall(told)),
        is_clean=done.returncode == 0,
    )
