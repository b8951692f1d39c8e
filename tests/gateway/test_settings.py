"""What the gateway must be told: every problem in one go, no value shown, nothing served."""

import json
import os
import re
import secrets
import subprocess
import sys

import pytest
from pydantic import ValidationError

from gateway.assertion import AssertionSigner
from gateway.settings import PREFIX, Settings, read_settings
from shared.contract import Scope
from shared.identity import UserId, verified_payload
from shared.keys import load_key_set
from tests.gateway.serving import settings_of
from tests.services import ROOT, SigningKey

SECRET = secrets.token_urlsafe(48)
JWKS_MODE = {
    "GATEWAY_JWT_ISSUER": "http://localhost:3000/api/auth",
    "GATEWAY_JWT_AUDIENCE": "remit-gateway",
    "GATEWAY_JWKS_URL": "http://127.0.0.1:3000/api/auth/jwks",
    "GATEWAY_CORS_ORIGINS": '["http://localhost:3000"]',
    "GATEWAY_MCP_URL": "http://127.0.0.1:8001/gateway",
    "GATEWAY_MCP_AUDIENCE": "http://localhost:8001/gateway",
    "GATEWAY_ASSERTION_KEY": SigningKey().pem,
    "GATEWAY_ASSERTION_KEY_ID": "one",
}
HS256_MODE = JWKS_MODE | {"GATEWAY_AUTH_MODE": "hs256", "GATEWAY_HS256_SECRET": SECRET, "GATEWAY_JWKS_URL": ""}


def refused(environment: dict[str, str]) -> set[str]:
    """Return the settings that were refused."""
    with pytest.raises(ValidationError) as caught:
        settings_of(environment)
    return {str(one["loc"][0]) for one in caught.value.errors()}


def test_both_modes_are_accepted_as_documented() -> None:
    assert settings_of(JWKS_MODE).auth_mode == "jwks"
    assert settings_of(HS256_MODE | {"GATEWAY_USER_ID_CLAIMS": '["sub", "user_id"]'}).user_id_claims == (
        "sub",
        "user_id",
    )


@pytest.mark.requirement("001/FR-032")
@pytest.mark.parametrize(
    ("base", "changed", "name"),
    [
        (JWKS_MODE, {"GATEWAY_HS256_SECRET": SECRET}, "hs256_secret"),
        (JWKS_MODE, {"GATEWAY_JWKS_URL": ""}, "jwks_url"),
        (JWKS_MODE, {"GATEWAY_AUTH_MODE": "hs256", "GATEWAY_HS256_SECRET": SECRET}, "jwks_url"),
        (JWKS_MODE, {"GATEWAY_USER_ID_CLAIMS": '["user_id"]'}, "user_id_claims"),
        (JWKS_MODE, {"GATEWAY_AUTH_MODE": "none"}, "auth_mode"),
        (JWKS_MODE, {"GATEWAY_JWT_ISSUER": ""}, "jwt_issuer"),
        (JWKS_MODE, {"GATEWAY_JWT_AUDIENCE": ""}, "jwt_audience"),
        (HS256_MODE, {"GATEWAY_HS256_SECRET": ""}, "hs256_secret"),
        (HS256_MODE, {"GATEWAY_HS256_SECRET": "short"}, "hs256_secret"),
        (HS256_MODE, {"GATEWAY_HS256_SECRET": "a" * 64}, "hs256_secret"),
        (HS256_MODE, {"GATEWAY_HS256_SECRET": "0123456789" * 5}, "hs256_secret"),
        (HS256_MODE, {"GATEWAY_HS256_SECRET": "your-256-bit-secret-your-256-bit-secret"}, "hs256_secret"),
        (HS256_MODE, {"BETTER_AUTH_SECRET": SECRET}, "hs256_secret"),
        (HS256_MODE, {"GATEWAY_HS256_PREVIOUS_SECRET": "short"}, "hs256_previous_secret"),
        (HS256_MODE, {"GATEWAY_HS256_PREVIOUS_SECRET": SECRET}, "hs256_previous_secret"),
        (JWKS_MODE, {"GATEWAY_HS256_PREVIOUS_SECRET": SECRET}, "hs256_previous_secret"),
        (HS256_MODE, {"GATEWAY_USER_ID_CLAIMS": "[]"}, "user_id_claims"),
    ],
    ids=range(17),
)
def test_contradictory_or_weak_authentication_is_refused(
    base: dict[str, str], changed: dict[str, str], name: str
) -> None:
    assert name in refused(base | changed)


@pytest.mark.parametrize("length", [32, 64])
def test_a_random_secret_is_never_taken_for_a_weak_one(length: int) -> None:
    for _ in range(200):
        secret = secrets.token_hex(length // 2)
        assert settings_of(HS256_MODE | {"GATEWAY_HS256_SECRET": secret}).hs256_secret is not None


@pytest.mark.parametrize(
    "origins",
    [
        '["*"]',
        '["null"]',
        "[]",
        '["http://localhost:3000/"]',
        '["https://*.example.com"]',
        '["http://example.com"]',
        '["ftp://x"]',
        "http://x",
        "{}",
    ],
)
def test_only_exact_origins_are_accepted(origins: str) -> None:
    assert refused(JWKS_MODE | {"GATEWAY_CORS_ORIGINS": origins}) == {"cors_origins"}


@pytest.mark.requirement("003/FR-003")
@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        ("x7Kq9mP2vR5tY8wZ3nB6cD1fG4hJ0", "shorter than 32 bytes"),
        ("0123456789" * 5, "repeating itself"),
        # Published as an example of a secret, and long: length alone proves nothing.
        ("!RCR#hJFp*d8nHUZ@U79vC*HndVg292phyZ#5^Xb", "public list"),
    ],
    ids=["short", "repetitive", "known"],
)
def test_a_weak_secret_is_refused_with_the_reason(secret: str, reason: str) -> None:
    with pytest.raises(ValidationError) as caught:
        settings_of(HS256_MODE | {"GATEWAY_HS256_SECRET": secret})

    assert reason in caught.value.errors()[0]["msg"]


