"""One trace from the browser's request to the SQL statement; and no SDK where nothing is exported."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

import gateway.settings
import mcp_server.settings
from tests.mcp_server.client import Caller
from tests.observability.collector import Kept
from tests.observability.conftest import Watched
from tests.services import ROOT, Issuer, Service, SigningKey, free_port, gateway_environment

pytestmark = pytest.mark.requirement("006/FR-040")

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def test_a_message_is_one_trace_down_to_its_statements(watched: Watched, person: httpx2.Client, user_id: str) -> None:
    trace = {"traceparent": f"00-{TRACE}-{SPAN}-01", "tracestate": "vendor=whisper", "baggage": "said=whisper"}

    answer = person.post(f"/api/{user_id}/chat", json={"message": "add buy milk"}, headers=trace)

    assert answer.status_code == 200
    watched.collector.wait_for(lambda span: span.trace == TRACE and "finish_turn" in span.name, 2)
    watched.collector.wait_for(lambda span: span.parent == SPAN, 1)
    found = [span for span in watched.collector.spans if span.trace == TRACE]
    by_id = {span.id: span for span in found}
    (root,) = [span for span in found if span.parent == SPAN]
    assert (root.service, root.name) == ("remit-gateway", "POST /api/{user_id}/chat")
    assert root.attributes["remit.request_id"] == answer.headers["x-request-id"]
    (insert,) = [span for span in found if "INSERT INTO tasks" in span.attributes.get("db.query.text", "")]
    way = [span.name for span in above(insert, by_id)]
    assert way == ["WITH", "tools/call add_tasks", "MCP send tools/call add_tasks", "POST /api/{user_id}/chat"]
    assert insert.service == "remit-mcp-server"


def above(span: Kept, by_id: dict[str, Kept]) -> list[Kept]:
    return [span, *above(by_id[span.parent], by_id)] if span.parent in by_id else [span]


def test_a_span_carries_no_value_of_a_statement(watched: Watched, person: httpx2.Client, user_id: str) -> None:
    person.post(f"/api/{user_id}/chat", json={"message": "add buy quinces"})

    watched.collector.wait_for(lambda span: "finish_turn" in span.name, 2)
    sent = b"".join(watched.collector.bodies)
    assert b"INSERT INTO" in sent
    assert b"quinces" not in sent
    assert user_id.encode() not in sent


def test_what_a_client_calls_a_tool_or_a_method_is_not_exported(watched: Watched, issuer: Issuer, user_id: str) -> None:
    url = f"{watched.mcp_server.url}/mcp"
    trace = {"traceparent": f"00-{'ab' * 16}-{SPAN}-01", "tracestate": "vendor=whisper"}
    caller = Caller(url, issuer.access_token(user_id, url), meta=trace)

    caller.post("tools/call", {"name": "whisper", "arguments": {}})
    caller.post("whisper/loudly", {})

    spans = watched.collector.wait_for(lambda span: span.trace == "ab" * 16, 2)
    assert {span.name for span in spans} == {"tools/call other", "other"}
    assert not [body for body in watched.collector.bodies if b"whisper" in body]


def test_a_collector_that_hangs_holds_up_neither_an_answer_nor_the_end(
    watched: Watched, issuer: Issuer, gateway_key: SigningKey, user_id: str, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        told = gateway_environment(f"{watched.mcp_server.url}/gateway", issuer, gateway_key, free_port())
        told |= {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{hanging.getsockname()[1]}"}
        service = Service("gateway", int(told["GATEWAY_PORT"]), told, tmp_path / "log")
        service.start()
        headers = {"Authorization": f"Bearer {issuer.gateway_token(user_id)}"}
        assert httpx2.get(f"{service.url}/api/me", headers=headers, timeout=2).status_code == 200

        begun = time.monotonic()
        service.stop()

    assert time.monotonic() - begun < 6


@pytest.mark.parametrize("module", ["gateway.app", "mcp_server.app"])
def test_the_sdk_is_not_loaded_where_nothing_is_exported(module: str) -> None:
    script = f"import sys, {module}, {module.split('.', 1)[0]}.__main__\nprint('opentelemetry.sdk' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


@pytest.mark.parametrize("name", ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"])
def test_a_collector_that_has_no_address_is_named_at_the_start(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for service, read in ((watched.gateway, gateway_settings), (watched.mcp_server, mcp_server_settings)):
        for variable, value in (service.environment | {name: "collector:4317"}).items():
            monkeypatch.setenv(variable, value)

        with pytest.raises(SystemExit, match=f"^{name}") as refused:
            read()
        assert "\n" not in str(refused.value)
        assert "collector" not in str(refused.value).replace("a collector's address", "")


def gateway_settings() -> None:
    gateway.settings.read_settings()


def mcp_server_settings() -> None:
    mcp_server.settings.read_settings(mcp_server.settings.Settings)
