"""One line of JSON for each request, under one id in both services, and an error without its own words."""

import json
import logging
import time
import uuid
from typing import Any

import httpx2
import pytest

from shared.logs import HIDDEN, Lines, LogFormat
from tests.observability.conftest import Watched
from tests.services import Service

pytestmark = pytest.mark.requirement("006/FR-043")

WRITTEN_SECONDS = 5
FORMS: tuple[LogFormat, ...] = ("json", "text")
KEYS = {"time", "level", "logger", "request_id", "event", "method", "route", "status", "ms", "trace_id"}


def lines(service: Service, request_id: str) -> list[dict[str, Any]]:
    """Every line of the log is JSON; return those of one request, which are written when its answer was sent."""
    deadline = time.monotonic() + WRITTEN_SECONDS
    while True:
        found = [json.loads(line) for line in service.log.read_text("utf-8").splitlines()]
        of_it = [line for line in found if line["request_id"] == request_id]
        if of_it or time.monotonic() > deadline:
            return of_it
        time.sleep(0.02)


def test_a_request_is_one_line_under_the_id_that_came_with_it(
    watched: Watched, person: httpx2.Client, user_id: str
) -> None:
    name = str(uuid.uuid4())

    answer = person.get(f"/api/{user_id}/tasks?limit=7", headers={"x-request-id": name})

    assert answer.headers["x-request-id"] == name
    (line,) = lines(watched.gateway, name)
    assert line.keys() == KEYS
    assert (line["event"], line["method"], line["route"], line["status"]) == (
        "request",
        "GET",
        "/api/{user_id}/tasks",
        200,
    )
    (below,) = lines(watched.mcp_server, name)
    assert below.keys() == KEYS | {"tool", "outcome"}
    assert (below["route"], below["tool"], below["outcome"]) == ("/gateway", "find_tasks", "ok")
    assert below["trace_id"] == line["trace_id"]


@pytest.mark.parametrize(
    "sent", ["", "chosen", "a" * 65, "sk-live-0123456789abcdef", "eyJhbGciOiJFZERTQSJ9.e30.e30", "é" * 20]
)
def test_an_id_in_which_a_word_could_stand_is_not_taken(watched: Watched, person: httpx2.Client, sent: str) -> None:
    answer = person.get("/healthz", headers={"x-request-id": sent.encode()})

    name = answer.headers["x-request-id"]
    assert name != sent
    assert len(lines(watched.gateway, name)) == 1


def test_a_preflight_and_an_unknown_path_have_their_line_too(watched: Watched, person: httpx2.Client) -> None:
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "GET"}
    preflight = person.options("/api/whisper/tasks", headers=asked)
    missing = person.get("/whisper", params={"whisper": "whisper"})

    for answer, status in ((preflight, 200), (missing, 404)):
        (line,) = lines(watched.gateway, answer.headers["x-request-id"])
        assert (line["route"], line["status"]) == ("unmatched", status)
    assert "whisper" not in watched.gateway.log.read_text("utf-8")


def record(name: str, message: str, *args: object, error: BaseException | None = None) -> logging.LogRecord:
    info = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord(name, logging.ERROR, "/x/library.py", 7, message, args, info)


def fail() -> None:
    try:
        {}["whisper"]
    except KeyError as cause:
        raise ValueError("whisper") from cause


def test_an_error_is_told_by_type_and_place_alone() -> None:
    with pytest.raises(ValueError, match="whisper") as raised:
        fail()

    for form in FORMS:
        line = Lines(form, []).format(record("gateway.turns", "a turn failed", error=raised.value))
        assert "builtins.ValueError" in line
        assert "builtins.KeyError" in line
        assert "test_logs.py" in line
        assert "whisper" not in line


def test_a_library_is_heard_without_the_values_it_speaks_of() -> None:
    form = Lines("json", [])

    told = json.loads(form.format(record("openai.agents", "Error in %s", "whisper")))
    written_into = json.loads(form.format(record("openai.agents", "Error: whisper")))

    assert told["event"] == "Error in %s (library.py:7)"
    assert written_into["event"] == "(library.py:7)"


@pytest.mark.parametrize(
    ("secrets", "text"),
    [
        (["0123456789abcdef"], "the key 0123456789abcdef"),
        (["postgresql://role:p%40ssword-long@host/name"], "password p@ssword-long"),
        (["-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----\n"], "a key MC4CAQAwBQYDK2Vw"),
        ([], "Bearer abcdefghijkl"),
        ([], "a token eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.c2ln here"),
        ([], "provider sk-proj-0123456789"),
        ([], "cannot reach postgresql://role:another-ssword-long@host/name"),
    ],
)
def test_a_secret_is_hidden_whoever_says_it(secrets: list[str], text: str) -> None:
    line = Lines("json", secrets).format(record("gateway.x", '%s "and more"', text))

    event = json.loads(line)["event"]
    assert HIDDEN in event
    for part in ("0123456789", "ssword-long", "MC4CAQ", "abcdefghijkl", "eyJ"):
        assert part not in event
    assert event.endswith('"and more"')


def test_text_for_a_terminal_is_one_line_with_the_same_in_it() -> None:
    told = record("shared.observing", "request")
    told.told = {"method": "GET", "status": 200}

    assert Lines("text", []).format(told).endswith(" ERROR - shared.observing request method=GET status=200")
