"""An answer that takes its time survives reloads, drops and second tabs, and ends when the person says Stop."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.launcher import Launcher
from tests.e2e.networks import Network, persevere
from tests.e2e.people import Person
from tests.e2e.relay import Relay
from tests.e2e.slow_model import ANSWER, SlowModel
from tests.e2e.watching import FIRST, answer, begin, signed_in

LEASE_MS = 40_000
"""A killed gateway holds a turn for fifteen seconds; then it is known to be interrupted."""


@pytest.fixture
def context(browser: Browser, slow: Launcher) -> Iterator[BrowserContext]:
    with closing(Person(slow)) as person, signed_in(browser, person) as opened:
        yield opened


@pytest.fixture
def tab(context: BrowserContext, slow: Launcher, model: SlowModel) -> Iterator[Page]:
    model.hold()
    page = context.new_page()
    page.goto(slow.page)
    expect(page.get_by_label("Message")).to_be_visible()
    yield page
    model.let_go()


@pytest.mark.requirement("005/FR-006")
@pytest.mark.requirement("005/SC-001")
def test_a_reload_in_the_middle_shows_the_answer_going_on(tab: Page, model: SlowModel) -> None:
    begin(tab)

    tab.reload()
    expect(answer(tab)).to_contain_text(FIRST)
    expect(tab.get_by_role("button", name="Stop")).to_be_visible()
    model.let_go()

    expect(answer(tab)).to_contain_text(ANSWER)
    expect(tab.get_by_role("article", name="You")).to_have_count(1)
    expect(tab.get_by_role("article", name="Assistant")).to_have_count(1)


@pytest.mark.requirement("005/FR-005")
@pytest.mark.requirement("005/FR-009")
@pytest.mark.requirement("005/SC-001")
def test_stop_ends_the_model_keeps_what_was_said_and_the_answer_can_be_asked_for_again(
    tab: Page, model: SlowModel
) -> None:
    ended = model.ended
    begin(tab)

    tab.get_by_role("button", name="Stop").click()
    expect(tab.get_by_text("You stopped this answer.")).to_be_visible()
    expect(tab.get_by_role("button", name="Send")).to_be_enabled()
    tab.reload()

    expect(answer(tab)).to_contain_text(FIRST)
    expect(tab.get_by_role("button", name="Stop")).to_be_hidden()
    expect(answer(tab)).not_to_contain_text("upon a time")
    assert model.ended > ended
    model.let_go()

    tab.get_by_role("button", name="Answer again").click()

    expect(answer(tab)).to_contain_text(ANSWER)
    expect(tab.get_by_role("article", name="You")).to_have_count(1)
    expect(tab.get_by_role("article", name="Assistant")).to_have_count(1)


@pytest.mark.requirement("005/FR-007")
@pytest.mark.requirement("005/SC-001")
def test_a_second_tab_shows_the_message_and_its_answer_by_itself(
    tab: Page, context: BrowserContext, slow: Launcher, model: SlowModel
) -> None:
    model.let_go()
    tab.get_by_label("Message").fill("first")
    tab.get_by_label("Message").press("Enter")
    expect(answer(tab)).to_contain_text(ANSWER)
    other = context.new_page()
    other.goto(slow.page)
    expect(answer(other)).to_contain_text(ANSWER)
    other.get_by_label("Message").fill("half a sen")
    model.hold()

    begin(tab, "and another one")
    expect(other.get_by_role("article", name="You")).to_have_count(2)
    expect(other.get_by_role("button", name="Stop")).to_be_visible()
    model.let_go()

    for each in (tab, other):
        expect(each.get_by_role("article", name="Assistant")).to_have_count(2)
        expect(answer(each)).to_contain_text(ANSWER)
    expect(other.get_by_label("Message")).to_have_value("half a sen")


@pytest.mark.requirement("005/FR-008")
@pytest.mark.requirement("005/SC-001")
@pytest.mark.requirement("005/SC-002")
def test_a_network_that_fails_in_the_middle_costs_nothing(browser: Browser, slow: Launcher, model: SlowModel) -> None:
    model.hold()
    relay = Relay(slow.ports["GATEWAY_PORT"])
    with closing(Person(slow)) as person, relay.running(), signed_in(browser, person, bypass_csp=True) as context:
        tab = context.new_page()
        config = person.page.get("/config.json").json() | {"gatewayUrl": relay.url}
        tab.route("**/config.json", lambda route: route.fulfill(json=config))
        tab.goto(slow.page)
        begin(tab)

        relay.cut()
        expect(tab.get_by_text("The connection was lost.")).to_be_visible()
        tab.get_by_label("Message").fill("and then?")
        model.let_go()
        relay.mend()

        expect(answer(tab)).to_contain_text(ANSWER)
        expect(tab.get_by_text("The connection was lost.")).to_be_hidden()
        expect(tab.get_by_role("article", name="You")).to_have_count(1)
        expect(tab.get_by_role("article", name="Assistant")).to_have_count(1)
        expect(tab.get_by_label("Message")).to_have_value("and then?")


@pytest.mark.requirement("005/FR-008")
@pytest.mark.requirement("005/FR-009")
def test_an_answer_whose_gateway_was_killed_is_asked_for_again_without_a_reload(
    tab: Page, slow: Launcher, model: SlowModel
) -> None:
    begin(tab)

    slow.kill("gateway")
    expect(tab.get_by_text("The connection was lost.")).to_be_visible()
    model.let_go()
    slow.start()

    interrupted = tab.get_by_role("article", name="Assistant").get_by_text("This answer was interrupted")
    expect(interrupted).to_be_visible(timeout=LEASE_MS)
    tab.get_by_role("button", name="Answer again").click()
    expect(answer(tab)).to_contain_text(ANSWER)
    expect(tab.get_by_role("article", name="You")).to_have_count(1)
    expect(tab.get_by_role("article", name="Assistant")).to_have_count(1)


@pytest.mark.requirement("005/FR-038")
@pytest.mark.requirement("005/SC-002")
def test_a_message_that_is_sent_again_while_it_is_being_answered_is_stored_once(tab: Page, model: SlowModel) -> None:
    Network("torn").under(tab.context)
    message = tab.get_by_label("Message")
    message.fill("Tell me a story")
    message.press("Enter")
    persevere(tab, answer(tab).filter(has_text=FIRST))  # refused by now, because it runs
    model.let_go()
    expect(answer(tab)).to_contain_text(ANSWER)
    expect(tab.get_by_role("log")).to_have_attribute("aria-busy", "false")

    if message.input_value():  # the page may have seen that it arrived
        message.press("Enter")
        expect(message).to_have_value("")
        expect(tab.get_by_role("log")).to_have_attribute("aria-busy", "false")
    tab.reload()

    expect(answer(tab)).to_contain_text(ANSWER)
    expect(tab.get_by_role("article", name="You")).to_have_count(1)
    expect(tab.get_by_role("article", name="Assistant")).to_have_count(1)


@pytest.mark.requirement("005/FR-012")
@pytest.mark.requirement("005/FR-035")
@pytest.mark.requirement("005/SC-002")
def test_a_message_that_is_sent_offline_is_kept_and_sent_when_the_network_is_back(tab: Page, model: SlowModel) -> None:
    model.let_go()
    tab.context.set_offline(True)
    expect(tab.get_by_text("You are offline.")).to_be_visible()
    tab.get_by_label("Message").fill("Tell me a story")
    tab.get_by_label("Message").press("Enter")
    expect(tab.get_by_role("alert")).to_contain_text("The connection failed.")
    expect(tab.get_by_label("Message")).to_have_value("Tell me a story")
    tab.context.set_offline(False)
    expect(tab.get_by_text("You are online again.")).to_be_visible()

    tab.get_by_role("button", name="Send again").click()

    expect(answer(tab)).to_contain_text(ANSWER)
    expect(tab.get_by_role("article", name="You")).to_have_count(1)
