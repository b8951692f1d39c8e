"""Metrics of the real services after a turn: what stands in them, and that the dashboard asks for nothing else."""

import json
import re

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from shared.contract import ConversationTool, PersonTool, TaskTool
from shared.errors import ErrorCode
from tests.mcp_server.client import Caller
from tests.observability.conftest import Watched
from tests.services import ROOT, Issuer

pytestmark = pytest.mark.requirement("006/FR-042")

DASHBOARD = ROOT / "specs" / "006-operations" / "contracts" / "grafana.json"
NAME = re.compile(r"\bremit_[a-z_]+")
TOOLS = {*TaskTool, *ConversationTool, *PersonTool, "unknown"}
CLOSED = {
    "method": {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER"},
    "door": {"people", "gateway"},
    "tool": TOOLS,
    "outcome": {"ok", "done", "stopped", "failed", "interrupted", "not_stored", *ErrorCode},
}


def samples(watched: Watched, service: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in text_string_to_metric_families(watched.metrics(service))
        for one in family.samples
    }


def counted(watched: Watched, service: str, name: str, **labels: str) -> float:
    return samples(watched, service).get((name, frozenset(labels.items())), 0)


def test_a_turn_is_counted_where_it_passes(watched: Watched, person: httpx2.Client, user_id: str) -> None:
    at_gateway = (
        ("remit_turn_first_event_seconds_count", {}),
        ("remit_turns_total", {"outcome": "done"}),
        ("remit_http_request_seconds_count", {"method": "POST", "route": "/api/{user_id}/chat", "status": "200"}),
    )
    at_tools = [
        ("remit_tool_call_seconds_count", {"door": "gateway", "tool": tool, "outcome": "ok"})
        for tool in ("begin_turn", "add_tasks", "finish_turn")
    ]
    told = [("gateway", *one) for one in at_gateway] + [("mcp_server", *one) for one in at_tools]
    before = [counted(watched, service, name, **labels) for service, name, labels in told]

    assert person.post(f"/api/{user_id}/chat", json={"message": "add buy milk"}).status_code == 200

    after = [counted(watched, service, name, **labels) for service, name, labels in told]
    assert [new - old for new, old in zip(after, before, strict=True)] == [1] * len(told)
    assert counted(watched, "gateway", "remit_turns_running") == 0


def test_no_label_is_a_callers_text(watched: Watched, issuer: Issuer, person: httpx2.Client, user_id: str) -> None:
    url = f"{watched.mcp_server.url}/mcp"
    Caller(url, issuer.access_token(user_id, url)).call("whisper")
    person.get(f"/api/{user_id}/whisper?whisper=whisper")
    httpx2.get(f"{watched.mcp_server.url}/whisper")
    person.request("WHISPER", f"/api/{user_id}/chat")

    for service in ("gateway", "mcp_server"):
        text = watched.metrics(service)
        assert "whisper" not in text.lower()
        assert user_id not in text
        for _, labels in samples(watched, service):
            for name, value in labels:
                assert value in CLOSED.get(name, {value}), (name, value)


def test_the_pool_is_told(watched: Watched, person: httpx2.Client, user_id: str) -> None:
    person.get(f"/api/{user_id}/tasks")

    assert counted(watched, "mcp_server", "remit_database_pool_size") == 12
    assert counted(watched, "mcp_server", "remit_database_pool_in_use") == 0
    assert ("remit_database_pool_wait_seconds_count", frozenset()) in samples(watched, "mcp_server")


@pytest.mark.requirement("006/FR-044")
def test_the_dashboard_asks_for_nothing_that_is_not_exported(
    watched: Watched, person: httpx2.Client, user_id: str
) -> None:
    person.post(f"/api/{user_id}/chat", json={"message": "hello"})
    exported = {name for service in ("gateway", "mcp_server") for name, _ in samples(watched, service)}

    asked = {name for panel in json.loads(DASHBOARD.read_text("utf-8"))["panels"] for name in names_in(panel)}

    assert len(asked) >= 9
    assert asked <= exported, asked - exported
    families, shown = (
        {re.sub(r"_(bucket|count|sum|created|total)$", "", one) for one in names} for names in (exported, asked)
    )
    assert families <= shown, f"not on the dashboard: {families - shown}"


def names_in(panel: dict[str, list[dict[str, str]]]) -> set[str]:
    return {name for target in panel["targets"] for name in NAME.findall(target["expr"])}