@pytest.mark.requirement("003/FR-031")
@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"GATEWAY_CORS_ORIGINS": '["http://localhost:3000"]'}, "cors_origins"),
        ({"GATEWAY_CORS_PREVIEW": "remit/team"}, "cors_preview"),
    ],
    ids=["http", "preview"],
)
def test_production_takes_exact_https_origins_alone(changed: dict[str, str], name: str) -> None:
    production = {"GATEWAY_ENVIRONMENT": "production", "GATEWAY_CORS_ORIGINS": '["https://remit.example"]'}

    assert settings_of(JWKS_MODE | production).environment == "production"
    assert refused(JWKS_MODE | production | changed) == {name}


@pytest.mark.requirement("003/FR-031")
@pytest.mark.parametrize("preview", ["remit", "*/team", "remit/*", "remit/.*", "remit/team/x", "remit/", "Remit/team"])
def test_a_preview_names_one_project_and_one_account(preview: str) -> None:
    assert refused(JWKS_MODE | {"GATEWAY_CORS_PREVIEW": preview}) == {"cors_preview"}


@pytest.mark.parametrize(
    "key", ["no key", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"], ids=range(2)
)
def test_only_an_ed25519_key_signs_assertions(key: str) -> None:
    assert refused(JWKS_MODE | {"GATEWAY_ASSERTION_KEY": key}) == {"assertion_key"}


@pytest.mark.requirement("003/FR-050")
def test_every_problem_is_told_at_once_and_no_value_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "hunter2-hunter2-hunter2-hunter2-hunter2"
    wrong = {"GATEWAY_PORT": "x", "GATEWAY_HS256_SECRET": secret, "GATEWAY_CORS_ORIGINS": "*", "OPENAI_API": "soap"}
    for name, value in (JWKS_MODE | wrong | {"GATEWAY_MCP_URL": ""}).items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as caught:
        read_settings()

    lines = str(caught.value.code).splitlines()
    assert {line.split(":")[0] for line in lines} == {*wrong, "GATEWAY_MCP_URL"}
    assert secret not in str(caught.value.code)


@pytest.mark.requirement("003/FR-050")
@pytest.mark.parametrize("value", ["", "!"], ids=["missing", "wrong"])
def test_every_line_says_what_to_set_in_words_for_a_person(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    for name, field in Settings.model_fields.items():
        monkeypatch.setenv(str(field.validation_alias or PREFIX + name.upper()), value)

    with pytest.raises(SystemExit) as caught:
        read_settings()

    lines = str(caught.value.code).splitlines()
    assert len(lines) > 5
    assert [line for line in lines if not re.fullmatch(r"[A-Z0-9_]+: .+ [Ss]et .+\.", line)] == []


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway", *arguments]
    told = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, timeout=60, check=False)


def test_a_wrong_setting_ends_the_process_before_it_serves() -> None:
    done = run(**JWKS_MODE | {"GATEWAY_AUTH_MODE": "magic"})

    assert done.returncode == 1
    assert done.stderr.startswith("GATEWAY_AUTH_MODE: ")
    assert "Traceback" not in done.stderr


@pytest.mark.requirement("003/FR-051")
def test_a_check_says_the_same_without_serving() -> None:
    good, bad = run("check", **JWKS_MODE), run("check", **JWKS_MODE | {"GATEWAY_AUTH_MODE": "magic"})

    assert (good.returncode, good.stdout, good.stderr) == (0, "Every setting of the gateway can be used.\n", "")
    assert (bad.returncode, bad.stdout) == (1, "")
    assert bad.stderr == run(**JWKS_MODE | {"GATEWAY_AUTH_MODE": "magic"}).stderr


def test_a_new_key_signs_what_its_public_half_verifies(user_id: str) -> None:
    made = json.loads(run("new-key").stdout)

    signer = AssertionSigner(made["private_key"], made["kid"], "gateway", "door")
    keys = load_key_set(made["public_keys"], "EdDSA")
    token = signer.sign(UserId(user_id), [Scope.TASKS_READ])
    claims = json.loads(verified_payload(token, keys[made["kid"]], "EdDSA"))
    assert (claims["sub"], claims["scope"]) == (user_id, "tasks:read")
    assert "PRIVATE" not in json.dumps(made["public_keys"])
    assert made["private_key"] != json.loads(run("new-key").stdout)["private_key"]


def test_a_key_may_stand_on_one_line() -> None:
    """As many hosts' forms hold it, and as a shell reads it out of double quotes."""
    pem = JWKS_MODE["GATEWAY_ASSERTION_KEY"]

    told = settings_of(JWKS_MODE | {"GATEWAY_ASSERTION_KEY": pem.replace("\n", "\\n")})

    assert told.assertion_key.get_secret_value() == pem
