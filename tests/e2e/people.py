"""People who use the product: an account, cookies at the page, a token for the gateway."""

import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.e2e.launcher import Launcher


@dataclass
class Person:
    """Someone who signed up at the running product."""

    remit: Launcher
    name: str = "Ada"
    email: str = field(default_factory=lambda: f"{secrets.token_hex(8)}@example.com")
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    page: httpx2.Client = field(init=False)
    user_id: str = field(init=False)

    def __post_init__(self) -> None:
        self.page = httpx2.Client(base_url=self.remit.page, headers={"Origin": self.remit.page}, timeout=30)
        self.user_id = self.post("/api/auth/sign-up/email", name=self.name, **self.credentials)["user"]["id"]

    def close(self) -> None:
        self.page.close()

    @property
    def credentials(self) -> dict[str, str]:
        return {"email": self.email, "password": self.password}

    @property
    def headers(self) -> dict[str, str]:
        """What a request to the gateway needs: a fresh token, as the page sends it."""
        token = self.page.get("/api/auth/token").json()["token"]
        return {"Authorization": f"Bearer {token}", "Origin": self.remit.page}

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self.page.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def say(self, message: str, conversation_id: str | None = None) -> dict[str, Any]:
        body = {"message": message} | ({"conversation_id": conversation_id} if conversation_id else {})
        url = f"{self.remit.gateway}/api/{self.user_id}/chat"
        answer = httpx2.post(url, json=body, headers=self.headers, timeout=60)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())
