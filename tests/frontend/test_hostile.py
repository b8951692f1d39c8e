"""What a stranger sends to the sign-in service: apps that would have it call somebody, names, text that is none."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.frontend.sign_in import Account, SignIn, sign_in
from tests.services import free_port

APP = {"client_name": "Planner", "redirect_uris": ["https://app.example/cb"], "token_endpoint_auth_method": "none"}


def register(service: SignIn, **changed: Any) -> httpx2.Response:
    return service.post("/api/auth/oauth2/register", APP | changed)


@pytest.mark.requirement("003/FR-043")
def test_no_app_has_the_service_call_an_address(service: SignIn) -> None:
    refused = register(service, backchannel_logout_uri="https://inside.example")

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client_metadata")


@pytest.mark.requirement("003/FR-043")
@pytest.mark.parametrize("name", ["\u202eedualC", "Cla\u200bude", "Claude\nsays yes", "x" * 101])
def test_an_apps_name_reads_as_it_is_written(service: SignIn, name: str) -> None:
    refused = register(service, client_name=name)

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client_metadata")
    assert register(service, client_name="Клод 👩\u200d💻").status_code == 201  # the joiner is part of the sign


@pytest.mark.requirement("003/FR-043")
@pytest.mark.parametrize(
    "path", ["create-client", "update-client", "delete-client", "client/rotate-secret", "update-consent"]
)
def test_a_session_makes_and_changes_no_app(account: Account, path: str) -> None:
    for spelled in (path, f"{path}/", f"/{path}"):
        answer = account.client.post(f"/api/auth/oauth2/{spelled}", json=APP)

        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), spelled


@pytest.mark.requirement("003/FR-041")
def test_who_finds_a_session_open_cannot_guess_its_password(
    account: Account, told: dict[str, str], tmp_path: Path
) -> None:
    public = told | {"PORT": str(free_port()), "BETTER_AUTH_URL": "https://remit.example"}
    guess = {"password": "wrong horse"}
    assert account.client.post("/api/auth/verify-password", json=guess).status_code == 404
    with sign_in(public, tmp_path / "log") as limited:
        body = {"name": "Ada", "email": f"{secrets.token_hex(8)}@example.com", "password": "correct horse"}
        cookie = limited.post("/api/auth/sign-up/email", body).headers["set-cookie"].partition(";")[0]
        answers = [limited.post("/api/auth/delete-user", guess, Cookie=cookie).status_code for _ in range(4)]

    assert answers == [400, 400, 400, 429]


@pytest.mark.requirement("003/FR-044")
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("oauth2/register", APP | {"contacts": ["\0"]}),
        ("update-user", {"name": "\0"}),
        ("revoke-session", {"token": "\0"}),
        ("connected-apps/revoke", {"clientId": "\0"}),
        ("oauth2/authorize?client_id=%00", None),
        ("oauth2/public-client?client_id=%00", None),
        ("oauth2/end-session?client_id=%00", None),
        ("reset-password/%00?callbackURL=/", None),
    ],
)
def test_text_that_cannot_be_stored_is_no_fault_of_the_service(
    service: SignIn, account: Account, path: str, body: dict[str, Any] | None
) -> None:
    method = "GET" if body is None else "POST"
    before = service.log.stat().st_size

    answer = account.client.request(method, f"/api/auth/{path}", json=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert service.log.stat().st_size == before


@pytest.mark.requirement("003/FR-044")
@pytest.mark.requirement("006/FR-045")
def test_two_who_sign_up_with_one_address_at_once_leave_it_out_of_the_log(service: SignIn) -> None:
    email = f"{secrets.token_hex(8)}@example.com"
    body = {"name": "Ada", "email": email, "password": "correct horse"}

    with ThreadPoolExecutor(8) as at_once:
        answers = list(at_once.map(lambda _: service.post("/api/auth/sign-up/email", body).status_code, range(8)))

    assert sorted(answers) == [200] + [422] * 7
    log = service.log.read_text("utf-8")
    assert "user_email" in log, "none of them met another"
    assert email not in log


@pytest.mark.requirement("003/FR-044")
def test_no_line_of_the_log_is_written_by_a_stranger(service: SignIn, account: Account) -> None:
    line = secrets.token_hex(8)
    body = {"email": account.email, "password": account.password, "callbackURL": f"https://evil.example/\n{line}"}

    assert service.post("/api/auth/sign-in/email", body).status_code == 403

    [told] = [one for one in service.log.read_text("utf-8").splitlines() if line in one]
    assert told.startswith("error: Invalid callbackURL")
