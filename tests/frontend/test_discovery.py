"""An MCP client that is a page signs its person in; no other answer is open to another page."""

import httpx2
import pytest

from tests.frontend.sign_in import SignIn

ORIGIN = "http://localhost:6274"
OPEN = (
    ("GET", "/.well-known/oauth-authorization-server/api/auth"),
    ("GET", "/api/auth/.well-known/oauth-authorization-server"),
    ("GET", "/api/auth/.well-known/openid-configuration"),
    ("GET", "/api/auth/jwks"),
    ("POST", "/api/auth/oauth2/register"),
    ("POST", "/api/auth/oauth2/token"),
)
CLOSED = (
    ("GET", "/api/auth/get-session"),
    ("GET", "/api/auth/token"),
    ("POST", "/api/auth/sign-in/email"),
    ("POST", "/api/auth/oauth2/consent"),
    ("GET", "/api/auth/oauth2/authorize"),
    ("GET", "/config.json"),
    ("GET", "/"),
)


def ask(service: SignIn, method: str, path: str, **headers: str) -> httpx2.Response:
    body = None if method == "GET" else {}
    return httpx2.request(method, service.url + path, json=body, headers={"Origin": ORIGIN, **headers})


@pytest.mark.parametrize(("method", "path"), OPEN)
def test_what_signs_an_app_in_is_open_to_any_page_without_cookies(service: SignIn, method: str, path: str) -> None:
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "content-type"}
    preflight = httpx2.options(service.url + path, headers={"Origin": ORIGIN, **asked})

    for answer in (preflight, ask(service, method, path)):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
    assert preflight.status_code == 204


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_nothing_with_a_session_is(service: SignIn, method: str, path: str) -> None:
    assert "access-control-allow-origin" not in ask(service, method, path).headers


def test_a_page_of_another_origin_registers_itself_as_an_app(service: SignIn) -> None:
    wanted = {"client_name": "Inspector", "redirect_uris": [f"{ORIGIN}/callback"], "token_endpoint_auth_method": "none"}

    answer = httpx2.post(f"{service.url}/api/auth/oauth2/register", json=wanted, headers={"Origin": ORIGIN})

    assert answer.status_code in {200, 201}, answer.text
    assert answer.json()["client_id"]


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/consent", "/api/auth/oauth2/authorize?client_id=x"])
def test_an_app_that_signs_people_in_by_a_popup_keeps_hold_of_it(service: SignIn, path: str) -> None:
    answer = service.get(path)

    assert "cross-origin-opener-policy" not in answer.headers
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"  # the others are sent
