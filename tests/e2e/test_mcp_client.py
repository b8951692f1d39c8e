"""A person's own MCP client: the official one, signed in through the real OAuth flow."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx2
import jwt
import pytest
from mcp import Client
from mcp.client.auth import OAuthClientProvider, TokenStorage
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from tests.e2e.launcher import Launcher
from tests.e2e.people import Person

pytestmark = pytest.mark.anyio

CALLBACK = "http://127.0.0.1:9/callback"


class Memory(TokenStorage):
    """Keeps what the client was given."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info

    def scopes(self) -> set[str]:
        """Return what the access token permits at the server; clients also ask to stay connected."""
        assert self.tokens is not None
        claims = jwt.decode(self.tokens.access_token, options={"verify_signature": False})
        return set(claims["scope"].split()) - {"offline_access"}


@dataclass
class Consent:
    """Does what the person does in the browser: opens the address, signs in, allows."""

    person: Person
    answer: AuthorizationCodeResult | None = None

    async def open(self, url: str) -> None:
        self.answer = await anyio.to_thread.run_sync(self._allow, url)

    async def returned(self) -> AuthorizationCodeResult:
        assert self.answer is not None
        return self.answer

    def _allow(self, url: str) -> AuthorizationCodeResult:
        back = parse_qs(urlsplit(self.callback(url)).query)
        return AuthorizationCodeResult(code=back["code"][0], state=back["state"][0], iss=back["iss"][0])

    def callback(self, url: str) -> str:
        """Return the address to which the browser is sent when the person has allowed the app."""
        headers = {"Origin": self.person.remit.page}
        with httpx2.Client(base_url=self.person.remit.page, headers=headers) as browser:
            sign_in = urlsplit(browser.get(url).headers["location"])
            assert sign_in.path == "/sign-in"
            body: dict[str, Any] = {**self.person.credentials, "oauth_query": sign_in.query}
            consent = urlsplit(browser.post("/api/auth/sign-in/email", json=body).json()["url"])
            assert consent.path == "/consent"
            body = {"accept": True, "oauth_query": consent.query}
            return str(browser.post("/api/auth/oauth2/consent", json=body).json()["url"])


@asynccontextmanager
async def signed_in(person: Person, mode: str) -> AsyncIterator[tuple[Client, Memory]]:
    memory, consent = Memory(), Consent(person)
    metadata = OAuthClientMetadata(client_name="Test client", redirect_uris=[AnyUrl(CALLBACK)])
    endpoint = f"{person.remit.mcp}/mcp"
    oauth = OAuthClientProvider(endpoint, metadata, memory, consent.open, consent.returned)
    async with (
        httpx2.AsyncClient(auth=oauth, timeout=30) as http,
        Client(streamable_http_client(endpoint, http_client=http), mode=mode) as client,
    ):
        yield client, memory


@pytest.mark.requirement("001/SC-002")
@pytest.mark.parametrize("mode", ["2026-07-28", "legacy"])
async def test_a_client_signs_in_by_oauth_and_finds_the_task_of_the_chat(person: Person, mode: str) -> None:
    await anyio.to_thread.run_sync(person.say, "add water the ferns tomorrow")

    async with signed_in(person, mode) as (client, memory):
        listed = (await client.list_tools()).tools
        found = await client.call_tool("find_tasks", {"query": "ferns"})

    assert not any("user_id" in tool.input_schema.get("properties", {}) for tool in listed)
    assert found.structured_content is not None
    assert [task["title"] for task in found.structured_content["tasks"]] == ["water the ferns"]
    assert memory.tokens is not None
    claims = jwt.decode(memory.tokens.access_token, options={"verify_signature": False})
    assert (claims["sub"], claims["aud"]) == (person.user_id, f"{person.remit.mcp}/mcp")


@pytest.mark.requirement("001/SC-002")
async def test_without_a_token_the_client_is_told_where_to_sign_in(remit: Launcher) -> None:
    async with httpx2.AsyncClient() as http:
        answer = await http.post(f"{remit.mcp}/mcp", json={})
        challenge = answer.headers["www-authenticate"]
        where = challenge.split('resource_metadata="')[1].split('"')[0]
        metadata = (await http.get(where)).json()

    assert answer.status_code == 401
    assert metadata["resource"] == f"{remit.mcp}/mcp"
    assert metadata["authorization_servers"] == [f"{remit.page}/api/auth"]


@pytest.mark.requirement("001/FR-010")
async def test_the_pages_token_is_worth_nothing_at_the_mcp_server(person: Person) -> None:
    headers = await anyio.to_thread.run_sync(lambda: person.headers)
    async with httpx2.AsyncClient(headers=headers) as http:
        for door in ("/mcp", "/gateway"):
            assert (await http.post(f"{person.remit.mcp}{door}", json={})).status_code == 401


@pytest.mark.requirement("002/FR-051")
@pytest.mark.requirement("002/FR-052")
async def test_an_app_gets_the_conversations_once_the_person_allows_them(person: Person) -> None:
    """The call itself makes the client ask for more: 403, the person's consent, and the answer."""
    await anyio.to_thread.run_sync(person.say, "add water the ferns tomorrow")

    async with signed_in(person, "2026-07-28") as (client, memory):
        before = {tool.name for tool in (await client.list_tools()).tools}
        granted = memory.scopes()
        found = await client.call_tool("search_conversations", {"query": "ferns"})

    assert "search_conversations" not in before
    assert granted == {"tasks:read", "tasks:write"}
    assert memory.scopes() == {"tasks:read", "tasks:write", "conversations:read"}
    assert found.structured_content is not None
    said = [message["text"] for message in found.structured_content["messages"] if message["who"] == "person"]
    assert said == ["add water the ferns tomorrow"]
