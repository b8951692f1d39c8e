"""The offline assistant satisfies the table of everyday requests."""

import asyncio

import httpx2
import pytest

from tests.evals.case import Case
from tests.evals.running import Outcome, Stage, run_all
from tests.evals.table import CASES
from tests.services import Issuer, Service, SigningKey

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


def test_the_table_is_long_enough_and_names_each_case_once() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)
