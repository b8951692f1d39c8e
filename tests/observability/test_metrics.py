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
GROUPED = re.compile(r"\bby \(([^)]*)\)")
CHOSEN = re.compile(r"[{,]\s*(\w+)\s*(?:=|!=|=~|!~)\s*\"")
SHOWN = re.compile(r"{{(\w+)}}")
OF_PROMETHEUS = {"job", "instance"}
"""Labels that it gives to whatever it scrapes."""
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
    exported = exported_labels(watched, person, user_id)

    asked = {name for query, _ in queries() for name in NAME.findall(query)}

    assert len(asked) >= 9
    assert asked <= exported.keys(), asked - exported.keys()
    families, shown = (
        {re.sub(r"_(bucket|count|sum|created|total)$", "", one) for one in of} for of in (exported, asked)
    )
    assert families <= shown, f"not on the dashboard: {families - shown}"


@pytest.mark.requirement("006/FR-044")
def test_the_dashboard_groups_chooses_and_names_by_labels_that_are_there(
    watched: Watched, person: httpx2.Client, user_id: str
) -> None:
    exported = exported_labels(watched, person, user_id)

    assert {query: unknown for query, legend in queries() if (unknown := unknown_labels(exported, query, legend))} == {}
    calls = "sum by (tool) (rate(remit_tool_call_seconds_count[5m]))"
    for query, legend in (  # the negative control
        (calls.replace("by (tool)", "by (toll)"), ""),
        (calls.replace("[5m]", '{toll="x"}[5m]'), ""),
        (calls, "{{outcome}}"),  # it is there, and summed up
    ):
        assert unknown_labels(exported, query, legend)


def exported_labels(watched: Watched, person: httpx2.Client, user_id: str) -> dict[str, set[str]]:
    """Let everything happen that is counted, and return the labels of each sample by its name."""
    person.post(f"/api/{user_id}/chat", json={"message": "hello"})
    person.post(f"/api/{user_id}/chat", json={"message": "hello", "conversation_id": "unknown"})
    httpx2.get(f"{watched.gateway.url}/api/me")
    labels: dict[str, set[str]] = {}
    for service in ("gateway", "mcp_server"):
        for name, pairs in samples(watched, service):
            labels.setdefault(name, set()).update(label for label, _ in pairs)
    return labels


def queries() -> list[tuple[str, str]]:
    """Return each query of the dashboard with the legend of its lines."""
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    return [(target["expr"], target["legendFormat"]) for panel in panels for target in panel["targets"]]


def unknown_labels(exported: dict[str, set[str]], query: str, legend: str) -> set[str]:
    """Return what a query, or its legend, takes for a label, and no sample of its metric carries."""
    (metric,) = NAME.findall(query)
    there = exported[metric] | OF_PROMETHEUS
    grouped = [{label.strip() for label in labels.split(",")} for labels in GROUPED.findall(query)]
    left = set[str]().union(*grouped) if "sum" in query else there
    return set[str]().union(*grouped, CHOSEN.findall(query)) - there | set(SHOWN.findall(legend)) - left
