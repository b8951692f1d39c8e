"""The official conformance suite against the people's door as it is deployed, in both revisions of the protocol."""

import json
from collections.abc import Iterator

import pytest

from tests.conformance import node
from tests.conformance.__main__ import TOKEN
from tests.conformance.suite import HEADING, run
from tests.services import Issuer, Service, SigningKey, free_port, mcp_server_environment

SCENARIOS = {"2025-11-25": 30, "2026-07-28": 37}
"""How many scenarios each revision of the protocol requires of a server."""

pytestmark = [
    pytest.mark.skipif(bool(node.why_not()), reason=node.why_not()),
    pytest.mark.timeout(node.INSTALL_SECONDS + 120),  # the first test of all installs the packages
]


@pytest.fixture(scope="module")
def served(
    owner_url: str, app_url: str, issuer: Issuer, gateway_key: SigningKey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The production server, stateless as deployed, with the suite's fixtures and a token of its own."""
    assert owner_url
    port = free_port()
    environment = mcp_server_environment(app_url, issuer, gateway_key, port)
    environment["MCP_SERVER_ALLOWED_ORIGINS"] = json.dumps([f"http://127.0.0.1:{port}", f"http://localhost:{port}"])
    environment[TOKEN] = issuer.access_token("conformance", f"http://127.0.0.1:{port}/mcp")
    service = Service("tests.conformance", port, environment, tmp_path_factory.mktemp("conformance") / "server.log")
    service.start()
    yield service
    service.stop()


@pytest.mark.requirement("002/SC-002")
@pytest.mark.parametrize("revision", SCENARIOS)
def test_the_official_suite_finds_nothing_that_is_ours(
    served: Service, revision: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report = run(f"{served.url}/mcp", revision)

    with capsys.disabled():
        print(f"\n{HEADING}\n{report}")  # noqa: T201 - whoever runs the suite wants to see the table
    assert report.failed == set()
    assert report.is_clean
    assert len(report.scenarios) == SCENARIOS[revision]
