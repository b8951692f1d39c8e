"""Runs the official conformance suite against an address, and tells what it found."""

import re
import subprocess
from dataclasses import dataclass

from tests.conformance import node

SUITE_SECONDS = 180
HEADING = "revision    scenarios  passed  not ours  failed"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_SCENARIO = re.compile(r"^[✓✗] (\S+): \d+ passed, \d+ failed$", re.MULTILINE)
_REQUIRED = re.compile(r"^  - (\S+)", re.MULTILINE)
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
    """Run the scenarios that a revision requires, against what ``expected-*.yml`` says of it."""
    listed = node.HERE / f"expected-{revision}.yml"
    command = ("server", "--url", url, "--requirements", revision, "--expected-failures", str(listed))
    done = _suite(*command)
    _, _, told = done.stdout.partition("=== SUMMARY ===")
    return Report(
        revision=revision,
        scenarios=set(_SCENARIO.findall(told)) & _required(revision),
        not_ours=set(_EXPECTED.findall(told)),
        failed=set(_UNEXPECTED.findall(told)),
        is_clean=done.returncode == 0,
    )


def _required(revision: str) -> set[str]:
    """Return what counts for a revision; the suite also runs extensions, and scenarios that are still discussed."""
    told = _suite("list", "--requirements", revision).stdout
    return set(_REQUIRED.findall(told.partition("Server scenarios")[2].partition("Client scenarios")[0]))


def _suite(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*node.program("conformance"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SUITE_SECONDS, check=False)
    done.stdout = _COLOUR.sub("", done.stdout)
    return done
