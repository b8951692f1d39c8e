"""A browser of somebody who is signed in, and an answer in it that has begun."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.e2e.people import Person
from tests.e2e.slow_model import ANSWER

FIRST = ANSWER.split()[0]
WAIT = 20_000


@contextmanager
def signed_in(browser: Browser, person: Person, *, bypass_csp: bool = False) -> Iterator[BrowserContext]:
    """A browser of somebody who is signed in; without the policy the page may also ask an address of the test's."""
    opened = browser.new_context(viewport={"width": 900, "height": 700}, bypass_csp=bypass_csp)
    cookies = [{"name": c.name, "value": c.value, "url": person.remit.page} for c in person.page.cookies.jar]
    opened.add_cookies(cookies)  # type: ignore[arg-type] - Playwright's type is a union of many optional keys
    opened.set_default_timeout(WAIT)
    yield opened
    opened.close()


def begin(tab: Page, text: str = "Tell me a story") -> None:
    """Send a message, and wait for the first word of its answer."""
    before = tab.get_by_role("article", name="Assistant").count()
    tab.get_by_label("Message").fill(text)
    tab.get_by_label("Message").press("Enter")
    expect(tab.get_by_role("article", name="Assistant")).to_have_count(before + 1)
    expect(answer(tab)).to_contain_text(FIRST)
    expect(tab.get_by_role("button", name="Stop")).to_be_visible()


def answer(tab: Page) -> Locator:
    return tab.get_by_role("article", name="Assistant").last
