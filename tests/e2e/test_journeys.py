"""What people do with it in a browser: decide on a card, tick off, take back, let an app in and out."""

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.launcher import Launcher
from tests.e2e.people import Person
from tests.oauth import OAuthApp


def say(chat: Page, text: str) -> Locator:
    """Send a message, and return the last answer once it is whole."""
    answers = chat.get_by_role("article", name="Assistant")
    before = answers.count()
    chat.get_by_label("Message").fill(text)
    chat.get_by_label("Message").press("Enter")
    expect(answers).to_have_count(before + 1)
    expect(chat.get_by_role("log")).to_have_attribute("aria-busy", "false")
    return answers.last


def open_tasks(person: Person) -> str:
    return str(person.say("what is on my list?")["response"])


@pytest.mark.requirement("005/FR-030")
def test_the_first_minute_says_what_can_be_said_and_who_answers(chat: Page) -> None:
    assert chat.get_by_role("log").get_by_role("button").count() == 3
    expect(chat.get_by_text("This is the offline assistant")).to_contain_text(
        "OPENAI_API_KEY or OPENAI_BASE_URL in .env"
    )

    say(chat, "add buy milk tomorrow")

    expect(chat.get_by_text("This is the offline assistant")).to_be_hidden()


@pytest.mark.requirement("005/SC-001")
@pytest.mark.requirement("005/FR-011")
def test_many_tasks_are_deleted_only_by_the_button_of_the_card(chat: Page, person: Person) -> None:
    say(chat, "add buy milk and water the ferns")
    cards = chat.get_by_role("group", name="Delete 2 tasks?")
    for n, (button, is_left) in enumerate([("Keep", True), ("Delete", False)]):
        say(chat, "delete all my tasks")
        expect(cards.nth(n)).to_contain_text("buy milk")
        answers = chat.get_by_role("article", name="Assistant").count()

        cards.nth(n).get_by_role("button", name=button).dblclick()

        expect(cards.nth(n).get_by_role("button")).to_have_count(0)
        expect(chat.get_by_role("article", name="Assistant")).to_have_count(answers + 1)
        expect(chat.get_by_role("log")).to_have_attribute("aria-busy", "false")
        assert ("milk" in open_tasks(person)) is is_left
    chat.reload()
    expect(cards).to_have_count(2)
    expect(cards.get_by_role("button")).to_have_count(0)


@pytest.mark.requirement("005/SC-001")
def test_a_task_is_ticked_off_in_the_list_opened_again_and_a_change_taken_back(chat: Page, person: Person) -> None:
    say(chat, "add buy milk and water the ferns")
    say(chat, "what is on my list?")
    row = chat.get_by_role("log").get_by_role("listitem").filter(has_text="buy milk")

    row.get_by_role("button", name="Done").click()
    expect(row.get_by_role("button", name="Undo")).to_be_visible()
    assert "milk" not in open_tasks(person)
    chat.reload()
    row.get_by_role("button", name="Undo").click()
    expect(row.get_by_role("button", name="Done")).to_be_visible()
    assert "milk" in open_tasks(person)

    say(chat, "complete buy milk")
    assert "milk" not in open_tasks(person)
    undo = chat.get_by_role("log").get_by_role("button", name="Undo")
    before = undo.count()
    undo.last.click()

    expect(undo).to_have_count(before - 1)
    assert "milk" in open_tasks(person)


@pytest.mark.requirement("005/FR-037")
@pytest.mark.requirement("005/SC-001")
def test_an_app_that_was_let_in_is_seen_and_put_out(chat: Page, remit: Launcher, person: Person) -> None:
    app = OAuthApp(person.page, f"{remit.mcp}/mcp", "Planner")
    tokens = app.get_in()
    chat.get_by_role("link", name="Settings").click()
    chat.get_by_role("link", name="See and disconnect the apps that you let in").click()
    expect(chat.get_by_role("heading", name="Planner")).to_be_visible()
    expect(chat.get_by_text("See your tasks")).to_be_visible()

    chat.get_by_role("button", name="Disconnect Planner").click()
    chat.get_by_role("button", name="Disconnect", exact=True).click()

    expect(chat.get_by_text("No app is connected.")).to_be_visible()
    assert app.refresh(tokens["refresh_token"]).status_code == 400


@pytest.mark.requirement("005/FR-036")
def test_a_session_that_ends_in_another_tab_keeps_what_is_written(chat: Page, remit: Launcher, person: Person) -> None:
    chat.get_by_label("Message").fill("half a sen")
    httpx2.post(f"{remit.page}/api/auth/sign-out", json={}, headers={"Origin": remit.page}, cookies=person.page.cookies)
    chat.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(chat.get_by_role("heading", name="Sign in")).to_be_visible()
    chat.get_by_label("E-mail").fill(person.email)
    chat.get_by_label("Password").fill(person.password)
    chat.get_by_role("button", name="Sign in").click()

    expect(chat.get_by_label("Message")).to_have_value("half a sen")
