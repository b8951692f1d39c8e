"""What the launcher is told, and how it answers what it cannot use."""

import socket
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from local.keys import Keys
from local.services import environments, with_login
from local.settings import PORTS, StartError, database_url, ports, read_settings
from tests.services import ROOT


@pytest.mark.requirement("001/FR-005")
def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text("# a comment\nGATEWAY_PORT=8100\nOPENAI_MODEL='qwen3:8b'\nMCP_SERVER_PORT=\n")
    monkeypatch.setenv("GATEWAY_PORT", "8200")

    settings = read_settings(file)

    assert (settings["GATEWAY_PORT"], settings["OPENAI_MODEL"]) == ("8200", "qwen3:8b")
    assert "MCP_SERVER_PORT" not in settings


@pytest.mark.requirement("001/FR-004")
@pytest.mark.parametrize("line", ["GATEWAY_PORT", "GATEWAY_PORT 8000", "'unfinished=1"])
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / ".env"
    file.write_text(f"FRONTEND_PORT=3000\n{line}\n")

    with pytest.raises(StartError, match=r"^\.env, line 2: write NAME=value\.$"):
        read_settings(file)


@pytest.mark.requirement("001/FR-004")
@pytest.mark.parametrize("value", ["http", "0", "65536", "-1", "80.5", "\uff18\uff10"])
def test_a_port_that_is_none_is_refused_by_name(value: str) -> None:
    with pytest.raises(StartError, match="GATEWAY_PORT must be a port from 1 to 65535"):
        ports({"GATEWAY_PORT": value})


@pytest.mark.requirement("001/FR-004")
def test_a_taken_port_is_named_with_its_setting() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]

        with pytest.raises(StartError, match=rf"^Port {taken} is taken\. .* set GATEWAY_PORT to another port\.$"):
            ports({"GATEWAY_PORT": str(taken), "FRONTEND_PORT": "1", "MCP_SERVER_PORT": "2"})


@pytest.mark.requirement("001/FR-004")
def test_two_services_cannot_share_a_port() -> None:
    with pytest.raises(StartError, match="three different ports"):
        ports({"GATEWAY_PORT": "3000", "FRONTEND_PORT": "3000"})


@pytest.mark.requirement("001/FR-004")
def test_a_folder_that_cannot_be_made_ends_the_start_with_one_line_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    state = tmp_path / "file" / "state"
    command = [sys.executable, "-m", "local", "--state", str(state), "stdio"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (1, f"\n  {state}: Not a directory.\n")


@pytest.mark.requirement("001/FR-005")
def test_an_own_database_takes_over() -> None:
    assert database_url({}) is None
    assert database_url({"DATABASE_URL": "postgres://a:b@c/d"}) == "postgres://a:b@c/d"
    with pytest.raises(StartError, match="DATABASE_URL must look like"):
        database_url({"DATABASE_URL": "mysql://a:b@c/d"})


@pytest.mark.requirement("001/FR-005")
def test_a_role_of_its_own_reaches_the_same_database_with_the_same_parameters() -> None:
    owner = "postgresql://owner:p%40ss@db.example:5433/app?sslmode=require&channel_binding=require"

    assert with_login(owner, "remit_app", "a/b@c") == (
        "postgresql://remit_app:a%2Fb%40c@db.example:5433/app?sslmode=require&channel_binding=require"
    )


@pytest.mark.requirement("006/FR-040")
def test_where_traces_go_is_told_to_the_services_that_export_them() -> None:
    keys = Keys(**{one.name: "x" for one in fields(Keys)})
    collector = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}

    told = environments(collector, keys, PORTS, "postgresql://owner:password@127.0.0.1:5432/remit")

    assert collector.items() <= told.gateway.items()
    assert collector.items() <= told.mcp_server.items()
    assert not collector.keys() & told.frontend.keys()
