"""The check of a deployment finds nothing in ours, and everything in one that is wired wrongly."""

import subprocess
import sys

import pytest

from tests.deployment.checks import look_at
from tests.e2e.launcher import Launcher
from tests.services import ROOT


@pytest.mark.requirement("006/FR-012")
def test_nothing_is_wrong_with_what_make_run_starts(remit: Launcher) -> None:
    command = [sys.executable, "-m", "tests.deployment", "--frontend", remit.page, "--gateway", remit.gateway]
    done = subprocess.run(
        [*command, "--mcp", f"{remit.mcp}/mcp"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\n") > 40


@pytest.mark.requirement("006/FR-012")
def test_addresses_that_are_mixed_up_are_found_out(remit: Launcher) -> None:
    """The negative control: every group of checks fails for one mistake or another."""
    nowhere = "http://127.0.0.1:1"
    mixed = dict(look_at(remit.gateway, remit.page, remit.mcp))
    other_host = dict(look_at(remit.page.replace("localhost", "127.0.0.1"), remit.gateway, remit.mcp))

    assert not mixed["page: it was told this gateway"]
    assert not mixed["page: its policy allows no inline script"]  # it has none
    assert not mixed["gateway: no token is 401"]
    assert not other_host["MCP server: … and this sign-in service"]
    assert not other_host["gateway: the page may ask me"]
    assert not any(dict(look_at(nowhere, nowhere, nowhere)).values())
