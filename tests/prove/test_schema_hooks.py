"""That a broken request was accepted counts only where the gateway's own schema forbids it."""

import uuid
from typing import Any

import pytest
import schemathesis
from requests import Request
from schemathesis.core.failures import AcceptedNegativeData, Failure, ServerError

from tests.prove.schema import schema_of
from tests.prove.schema_hooks import filter_failure
from tests.services import Issuer, SigningKey, gateway_environment

pytestmark = pytest.mark.requirement("006/FR-046")

ACTIONS, SETTINGS = ("/api/{user_id}/tasks/actions", "POST"), ("/api/{user_id}/settings", "PATCH")
COMPLETE = {"action": "complete", "id": "t1", "title": "milk"}
UNDO = {"action": "undo", "undo_token": "c1"}
USER = {"user_id": "ann"}
TOKEN = {"Authorization": "Bearer one"}
ACCEPTED = AcceptedNegativeData(operation="", message="", status_code=200, expected_statuses=["422"])


@pytest.fixture(scope="module")
def schema(issuer: Issuer, gateway_key: SigningKey) -> Any:
    told = gateway_environment("http://127.0.0.1:1/gateway", issuer, gateway_key, 1)
    return schemathesis.openapi.from_dict(schema_of(told))


def is_kept(
    schema: Any,
    where: tuple[str, str],
    failure: Failure = ACCEPTED,
    *,
    user: dict[str, str] = USER,
    headers: dict[str, str] = TOKEN,
    **sent: Any,
) -> bool:
    """Tell whether a failure counts that was found where this was sent."""
    path, method = where
    operation = schema[path][method]
    case = operation.Case(path_parameters=user, headers={}, media_type="application/json")
    request = Request(method, f"http://localhost{path}", headers=headers, **sent).prepare()
    answer = schemathesis.Response(200, {}, b"{}", request, 0, verify=False)
    return filter_failure(schemathesis.HookContext(operation=operation), failure, case, answer)


@pytest.mark.parametrize("body", [COMPLETE, COMPLETE | {"action": "reopen"}, UNDO])
def test_a_body_that_is_right_for_another_branch_is_no_finding(schema: Any, body: dict[str, str]) -> None:
    assert not is_kept(schema, ACTIONS, json=body)


@pytest.mark.parametrize(
    "sent",
    [
        {"json": COMPLETE | {"action": "undo"}},
        {"json": UNDO | {"action": "complete"}},
        {"json": COMPLETE | UNDO},
        {"json": COMPLETE | {"id": "1"}},
        {"json": None},
        {"data": b"{"},
        {"json": COMPLETE, "headers": {}},
        {"json": COMPLETE, "headers": TOKEN | {"Idempotency-Key": "é"}},
        {"json": COMPLETE, "user": {"user_id": "/"}},
    ],
)
def test_what_no_branch_allows_is_a_finding(schema: Any, sent: dict[str, Any]) -> None:
    assert is_kept(schema, ACTIONS, **sent)


def test_a_format_of_the_gateways_own_is_looked_at_too(schema: Any) -> None:
    assert not is_kept(schema, SETTINGS, json={"time_zone": "Europe/Vienna"})
    assert is_kept(schema, SETTINGS, json={"time_zone": uuid.uuid4().hex})


def test_any_other_failure_is_a_finding(schema: Any) -> None:
    assert is_kept(schema, ACTIONS, ServerError(operation="", status_code=500), json=COMPLETE)


def test_each_name_of_a_union_is_tried(schema: Any) -> None:
    """Without the hook the first of two names that lead to one branch would never be sent as something valid."""
    path, method = ACTIONS
    [body] = schema[path][method].body
    assert all(body.is_valid(one) for one in (COMPLETE, COMPLETE | {"action": "reopen"}, UNDO))
