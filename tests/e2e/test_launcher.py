"""`make run` from the outside: starts, says what is wrong, and leaves nothing behind."""

import os
import re
import signal
import socket
import stat
import time
from pathlib import Path

import httpx2
import pytest

from tests.e2e.launcher import Launcher, launcher
from tests.services import open_folder


def pid_of(remit: Launcher, words: str) -> int:
    """Find a process of this product by its command line, below the launcher."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and words in _read(entry / "cmdline") and _is_below(int(entry.name), remit.running.pid):
            return int(entry.name)
    raise AssertionError(f"no process {words!r}")


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace").replace("\0", " ")
    except OSError:
        return ""


def _is_below(pid: int, ancestor: int) -> bool:
    while pid > 1:
        if pid == ancestor:
            return True
        parent = re.search(r"\) \S+ (\d+)", _read(Path(f"/proc/{pid}/stat")))
        pid = int(parent[1]) if parent else 0
    return False


def assert_nothing_listens(remit: Launcher) -> None:
    for port in remit.ports.values():
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert not (remit.state / "postgres" / "postmaster.pid").exists()


@pytest.mark.requirement("001/FR-001")
def test_each_step_is_shown_with_its_time_and_one_address(remit: Launcher) -> None:
    shown = remit.output.read_text()

    assert re.findall(r"✓ (.+?)  +\d+\.\d s", shown) == [
        "Python packages",
        "Page packages",
        "Building the page",
        "Starting PostgreSQL",
        "Migrating the database",
        "Starting the services",
    ]
    assert re.findall(r"https?://\S+", shown) == [remit.page]


@pytest.mark.requirement("001/FR-001")
def test_all_three_services_are_ready(remit: Launcher) -> None:
    for address in (remit.page, remit.gateway, remit.mcp):
        assert httpx2.get(f"{address}/healthz").status_code == 200
        assert httpx2.get(f"{address}/readyz").status_code == 200


@pytest.mark.requirement("001/FR-002")
def test_only_the_owner_can_read_the_keys(remit: Launcher) -> None:
    assert stat.S_IMODE((remit.state / "keys.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((remit.state / "postgres").stat().st_mode) == 0o700


@pytest.mark.requirement("001/FR-004")
def test_a_second_start_from_the_same_folder_is_refused(remit: Launcher) -> None:
    with launcher(remit.state.parent) as second:
        second.state = remit.state
        shown_before = remit.output.read_text()
        second.begin()
        assert second.running.wait(30) == 1
        assert "Remit already runs from this folder" in remit.output.read_text()
        remit.output.write_text(shown_before)


@pytest.mark.requirement("001/FR-004")
@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ({"GATEWAY_PORT": "seven"}, "GATEWAY_PORT must be a port from 1 to 65535, not 'seven'."),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must look like postgresql://user:password@host:5432/name."),
        ({"PATH": "/nowhere"}, "Node.js 20.19 or newer with npm is needed. Install it and run this again."),
    ],
    ids=["port", "database", "node"],
)
def test_a_bad_setting_ends_the_start_with_one_line(setting: dict[str, str], line: str) -> None:
    with open_folder() as folder, launcher(folder) as remit:
        remit.ports = {name: port for name, port in remit.ports.items() if name not in setting}
        remit.environment = setting
        remit.begin()

        assert remit.running.wait(30) == 1
        assert remit.output.read_text().strip() == line
        assert not (remit.state / "postgres").exists()


@pytest.mark.requirement("001/FR-004")
def test_a_taken_port_ends_the_start_before_anything_runs() -> None:
    with open_folder() as folder, launcher(folder) as remit, socket.socket() as taken:
        taken.bind(("127.0.0.1", remit.ports["MCP_SERVER_PORT"]))
        taken.listen()
        remit.begin()

        assert remit.running.wait(30) == 1
        port = remit.ports["MCP_SERVER_PORT"]
        expected = f"Port {port} is taken. Stop what listens there, or set MCP_SERVER_PORT to another port."
        assert remit.output.read_text().strip() == expected
        assert not (remit.state / "postgres").exists()


@pytest.mark.requirement("001/FR-004")
def test_a_wrong_value_of_a_service_is_told_and_everything_stops() -> None:
    with open_folder() as folder, launcher(folder, GATEWAY_AUTH_MODE="magic") as remit:
        remit.begin()

        assert remit.running.wait(90) == 1
        assert "GATEWAY_AUTH_MODE" in remit.output.read_text()
        assert_nothing_listens(remit)


@pytest.mark.requirement("001/FR-002")
@pytest.mark.requirement("001/FR-003")
def test_signals_and_crashes_stop_everything_and_keys_survive() -> None:
    with open_folder() as folder, launcher(folder) as remit:
        remit.start()
        keys = (remit.state / "keys.json").read_bytes()
        assert remit.stop(signal.SIGTERM) == 0
        assert_nothing_listens(remit)

        remit.start()
        assert (remit.state / "keys.json").read_bytes() == keys
        os.kill(pid_of(remit, "-m gateway"), signal.SIGKILL)
        started = time.monotonic()
        assert remit.running.wait(45) == 1
        assert time.monotonic() - started < 40
        assert "The gateway ended, so everything stops." in remit.output.read_text()
        assert_nothing_listens(remit)

        remit.start()
        assert remit.stop(signal.SIGINT) == 0
        assert "Stopped." in remit.output.read_text()
        assert_nothing_listens(remit)
