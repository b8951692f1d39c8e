"""What the tools say of themselves is a contract: it changes on purpose, in a file that a reviewer sees.

``make contracts`` writes the files again.
"""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.mcp_server.client import Caller
from tests.mcp_server.conftest import As
from tests.mcp_server.price import MOST_TOKENS, PRICED, price
from tests.services import ROOT

CONTRACTS = ROOT / "specs" / "001-first-light" / "contracts"
EVERY_SCOPE = "tasks:read tasks:write conversations:read"


@pytest.fixture(params=["people", "gateway"])
def listing(request: pytest.FixtureRequest, person: Caller, gateway_caller: Caller) -> tuple[str, list[dict[str, Any]]]:
    caller = person if request.param == "people" else gateway_caller
    return request.param, list(caller.tools().values())


def schemas(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema of an argument, at any depth."""
    if isinstance(node, dict):
        if "type" in node or "enum" in node or "anyOf" in node:
            yield node
        for one in node.values():
            yield from schemas(one)
    if isinstance(node, list):
        for one in node:
            yield from schemas(one)


def test_the_listing_is_the_one_in_the_contract(listing: tuple[str, list[dict[str, Any]]]) -> None:
    door, tools = listing
    file = CONTRACTS / f"tools-{door}.json"
    if os.environ.get("WRITE_CONTRACTS"):
        file.write_text(json.dumps(tools, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    assert tools == json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.requirement("002/FR-003")
def test_every_tool_has_a_title_a_description_and_hints(listing: tuple[str, list[dict[str, Any]]]) -> None:
    for tool in listing[1]:
        assert tool["title"]
        assert tool["description"].endswith(".")
        assert "\n" not in tool["description"]
        hints = tool["annotations"]
        assert hints["openWorldHint"] is False
        assert hints["readOnlyHint"] is True or {"destructiveHint", "idempotentHint"} <= hints.keys()


@pytest.mark.requirement("002/FR-003")
def test_every_schema_is_strict_flat_and_free_of_null(listing: tuple[str, list[dict[str, Any]]]) -> None:
    for tool in listing[1]:
        assert tool["inputSchema"]["additionalProperties"] is False
        for schema in schemas(tool["inputSchema"]):
            assert not schema.keys() & {"anyOf", "oneOf", "$ref", "$defs", "definitions"}
            assert not isinstance(schema.get("title"), str)
            assert schema.get("type") != "null"
            assert not schema.keys() & {"nullable", "dependencies", "additionalItems", "$id", "id"}
            assert isinstance(schema.get("type", "string"), str)
            if schema.get("type") == "object":
                assert schema["additionalProperties"] is ("properties" not in schema)


@pytest.mark.requirement("002/FR-002")
def test_the_whole_listing_has_its_price(at_people: As, user_id: str) -> None:
    """Under every scope that an app can be given, and with the instructions."""
    reader = at_people(user_id, EVERY_SCOPE)
    listing = {
        "instructions": reader.post("server/discover", {}).json()["result"]["instructions"],
        "tools": list(reader.tools().values()),
    }
    if os.environ.get("WRITE_CONTRACTS"):
        PRICED.write_text(json.dumps(listing, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    assert listing == json.loads(PRICED.read_text(encoding="utf-8"))
    assert price(listing) <= MOST_TOKENS
