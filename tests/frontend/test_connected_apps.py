"""Apps that a person let in are told to that person alone, and get no new token once they are disconnected."""

from datetime import datetime, timedelta

import asyncpg
import pytest

from tests.frontend.sign_in import Account, SignIn
from tests.oauth import OAuthApp

pytestmark = pytest.mark.requirement("003/FR-042")

REFRESHED = """
INSERT INTO auth."oauthRefreshToken"
SELECT (jsonb_populate_record(given, jsonb_build_object(
    'id', given.id || later, 'token', given.token || later, 'createdAt', given."createdAt" + later * interval '1 day'
))).*
FROM auth."oauthRefreshToken" AS given, generate_series(1, 101) AS later WHERE given."clientId" = $1
"""
"""As many refreshes as the service would not read in one go, a day after each other."""


def app_of(account: Account, name: str = "Planner") -> OAuthApp:
    return OAuthApp(account.client, account.service.environment["MCP_PUBLIC_URL"], name)


def apps_of(account: Account) -> list[dict[str, object]]:
    return list(account.client.get("/api/auth/connected-apps").json())


def revoke(account: Account, client_id: object) -> int:
    return account.client.post("/api/auth/connected-apps/revoke", json={"clientId": client_id}).status_code


def test_an_app_that_was_let_in_is_listed(account: Account) -> None:
    assert apps_of(account) == []
    app = app_of(account)
    app.get_in()

    [told] = apps_of(account)

    assert (told["clientId"], told["name"]) == (app.client_id, "Planner")
    assert told["scopes"] == ["tasks:read", "offline_access"]
    assert str(told["allowedAt"]) <= str(told["lastUsedAt"])


@pytest.mark.anyio
async def test_the_last_use_is_told_however_often_an_app_was_used(account: Account, owner_url: str) -> None:
    app = app_of(account)
    app.get_in()
    [before] = apps_of(account)
    owner = await asyncpg.connect(owner_url)
    await owner.execute(REFRESHED, app.client_id)
    await owner.close()

    [told] = apps_of(account)

    used, first = (datetime.fromisoformat(str(one["lastUsedAt"])) for one in (told, before))
    assert used - first > timedelta(days=100)
    assert told["allowedAt"] == before["allowedAt"]


def test_a_disconnected_app_gets_no_new_token(account: Account) -> None:
    app, other = app_of(account), app_of(account, "Reader")
    tokens, others = app.get_in(), other.get_in()
    refreshed = app.refresh(tokens["refresh_token"])
    assert refreshed.status_code == 200

    assert revoke(account, app.client_id) == 200

    refused = app.refresh(refreshed.json()["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert [told["name"] for told in apps_of(account)] == ["Reader"]
    assert other.refresh(others["refresh_token"]).status_code == 200


def test_a_disconnected_app_must_ask_the_person_again(account: Account) -> None:
    app = app_of(account)
    app.get_in()
    revoke(account, app.client_id)

    assert app.get_in()["access_token"]
    assert len(apps_of(account)) == 1


def test_nobody_sees_or_disconnects_what_another_person_let_in(service: SignIn, account: Account) -> None:
    app = app_of(account)
    tokens = app.get_in()
    with Account(service) as another:
        assert apps_of(another) == []
        assert revoke(another, app.client_id) == 200  # the same answer as for an app that is not there

    assert app.refresh(tokens["refresh_token"]).status_code == 200


def test_without_a_session_nothing_is_told_or_changed(account: Account) -> None:
    app = app_of(account)
    tokens = app.get_in()
    account.client.cookies.clear()

    assert account.client.get("/api/auth/connected-apps").status_code == 401
    assert revoke(account, app.client_id) == 401
    assert app.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize("client_id", [None, 7, ["x"]])
def test_a_request_without_an_app_is_refused(account: Account, client_id: object) -> None:
    assert revoke(account, client_id) == 400


def test_another_sites_page_disconnects_nothing(account: Account) -> None:
    app = app_of(account)
    tokens = app.get_in()
    hostile = {"Origin": "https://attacker.example"}
    body = {"clientId": app.client_id}

    answer = account.client.post("/api/auth/connected-apps/revoke", json=body, headers=hostile)

    assert answer.status_code == 403
    assert app.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/auth/admin/oauth2/create-client"),
        ("PATCH", "/api/auth/admin/oauth2/update-client"),
        ("GET", "/api/auth/admin/oauth2/resources"),
        ("POST", "/api/auth/admin/oauth2/resources"),
        ("DELETE", "/api/auth/admin/oauth2/resources/http%3A%2F%2Flocalhost%3A8001%2Fmcp"),
    ],
)
def test_no_signed_in_person_administers_apps_and_resources(account: Account, method: str, path: str) -> None:
    answer = account.client.request(method, path, json={"identifier": "https://attacker.example"})

    assert answer.status_code == 404
