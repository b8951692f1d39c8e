"""What the sign-in service signs, for whom, and for how long."""

import time

import jwt
import pytest

from shared.identity import TokenRules, Verifier
from shared.keys import PublishedKeys
from tests.frontend.sign_in import Account, SignIn
from tests.services import GATEWAY_AUDIENCE

pytestmark = pytest.mark.anyio


def claims_of(token: str) -> dict[str, object]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


@pytest.mark.requirement("001/FR-051")
async def test_the_pages_token_passes_the_gateways_own_rules(service: SignIn, account: Account) -> None:
    keys = PublishedKeys(f"{service.url}/api/auth/jwks")
    rules = TokenRules("EdDSA", issuer=f"{service.origin}/api/auth", audience=GATEWAY_AUDIENCE)

    async with keys.running():
        identity = await Verifier(rules, keys).verify(account.token())

    assert identity.user_id == account.user_id
    assert 0 < identity.expires_at - time.time() <= 15 * 60


@pytest.mark.requirement("001/FR-051")
@pytest.mark.requirement("003/FR-041")
async def test_nothing_that_a_person_can_edit_becomes_a_claim(account: Account) -> None:
    assert account.client.post("/api/auth/update-user", json={"name": "admin"}).status_code == 200

    assert claims_of(account.token()).keys() == {"sub", "iss", "aud", "iat", "exp"}


@pytest.mark.requirement("003/FR-033")
async def test_no_browser_keeps_what_holds_a_session_or_a_token(account: Account) -> None:
    sign_in = account.client.post(
        "/api/auth/sign-in/email", json={"email": account.email, "password": account.password}
    )
    others = [account.client.get(f"/api/auth/{path}") for path in ("token", "get-session", "list-sessions")]

    assert {answer.headers["cache-control"] for answer in (sign_in, *others)} == {"no-store"}


@pytest.mark.requirement("001/FR-052")
async def test_without_a_session_there_is_no_token(service: SignIn, account: Account) -> None:
    assert service.get("/api/auth/token").status_code == 401
    assert account.client.post("/api/auth/sign-out", json={}).status_code == 200
    assert account.client.get("/api/auth/token").status_code == 401


@pytest.mark.requirement("001/FR-050")
async def test_a_person_signs_in_again_after_signing_out(service: SignIn, account: Account) -> None:
    account.client.post("/api/auth/sign-out", json={})
    body = {"email": account.email, "password": account.password}

    answer = account.client.post("/api/auth/sign-in/email", json=body)

    assert answer.json()["user"]["id"] == account.user_id
    assert service.post("/api/auth/sign-in/email", body | {"password": "another one"}).status_code == 401


@pytest.mark.requirement("001/FR-050")
async def test_the_session_is_a_cookie_that_no_script_reads(service: SignIn, account: Account) -> None:
    body = {"email": account.email, "password": account.password}

    cookie = service.post("/api/auth/sign-in/email", body).headers["set-cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.requirement("001/FR-050")
async def test_another_sites_page_cannot_sign_anybody_in(service: SignIn, account: Account) -> None:
    body = {"email": account.email, "password": account.password}

    for origin in ("https://evil.example", f"{service.origin}.evil.example", "null"):
        assert service.post("/api/auth/sign-in/email", body, Origin=origin).status_code == 403


@pytest.mark.requirement("001/FR-050")
async def test_a_short_password_is_refused(service: SignIn) -> None:
    body = {"name": "Ada", "email": "short@example.com", "password": "1234567"}

    assert service.post("/api/auth/sign-up/email", body).status_code == 400


@pytest.mark.requirement("001/FR-056")
@pytest.mark.parametrize(
    ("redirect", "status"),
    [("http://127.0.0.1:8765/callback", 201), ("https://app.example/cb", 201), ("http://app.example/cb", 400)],
)
async def test_a_client_registers_itself(service: SignIn, redirect: str, status: int) -> None:
    """Desktop clients name a loopback callback and no application type; plain http elsewhere stays refused."""
    body = {"client_name": "Test", "redirect_uris": [redirect], "token_endpoint_auth_method": "none"}

    assert service.post("/api/auth/oauth2/register", body).status_code == status
