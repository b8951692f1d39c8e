"""The page of settings names what each process reads, and nothing else; the launcher hands on what a person chose."""

import re
from dataclasses import fields

import pytest
from pydantic_settings import BaseSettings

import gateway.settings
import mcp_server.settings
from local.keys import Keys
from local.services import environments
from local.settings import PORTS
from mcp_server.settings import PurgeSettings, StdioSettings
from tests.services import ROOT

PAGE = (ROOT / "specs" / "001-first-light" / "contracts" / "environment.md").read_text("utf-8")
RULES = (ROOT / "frontend" / "server" / "settings.js").read_text("utf-8")
OWNER = "postgresql://owner:password@127.0.0.1:5432/remit"
NOT_HANDED_ON = {"HOST", "PORT", "DATABASE_URL"}
"""Where the page listens follows from a port, and the owner's connection is for migrations alone."""


def read_by(prefix: str, *kinds: type[BaseSettings]) -> set[str]:
    """Return the variables that a service's settings are read from."""
    read = [(name, field) for kind in kinds for name, field in kind.model_fields.items()]
    return {str(field.validation_alias or prefix + name.upper()) for name, field in read}


MCP_SERVER = read_by(mcp_server.settings.PREFIX, mcp_server.settings.Settings, StdioSettings, PurgeSettings)
GATEWAY = read_by(gateway.settings.PREFIX, gateway.settings.Settings)
FRONTEND = set(re.findall(r"^  ([A-Z_]+): \{", RULES, re.MULTILINE))
READ = {"MCP server": MCP_SERVER, "Gateway": GATEWAY, "Page and sign-in": FRONTEND}


def named_on(page: str) -> dict[str, set[str]]:
    """Return the variables that the page names for each service."""
    named: dict[str, set[str]] = {}
    for section in page.split("\n## ")[1:]:
        title, *lines = section.splitlines()
        prefix = (re.findall(r"`([A-Z_]+)…`", title) or [""])[0]
        cells = [line.split("|")[1] for line in lines if line.startswith("| `")]
        named[title.split(" (")[0]] = {
            name if "(without prefix)" in cell else prefix + name
            for cell in cells
            for name in re.findall(r"`(\w+)`", cell)
        }
    return named


def differences(page: str) -> dict[str, set[str]]:
    named = named_on(page)
    return {service: found for service, read in READ.items() if (found := read ^ named[service])}


def test_every_setting_stands_on_the_page_and_no_other_does() -> None:
    assert differences(PAGE) == {}


def test_a_setting_that_is_left_out_or_made_up_is_seen() -> None:
    """The negative control."""
    read = PAGE.partition("\n## MCP server")[2]
    for row in {line for line in read.splitlines() if line.startswith("| `")}:
        assert differences(PAGE.replace(row, "")), row
    assert differences(PAGE.replace("`CORS_ORIGINS`", "`CORS_ORIGINS`, `CORS_COLOUR`")) == {
        "Gateway": {"GATEWAY_CORS_COLOUR"}
    }


@pytest.mark.requirement("001/FR-005")
def test_what_a_person_chose_reaches_the_process_that_reads_it() -> None:
    chosen = dict.fromkeys(FRONTEND | GATEWAY | MCP_SERVER, "chosen")

    told = environments(chosen, Keys(**{one.name: "x" for one in fields(Keys)}), PORTS, OWNER)

    assert {name for name, value in told.frontend.items() if value == "chosen"} == FRONTEND - NOT_HANDED_ON
    assert {name for name, value in told.gateway.items() if value == "chosen"} >= GATEWAY - {"BETTER_AUTH_SECRET"}
    assert {name for name, value in told.mcp_server.items() if value == "chosen"} >= MCP_SERVER - NOT_HANDED_ON


@pytest.mark.requirement("001/FR-005")
def test_an_address_that_a_person_chose_is_told_to_whoever_must_agree_on_it() -> None:
    page, mcp = "https://remit.example", "https://mcp.example"
    chosen = {"BETTER_AUTH_URL": page, "MCP_SERVER_PUBLIC_URL": mcp}

    told = environments(chosen, Keys(**{one.name: "x" for one in fields(Keys)}), PORTS, OWNER)

    assert told.gateway["GATEWAY_JWT_ISSUER"] == told.mcp_server["MCP_SERVER_AUTH_ISSUER"] == f"{page}/api/auth"
    assert page in told.gateway["GATEWAY_CORS_ORIGINS"]
    assert told.frontend["MCP_PUBLIC_URL"] == f"{mcp}/mcp"
    assert told.gateway["GATEWAY_MCP_AUDIENCE"] == f"{mcp}/gateway"
