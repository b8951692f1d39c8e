"""What is a person's own: the tasks beside the chat, the time zone, a file with everything, and the way out."""

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.launcher import Launcher
from tests.e2e.people import Person
from tests.oauth import OAuthApp


def panel(chat: Page) -> Locator:
    return chat.get_by_role("complementary", name="Open tasks")


@pytest.mark.requirement("005/SC-004")
@pytest.mark.requirement("005/FR-034")
@pytest.mark.requirement("005/FR-021")
def test_the_tasks_beside_the_chat_follow_it_and_are_done_and_taken_back(chat: Page, person: Person) -> None:
    expect(panel(chat)).to_contain_text("Nothing is open.")
    chat.get_by_label("Message").fill("add buy milk tomorrow")
    chat.get_by_label("Message").press("Enter")
    milk = panel(chat).get_by_label("buy milk")
    expect(milk).to_be_visible()

    milk.check()
    expect(panel(chat)).to_contain_text("“buy milk” is done.")
    assert "milk" not in person.say("what is on my list?")["response"]
    panel(chat).get_by_role("button", name="Undo").click()

    expect(panel(chat)).to_contain_text("Taken back.")
    expect(panel(chat).get_by_role("heading", name="Open tasks")).to_be_focused()  # the button that had it is gone
    expect(milk).not_to_be_checked()
    milk.check()
    milk.uncheck()
    expect(panel(chat)).to_contain_text("“buy milk” is open again.")


@pytest.mark.requirement("005/SC-004")
@pytest.mark.requirement("005/FR-034")
def test_the_tasks_follow_another_tab(chat: Page, remit: Launcher) -> None:
    other = chat.context.new_page()
    other.goto(remit.page)
    other.get_by_label("Message").fill("add buy milk tomorrow")
    other.get_by_label("Message").press("Enter")
    other.get_by_role("complementary").get_by_label("buy milk").check()
    expect(panel(other)).to_contain_text("“buy milk” is done.")
    panel(other).get_by_role("button", name="Undo").click()

    expect(panel(chat).get_by_label("buy milk")).to_be_visible()


@pytest.mark.requirement("005/SC-004")
@pytest.mark.requirement("005/FR-031")
@pytest.mark.requirement("005/FR-021")
def test_the_time_zone_is_chosen_and_kept(chat: Page) -> None:
    chat.get_by_role("link", name="Settings").press("Enter")
    expect(chat.get_by_role("heading", name="Settings")).to_be_focused()  # the link that had it is gone
    zone = chat.get_by_label("Time zone")
    expect(zone).to_be_enabled()

    zone.select_option("Asia/Tokyo")
    expect(chat.get_by_text(re.compile(r"Kept\. It is"))).to_be_visible()
    chat.reload()

    expect(zone).to_have_value("Asia/Tokyo")


@pytest.mark.requirement("005/SC-004")
@pytest.mark.requirement("005/FR-032")
def test_everything_comes_as_one_file(chat: Page, person: Person) -> None:
    person.say("add buy milk tomorrow")
    chat.get_by_role("link", name="Settings").click()

    with chat.expect_download() as downloading:
        chat.get_by_role("button", name="Download my data").click()

    assert re.fullmatch(r"remit-\d{4}-\d\d-\d\d\.json", downloading.value.suggested_filename)
    everything = json.loads(downloading.value.path().read_text())
    assert "buy milk" in json.dumps(everything["tasks"])
    assert "add buy milk tomorrow" in json.dumps(everything)


@pytest.mark.requirement("005/SC-004")
@pytest.mark.requirement("005/FR-033")
def test_an_account_is_deleted_with_everything_after_its_password(chat: Page, remit: Launcher, person: Person) -> None:
    person.say("add buy milk tomorrow")
    tokens = OAuthApp(person.page, f"{remit.mcp}/mcp", "Planner").get_in()
    chat.get_by_role("link", name="Settings").click()
    chat.get_by_role("button", name="Delete my account…").click()
    chat.get_by_label("Type DELETE to confirm").fill("DELETE")
    chat.get_by_label("Password").fill("not the password")
    chat.get_by_role("button", name="Delete everything").click()
    expect(chat.get_by_role("alert")).to_contain_text("Invalid email or password.")
    assert "milk" in person.say("what is on my list?")["response"]

    chat.get_by_label("Password").fill(person.password)
    chat.get_by_role("button", name="Delete everything").click()
    expect(chat.get_by_role("heading", name="Sign in")).to_be_visible()

    answer = person.page.post("/api/auth/sign-in/email", json=person.credentials)
    assert answer.status_code == 401
    assert tokens["access_token"]
    chat.goto(remit.page)
    expect(chat.get_by_role("heading", name="Sign in")).to_be_visible()
