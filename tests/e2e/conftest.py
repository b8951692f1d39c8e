"""The running product, people who use it, and a browser."""

import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.launcher import Launcher, launcher
from tests.services import open_folder

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
CHROMIUM_FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@dataclass
class Person:
    """Someone with an account: cookies at the page, a token for the gateway."""

    remit: Launcher
    name: str = "Ada"
    email: str = field(default_factory=lambda: f"{secrets.token_hex(8)}@example.com")
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    page: httpx2.Client = field(init=False)
    user_id: str = field(init=False)

    def __post_init__(self) -> None:
        self.page = httpx2.Client(base_url=self.remit.page, headers={"Origin": self.remit.page}, timeout=30)
        body = {"name": self.name, "email": self.email, "password": self.password}
        answer = self.page.post("/api/auth/sign-up/email", json=body)
        assert answer.status_code == 200, answer.text
        self.user_id = answer.json()["user"]["id"]

    @property
    def headers(self) -> dict[str, str]:
        token = self.page.get("/api/auth/token").json()["token"]
        return {"Authorization": f"Bearer {token}", "Origin": self.remit.page}

    def say(self, message: str, conversation_id: str | None = None) -> dict[str, Any]:
        body = {"message": message} | ({"conversation_id": conversation_id} if conversation_id else {})
        url = f"{self.remit.gateway}/api/{self.user_id}/chat"
        answer = httpx2.post(url, json=body, headers=self.headers, timeout=60)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture(scope="session")
def remit() -> Iterator[Launcher]:
    """The product with the offline assistant, every connection of its processes written down."""
    with open_folder() as folder, launcher(folder, traced=True) as running:
        running.start()
        yield running


@pytest.fixture
def person(remit: Launcher) -> Person:
    return Person(remit)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed, and could not be")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield running
        running.close()


@pytest.fixture
def tab(browser: Browser, remit: Launcher) -> Iterator[Page]:
    """A fresh browser window; the test fails when the page asked another host or logged an error."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, timezone_id="Europe/Berlin")
    page = context.new_page()
    page.set_default_timeout(15_000)
    errors: list[str] = []
    foreign: list[str] = []
    own = (remit.page, remit.gateway, "data:", "blob:")
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(own) else foreign.append(request.url))
    yield page
    context.close()
    assert (errors, foreign) == ([], [])
