"""A person who leaves: the account ends with its sessions and the apps that it let in."""

import asyncpg
import pytest

from tests.frontend.sign_in import Account, SignIn
from tests.oauth import OAuthApp

pytestmark = pytest.mark.anyio


@pytest.mark.requirement("005/FR-033")
async def test_an_account_is_deleted_by_its_password_alone(service: SignIn, account: Account) -> None:
    for body in ({"password": "another one"}, {"password": ""}, {}):
        assert account.client.post("/api/auth/delete-user", json=body).status_code == 400, body
    assert account.client.get("/api/auth/token").status_code == 200

    right = account.client.post("/api/auth/delete-user", json={"password": account.password})

    assert right.status_code == 200, right.text
    assert account.client.get("/api/auth/token").status_code == 401
    body = {"email": account.email, "password": account.password}
    assert service.post("/api/auth/sign-in/email", body).status_code == 401


@pytest.mark.requirement("005/FR-033")
async def test_a_deleted_account_leaves_no_row_and_its_apps_get_no_new_token(account: Account, owner_url: str) -> None:
    app = OAuthApp(account.client, account.service.environment["MCP_PUBLIC_URL"], "Planner")
    tokens = app.get_in()

    account.client.post("/api/auth/delete-user", json={"password": account.password})

    connection = await asyncpg.connect(owner_url)
    try:
        tables = await connection.fetch(
            "select table_name, column_name from information_schema.columns "
            "where table_schema = 'auth' and column_name in ('userId', 'id', 'value')"
        )
        left = [
            row["table_name"]
            for row in tables
            if await connection.fetchval(
                f'select count(*) from auth."{row["table_name"]}" where "{row["column_name"]}"::text = $1',
                account.user_id,
            )
        ]
    finally:
        await connection.close()

    assert left == []
    assert app.refresh(tokens["refresh_token"]).status_code == 400
