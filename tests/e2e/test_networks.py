"""The journeys of `test_browser`, `test_journeys` and `test_own_data` on networks that are slow or fail."""

import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.launcher import Launcher
from tests.e2e.networks import Network, persevere
from tests.e2e.people import Person

pytestmark = [pytest.mark.requirement("005/SC-002"), pytest.mark.requirement("005/FR-038")]

PASSWORD = "correct horse battery"


@pytest.mark.timeout(240)  # one visit, so that one person and one start of the page serve all of it
def test_a_visit_from_signing_up_to_leaving_for_good(tab: Page, remit: Launcher, network: Network) -> None:
    network.under(tab.context)
    email = sign_up(tab, remit)
    for step in (talk_and_reload, tick_and_take_back, approve_on_the_card):
        network.failed.clear()  # what failed once would not fail again
        step(tab, remit)
    network.failed.clear()
    leave_for_good(tab, remit, email)


def test_letting_an_app_in_and_putting_it_out(chat: Page, remit: Launcher, network: Network) -> None:
    callback = f"{remit.page}/no-such-page"
    body = {"client_name": "Planner", "redirect_uris": [callback], "token_endpoint_auth_method": "none"}
    client_id = httpx2.post(f"{remit.page}/api/auth/oauth2/register", json=body).json()["client_id"]
    asked = {
        "client_id": client_id,
        "redirect_uri": callback,
        "response_type": "code",
        "scope": "tasks:read",
        "state": "s1",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
        "resource": f"{remit.mcp}/mcp",
    }
    network.under(chat.context)
    chat.goto(f"{remit.page}/api/auth/oauth2/authorize?{urlencode(asked)}")
    allow = chat.get_by_role("button", name="Allow")
    persevere(chat, chat.get_by_role("heading", name="Planner asks for access"))

    allow.click()
    persevere(chat, chat.get_by_role("heading", name="There is no such page"), allow)
    assert "code" in parse_qs(urlsplit(chat.url).query)
    chat.goto(f"{remit.page}/apps")
    persevere(chat, chat.get_by_role("heading", name="Planner"))
    chat.get_by_role("button", name="Disconnect Planner").click()
    disconnect = chat.get_by_role("button", name="Disconnect", exact=True)
    disconnect.click()

    persevere(chat, chat.get_by_text("No app is connected."), disconnect)


def test_a_session_that_ends(chat: Page, remit: Launcher, person: Person, network: Network) -> None:
    network.under(chat.context)
    chat.get_by_label("Message").fill("half a sen")
    httpx2.post(f"{remit.page}/api/auth/sign-out", json={}, headers={"Origin": remit.page}, cookies=person.page.cookies)
    chat.reload()
    persevere(chat, chat.get_by_role("heading", name="Sign in"))
    sign_in = chat.get_by_role("button", name="Sign in")
    chat.get_by_label("E-mail").fill(person.email)
    chat.get_by_label("Password").fill(person.password)

    sign_in.click()
    persevere(chat, chat.get_by_label("Message"), sign_in)

    expect(chat.get_by_label("Message")).to_have_value("half a sen")


@pytest.mark.parametrize("network", ["torn"], indirect=True)
def test_a_message_whose_answer_breaks_off_before_showing_it_is_done_once(
    chat: Page, remit: Launcher, network: Network
) -> None:
    network.under(chat.context)
    for message in ("add buy milk tomorrow", "add water the ferns"):  # the first one begins the conversation
        network.failed.clear()
        say(chat, message)
    assert network.failed == {"POST chatkit threads.add_user_message"}

    chat.reload()
    expect(chat.get_by_role("article", name="Assistant")).to_have_count(2)
    expect(chat.get_by_role("article", name="You")).to_have_count(2)
    assert open_titles(chat, remit) == ["buy milk", "water the ferns"]


def sign_up(tab: Page, remit: Launcher) -> str:
    email = f"{secrets.token_hex(8)}@example.com"
    tab.goto(f"{remit.page}/sign-up")
    persevere(tab, tab.get_by_label("Name"))
    tab.get_by_label("Name").fill("Ada")
    tab.get_by_label("E-mail").fill(email)
    tab.get_by_label("Password").fill(PASSWORD)
    create = tab.get_by_role("button", name="Create account")

    create.click()
    persevere(tab, tab.get_by_label("Message"), create)
    return email


def talk_and_reload(tab: Page, remit: Launcher) -> None:
    expect(say(tab, "add buy milk tomorrow")).to_contain_text("buy milk")
    tab.reload()
    persevere(tab, tab.get_by_role("article", name="Assistant"))

    expect(tab.get_by_role("article", name="You")).to_have_count(1)
    persevere(tab, tab.get_by_role("complementary").get_by_label("buy milk"))
    assert open_titles(tab, remit) == ["buy milk"]


def tick_and_take_back(tab: Page, remit: Launcher) -> None:
    panel = tab.get_by_role("complementary", name="Open tasks")
    milk, undo = panel.get_by_label("buy milk"), panel.get_by_role("button", name="Undo")
    milk.click()
    persevere(tab, panel.get_by_text("“buy milk” is done."), milk)
    assert open_titles(tab, remit) == []
    persevere(tab, undo)

    undo.click()
    persevere(tab, panel.get_by_text("Taken back."), undo)

    expect(milk).not_to_be_checked()
    assert open_titles(tab, remit) == ["buy milk"]


def approve_on_the_card(tab: Page, remit: Launcher) -> None:
    say(tab, "add water the ferns")
    say(tab, "delete all my tasks")
    card = tab.get_by_role("group", name="Delete 2 tasks?")
    delete, answers = card.get_by_role("button", name="Delete"), tab.get_by_role("article", name="Assistant")
    before = answers.count()

    delete.click()
    persevere(tab, answers.nth(before), delete)

    expect(card.get_by_role("button")).to_have_count(0)
    assert open_titles(tab, remit) == []


def leave_for_good(tab: Page, remit: Launcher, email: str) -> None:
    tab.get_by_role("link", name="Settings").click()
    tab.get_by_role("button", name="Delete my account…").click()
    delete = tab.get_by_role("button", name="Delete everything")
    tab.get_by_label("Type DELETE to confirm").fill("DELETE")
    tab.get_by_label("Password").fill(PASSWORD)

    delete.click()
    persevere(tab, tab.get_by_role("heading", name="Sign in"), delete)

    credentials = {"email": email, "password": PASSWORD}
    again = httpx2.post(f"{remit.page}/api/auth/sign-in/email", json=credentials, headers={"Origin": remit.page})
    assert again.status_code == 401


def say(tab: Page, text: str) -> Locator:
    """Send a message, and see to it that it is answered."""
    answers = tab.get_by_role("article", name="Assistant")
    before = answers.count()
    tab.get_by_label("Message").fill(text)
    tab.get_by_label("Message").press("Enter")
    persevere(tab, answers.nth(before))
    expect(tab.get_by_role("log")).to_have_attribute("aria-busy", "false")
    return answers.last


def open_titles(tab: Page, remit: Launcher) -> list[str]:
    """What is on the person's list, read past the network that the page has to do with."""
    token = tab.request.get(f"{remit.page}/api/auth/token").json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    user_id = httpx2.get(f"{remit.gateway}/api/me", headers=headers).json()["user_id"]
    found = httpx2.get(f"{remit.gateway}/api/{user_id}/tasks", headers=headers).json()
    return [task["title"] for task in found["tasks"]]
