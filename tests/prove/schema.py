"""The gateway against its own OpenAPI schema: whatever a person sends, the answer is one that it announces."""

import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gateway.app import create_gateway
from gateway.auth import SCHEME
from tests.faults.stack import NO_LIMITS
from tests.gateway.serving import settings_of
from tests.prove.promise import Outcome, Promise, Stage
from tests.services import ROOT, Service, free_port, gateway_environment, mcp_server_environment, open_folder

CARELESS = "tests.faults.careless"
CONTROL_EXAMPLES = 4
WIDTH = 200
LONG = 1_000
"""So many requests make the long run, which also tries every boundary of the schema, and requests one after another."""
GENERATED = re.compile(r"(\d+) generated")
CONFIGURATION = """\
hooks = "tests.prove.schema_hooks"

[parameters]
"path.user_id" = "{user}"

[checks]  # both with 413: a body is also refused for its length alone, which no schema can say
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429]
positive_data_acceptance.expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 413, 429]

[[operations]]
include-name = "POST /api/{{user_id}}/chatkit"
checks.positive_data_acceptance.enabled = false  # the protocol knows more of what is valid than the schema says
"""


@contextmanager
def _running(service: Service) -> Iterator[Service]:
    try:
        service.start()
        yield service
    finally:
        service.stop()


def _tools(stage: Stage, folder: Path) -> Service:
    """Return an MCP server that lets one person do what many would."""
    told = mcp_server_environment(stage.app_url, stage.issuer, stage.gateway_key, free_port()) | NO_LIMITS
    return Service("mcp_server", int(told["MCP_SERVER_PORT"]), told, folder / "mcp_server.log")


def _gateway(stage: Stage, tools: Service, folder: Path, module: str) -> Service:
    told = gateway_environment(f"{tools.url}/gateway", stage.issuer, stage.gateway_key, free_port())
    return Service(module, int(told["GATEWAY_PORT"]), told, folder / "gateway.log")


def schema_of(environment: dict[str, str]) -> dict[str, Any]:
    """Return the schema as the gateway's routes say it."""
    schema = create_gateway(settings_of(environment)).app.openapi()
    schema["components"]["securitySchemes"] = {SCHEME: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    return schema


def _tried(stage: Stage, tools: Service, module: str, phases: str, examples: int) -> tuple[int, int]:
    """Return how many requests were made, and how many ways to answer against the schema were found."""
    user = f"user-{uuid.uuid4().hex}"
    with open_folder() as folder, _running(_gateway(stage, tools, folder, module)) as gateway:
        (folder / "schema.json").write_text(json.dumps(schema_of(gateway.environment)), "utf-8")
        (folder / "schemathesis.toml").write_text(CONFIGURATION.format(user=user), "utf-8")
        token = stage.issuer.gateway_token(user)
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(folder / "schemathesis.toml"), "run"]
        command += [str(folder / "schema.json"), "--url", gateway.url, "--header", f"Authorization: Bearer {token}"]
        command += ["--phases", phases, "--max-examples", str(examples), "--continue-on-failure", "--no-color"]
        found = {**os.environ, "PYTHONPATH": str(ROOT)}  # the formats; what it remembers of a run goes with the folder
        done = subprocess.run(command, cwd=folder, env=found, capture_output=True, text=True, check=False)
    if done.returncode and module != CARELESS:
        sys.stderr.write("".join(f"{line[:WIDTH]}\n" for line in done.stdout.splitlines()))
    generated = GENERATED.search(done.stdout)
    assert generated is not None, done.stdout + done.stderr
    return int(generated.group(1)), max(done.stdout.count("\n- ST"), int(done.returncode != 0))


def run(stage: Stage, tries: int) -> Outcome:
    """Send at least ``tries`` requests."""
    operations = sum(len(methods) for methods in schema_of(_environment(stage))["paths"].values())
    phases = "examples,coverage,fuzzing,stateful" if tries >= LONG else "fuzzing"
    with open_folder() as folder, _running(_tools(stage, folder)) as tools:
        tried, broken = _tried(stage, tools, "gateway", phases, tries // operations + 1)
        control_tried, control_broken = _tried(stage, tools, CARELESS, "fuzzing", CONTROL_EXAMPLES)
    name = "ways to answer against the schema"
    return Outcome(tried, {name: broken}, control_tried, {name: control_broken})


def _environment(stage: Stage) -> dict[str, str]:
    return gateway_environment(f"{stage.mcp_server.url}/gateway", stage.issuer, stage.gateway_key, free_port())


PROMISE = Promise(
    "schema",
    "Whatever a signed-in person sends, the gateway answers as its own OpenAPI schema says, and without a failure.",
    "errors left to the framework",
    5_000,
    run,
)
