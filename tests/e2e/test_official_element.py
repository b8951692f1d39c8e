"""Which chat element the page uses where the official script is configured: that one, or ours when it does not come."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.launcher import Launcher, Starting
from tests.e2e.people import Person

SCRIPT = "https://cdn.platform.openai.com/deployments/chatkit/chatkit.js"
STAND_IN = """
customElements.define("openai-chatkit", class extends HTMLElement {
  setOptions({ api }) { this.textContent = `official: ${api.url} ${api.domainKey}`; }
  async focusComposer() {}
});
"""


@pytest.fixture(scope="module")
def keyed(started: Starting) -> Iterator[Launcher]:
    """The product with a domain key of the official element."""
    with started(CHATKIT_DOMAIN_KEY="domain_pk_1") as running:
        yield running


@pytest.fixture
def person(keyed: Launcher) -> Iterator[Person]:
    with closing(Person(keyed)) as signed_up:
        yield signed_up


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """A window from which nothing reaches the script's host: the test answers for it."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def sign_in(tab: Page, person: Person) -> None:
    tab.goto(person.remit.page)
    tab.get_by_label("E-mail").fill(person.email)
    tab.get_by_label("Password").fill(person.password)
    tab.get_by_role("button", name="Sign in").click()


@pytest.mark.requirement("001/FR-053")
def test_the_official_element_is_used_when_its_script_loads(tab: Page, person: Person) -> None:
    tab.route(SCRIPT, lambda route: route.fulfill(body=STAND_IN, content_type="text/javascript"))

    sign_in(tab, person)

    url = f"{person.remit.gateway}/api/{person.user_id}/chatkit"
    expect(tab.get_by_text(f"official: {url} domain_pk_1")).to_be_visible()


@pytest.mark.requirement("001/FR-053")
def test_our_own_element_speaks_to_the_same_gateway_when_it_does_not(tab: Page, person: Person) -> None:
    tab.route(SCRIPT, lambda route: route.abort())

    sign_in(tab, person)
    tab.get_by_label("Message").fill("add buy milk tomorrow")
    tab.get_by_label("Message").press("Enter")

    expect(tab.get_by_role("article", name="Assistant")).to_contain_text("buy milk")
