"""An answer that takes its time, on networks that are slow or fail: reload, Stop, another try, a second tab."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.launcher import Launcher
from tests.e2e.networks import Network, persevere
from tests.e2e.people import Person
from tests.e2e.slow_model import ANSWER, SlowModel
from tests.e2e.watching import FIRST, answer, signed_in

pytestmark = [
    pytest.mark.requirement("005/SC-002"),
    # Not `lost`: an answer that is held can be lost only once it is whole.
    pytest.mark.parametrize("network", ["slow", "cut"], indirect=True),
]


@pytest.fixture
def tab(browser: Browser, slow: Launcher, model: SlowModel, network: Network) -> Iterator[Page]:
    """A conversation whose first answer has begun."""
    model.hold()
    with closing(Person(slow)) as person, signed_in(browser, person) as context:
        page = context.new_page()
        page.goto(slow.page)
        expect(page.get_by_label("Message")).to_be_visible(timeout=20_000)
        network.under(context)
        page.get_by_label("Message").fill("Tell me a story")
        page.get_by_label("Message").press("Enter")
        persevere(page, answer(page).filter(has_text=FIRST))
        yield page
    model.let_go()


def expect_one_answer(tab: Page) -> None:
    persevere(tab, answer(tab).filter(has_text=ANSWER))
    expect(tab.get_by_role("article", name="You")).to_have_count(1)
    expect(tab.get_by_role("article", name="Assistant")).to_have_count(1)


def test_reloading_a_second_tab_and_asking_again_after_a_stop(
    tab: Page, slow: Launcher, model: SlowModel, network: Network
) -> None:
    network.failed.clear()  # what failed once would not fail again
    tab.reload()
    persevere(tab, answer(tab).filter(has_text=FIRST))
    network.failed.clear()
    other = tab.context.new_page()
    other.goto(slow.page)
    persevere(other, answer(other).filter(has_text=FIRST))

    tab.get_by_role("button", name="Stop").click()
    expect(tab.get_by_text("You stopped this answer.")).to_be_visible()
    expect(other.get_by_role("button", name="Stop")).to_be_hidden()
    model.let_go()
    tab.get_by_role("button", name="Answer again").click()

    for each in (tab, other):
        expect_one_answer(each)
