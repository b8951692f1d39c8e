"""``make eval``: the table against the configured model, or the offline assistant; each case, and the rate.

Words behind the command choose the cases that have one of them in their names.
"""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from local.services import MODEL_SETTINGS
from local.settings import read_settings
from tests.evals.case import Case
from tests.evals.running import Outcome, Stage, run_all
from tests.evals.table import CASES
from tests.services import (
    ROOT,
    Issuer,
    Service,
    SigningKey,
    embedded_postgres,
    free_port,
    gateway_environment,
    mcp_server_environment,
    migrated,
)

AT_ONCE = 4
SECONDS = 120


def main(words: list[str]) -> None:
    chosen = [case for case in CASES if not words or any(word.casefold() in case.name.casefold() for word in words)]
    model = configured(ROOT / ".env")
    name = _name_of(model)
    _print(f"{len(chosen)} cases, answered by {name}")
    with started(model) as (issuer, key, mcp_server, gateway):
        outcomes = asyncio.run(_play(chosen, issuer, key, mcp_server, gateway))
    for case, outcome in zip(chosen, outcomes, strict=True):
        _print(f"{'✗' if outcome.problems else '✓'} {case.name}")
        if outcome.problems:
            _print("\n".join(f"    {line}" for line in outcome.told().splitlines()))
    passed = sum(not outcome.problems for outcome in outcomes)
    _print(f"{passed} of {len(chosen)} satisfied ({passed / max(len(chosen), 1):.0%}) by {name}")


def configured(env_file: Path) -> dict[str, str]:
    """Return the settings of the model, as `make run` reads them."""
    settings = read_settings(env_file)
    return {name: settings[name] for name in MODEL_SETTINGS if name in settings}


@contextmanager
def started(model: dict[str, str]) -> Iterator[tuple[Issuer, SigningKey, Service, Service]]:
    """Run what the table needs: a database, the MCP server, and the gateway with this model."""
    issuer, key = Issuer(), SigningKey()
    with embedded_postgres() as postgres, tempfile.TemporaryDirectory() as folder:
        app_url = migrated(postgres)
        environment = mcp_server_environment(app_url, issuer, key, port := free_port())
        mcp_server = Service("mcp_server", port, environment, Path(folder) / "mcp_server.log")
        environment = gateway_environment(f"{mcp_server.url}/gateway", issuer, key, port := free_port())
        gateway = Service("gateway", port, environment | model, Path(folder) / "gateway.log")
        try:
            mcp_server.start()
            gateway.start()
            yield issuer, key, mcp_server, gateway
        finally:
            gateway.stop()
            mcp_server.stop()
            issuer.close()


async def _play(
    cases: list[Case], issuer: Issuer, key: SigningKey, mcp_server: Service, gateway: Service
) -> list[Outcome]:
    async with httpx2.AsyncClient(timeout=SECONDS) as http:
        return await run_all(Stage(gateway.url, mcp_server.url, issuer, key, http), cases, AT_ONCE)


def _name_of(model: dict[str, str]) -> str:
    if "OPENAI_API_KEY" not in model and "OPENAI_BASE_URL" not in model:
        return "the offline assistant: no model is configured (OPENAI_API_KEY or OPENAI_BASE_URL)"
    return model.get("OPENAI_MODEL") or "the default model"


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
