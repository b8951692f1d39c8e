"""An app that a person lets in: registration, PKCE, consent, tokens, over plain HTTP."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

CALLBACK = "http://127.0.0.1:9/callback"


@dataclass
class OAuthApp:
    """One client, registered where ``person``, an HTTP client with a session, is signed in.

    Attributes:
        resource: the MCP endpoint that it asks for.
    """

    person: httpx2.Client
    resource: str
    name: str = "Planner"
    scope: str = "tasks:read offline_access"
    client_id: str = field(init=False)

    def __post_init__(self) -> None:
        registration = {
            "client_name": self.name,
            "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        }
        self.client_id = self._post("/api/auth/oauth2/register", json=registration).json()["client_id"]

    def get_in(self) -> dict[str, Any]:
        """Return the tokens after the person said yes."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "scope": self.scope,
            "state": "s",
            "resource": self.resource,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        answer = self.person.get("/api/auth/oauth2/authorize", params=asked, follow_redirects=False)
        query = urlsplit(answer.headers["location"]).query
        body = {"accept": True, "oauth_query": query}
        url = self.person.post("/api/auth/oauth2/consent", json=body).json()["url"]
        code = parse_qs(urlsplit(url).query)["code"][0]
        grant = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        return dict(self._token(grant | {"redirect_uri": CALLBACK}).json())

    def refresh(self, refresh_token: str) -> httpx2.Response:
        return self._token({"grant_type": "refresh_token", "refresh_token": refresh_token})

    def _token(self, grant: dict[str, str]) -> httpx2.Response:
        data = grant | {"client_id": self.client_id, "resource": self.resource}
        return self._post("/api/auth/oauth2/token", data=data)

    def _post(self, path: str, **content: Any) -> httpx2.Response:
        """Send what the app itself sends: without the person's cookies."""
        with httpx2.Client(base_url=self.person.base_url, timeout=30) as http:
            return http.post(path, **content)
