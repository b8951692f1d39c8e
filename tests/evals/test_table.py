"""The offline assistant satisfies the table of everyday requests, and a model that only talks does not."""

import asyncio
from pathlib import Path

import httpx2
import pytest

from tests.evals.__main__ import configured
from tests.evals.case import Case
from tests.evals.running import Outcome, Stage, run_all
from tests.evals.table import ADDING, CASES, COMPLETING, TAKING_BACK
from tests.gateway.openai_server import OpenAIServer
from tests.services import Issuer, Service, SigningKey, free_port, gateway_environment

pytestmark = pytest.mark.requirement("002/SC-004")

AT_ONCE = 4


@pytest.fixture(scope="module")
def outcomes(gateway: Service, mcp_server: Service, issuer: Issuer, gateway_key: SigningKey) -> dict[str, Outcome]:
    async def play() -> list[Outcome]:
        async with httpx2.AsyncClient(timeout=60, trust_env=False) as http:
            return await run_all(Stage(gateway.url, mcp_server.url, issuer, gateway_key, http), CASES, AT_ONCE)

    return dict(zip([case.name for case in CASES], asyncio.run(play()), strict=True))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_request_of_the_table_is_satisfied(case: Case, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[case.name]

    assert not outcome.problems, outcome.told()


def test_the_model_is_that_of_make_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_MODEL", "of the environment")
    file = tmp_path / ".env"
    file.write_text("OPENAI_BASE_URL=http://127.0.0.1:1/v1\nOPENAI_MODEL=of the file\n")

    assert configured(file) == {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "OPENAI_MODEL": "of the environment"}


def test_the_table_is_long_enough_and_names_each_case_once() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


def test_a_model_that_claims_what_no_tool_did_satisfies_nothing(
    mcp_server: Service, issuer: Issuer, gateway_key: SigningKey, tmp_path: Path
) -> None:
    """The table can fail: any compatible server may answer it, and what it says is not what counts."""
    cases = [ADDING[0], COMPLETING[0], TAKING_BACK[1]]

    async def play() -> list[Outcome]:
        model = OpenAIServer(["Done: buy milk."] * sum(len(case.said) for case in cases))
        async with model.open() as url, httpx2.AsyncClient(timeout=60, trust_env=False) as http:
            environment = gateway_environment(f"{mcp_server.url}/gateway", issuer, gateway_key, port := free_port())
            talker = Service("gateway", port, environment | {"OPENAI_BASE_URL": url}, tmp_path / "gateway.log")
            await asyncio.to_thread(talker.start)
            try:
                return await run_all(Stage(talker.url, mcp_server.url, issuer, gateway_key, http), cases, 1)
            finally:
                await asyncio.to_thread(talker.stop)

    outcomes = asyncio.run(play())

    assert all(outcome.answers[0] == "Done: buy milk." for outcome in outcomes)
    assert all(outcome.problems for outcome in outcomes)
