"""The running product, people who use it, and a browser; with ``--replicas`` the product is replicas of itself."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.launcher import Launcher, Replicated, Starting, launcher
from tests.e2e.networks import Network
from tests.e2e.people import Person
from tests.e2e.slow_model import SlowModel
from tests.faults.replicas import running_replicas
from tests.services import open_folder

NOT_OF_REPLICAS = {
    "test_launcher.py": "is about `make run` itself",
    "test_connections.py": "reads the system calls of what `make run` starts",
    "test_stdio.py": "is about a server that the client starts, beside `make run`",
    "test_replicas.py": "is the short form of this run",
}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
CHROMIUM_FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--replicas", action="store_true", help="two of each service, a balancer and a pooler")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return True if _on_replicas(config) and collection_path.name in NOT_OF_REPLICAS else None


def _on_replicas(config: pytest.Config) -> bool:
    return bool(config.getoption("replicas", default=False))  # known only where these tests alone are asked for


@pytest.fixture(scope="session")
def started(request: pytest.FixtureRequest) -> Starting:
    """Starts one more product, with settings of its own."""

    @contextmanager
    def product(*, traced: bool = False, **settings: str) -> Iterator[Launcher]:
        if _on_replicas(request.config):
            with running_replicas(**settings) as replicas:
                yield Replicated(replicas)
            return
        with open_folder() as folder, launcher(folder, traced=traced, **settings) as running:
            running.start()
            yield running

    return product


@pytest.fixture(scope="session")
def remit(started: Starting) -> Iterator[Launcher]:
    """The product with the offline assistant, every connection of its processes written down."""
    with started(traced=True) as running:
        yield running


@pytest.fixture(scope="session")
def model() -> Iterator[SlowModel]:
    with SlowModel().running() as speaking:
        yield speaking


@pytest.fixture(scope="session")
def slow(started: Starting, model: SlowModel) -> Iterator[Launcher]:
    """The product with a model that can be held in the middle of its answer."""
    with started(**model.settings) as running:
        yield running


@pytest.fixture(params=["slow", "cut", "lost"])
def network(request: pytest.FixtureRequest) -> Iterator[Network]:
    """Each journey on each network; where requests fail, some must have failed."""
    between = Network(request.param)
    yield between
    assert between.failed or between.kind == "slow"


@pytest.fixture
def person(remit: Launcher) -> Iterator[Person]:
    with closing(Person(remit)) as signed_up:
        yield signed_up


@pytest.fixture(scope="module")  # Playwright's loop runs in this thread: asynchronous tests need it gone
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


@pytest.fixture
def chat(tab: Page, remit: Launcher, person: Person) -> Page:
    """The person's chat, before the first message."""
    cookies = [{"name": c.name, "value": c.value or "", "url": remit.page} for c in person.page.cookies.jar]
    tab.context.add_cookies(cookies)  # type: ignore[arg-type] - Playwright's type is a union of many optional keys
    tab.goto(remit.page)
    expect(tab.get_by_label("Message")).to_be_focused()
    return tab
