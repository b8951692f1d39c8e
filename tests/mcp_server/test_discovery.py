"""A client that is a page finds out where to sign in; what it may read says nothing about anybody."""

import httpx2
import pytest

from tests.services import Service

ORIGIN = "http://localhost:6274"
METADATA = "/.well-known/oauth-protected-resource/mcp"


def test_any_page_may_read_where_to_sign_in(mcp_server: Service) -> None:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}
    asked |= {"Access-Control-Request-Headers": "mcp-protocol-version"}

    answer = httpx2.get(mcp_server.url + METADATA, headers={"Origin": ORIGIN})
    preflight = httpx2.options(mcp_server.url + METADATA, headers=asked)

    for one in (answer, preflight):
        assert one.status_code == 200
        assert one.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in one.headers
    assert answer.json()["authorization_servers"] == [mcp_server.environment["MCP_SERVER_AUTH_ISSUER"]]


@pytest.mark.parametrize("path", ["/mcp", "/gateway", "/healthz", "/readyz"])
def test_nothing_else_of_it_is_open_to_other_pages(mcp_server: Service, path: str) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        answer = httpx2.request(method, mcp_server.url + path, headers={"Origin": ORIGIN})

        assert "access-control-allow-origin" not in answer.headers
