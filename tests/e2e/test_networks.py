"""The journeys of `test_browser`, `test_journeys` and `test_own_data` on networks that are slow or fail."""

import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.launcher import Launcher
from tests.e2e.networks import Network, persevere
from tests.e2e.people import Person

pytestmark = pytest.mark.requirement("005/SC-002")

PASSWORD = "correct horse battery"


def say(chat: Page, text: str) -> Locator:
    """Send a message, and see to it that it is answered."""
    answers = chat.get_by_role("article", name="Assistant")
    before = answers.count()
    chat.get_by_label("Message").fill(text)
    chat.get_by_label("Message").press("Enter")
    persevere(chat, answers.nth(before))
    expect(chat.get_by_role("log")).to_have_attribute("aria-busy", "false")
    return answers.last


def open_tasks(person: Person) -> str:
    return str(person.say("what is on my list?")["response"])


@pytest.mark.requirement("005/FR-038")
def test_signing_up(tab: Page, remit: Launcher, network: Network) -> None:
    network.under(tab.context)
    tab.goto(f"{remit.page}/sign-up")
    persevere(tab, tab.get_by_label("Name"))
    tab.get_by_label("Name").fill("Ada")
    tab.get_by_label("E-mail").fill(f"{secrets.token_hex(8)}@example.com")
    tab.get_by_label("Password").fill(PASSWORD)
    create = tab.get_by_role("button", name="Create account")

    create.click()
    persevere(tab, tab.get_by_label("Message"), create)


def test_talking_and_reloading(chat: Page, person: Person, network: Network) -> None:
    network.under(chat.context)
    expect(say(chat, "add buy milk tomorrow")).to_contain_text("buy milk")
    network.failed.clear()

    chat.reload()
    persevere(chat, chat.get_by_role("article", name="Assistant"))

    expect(chat.get_by_role("article", name="You")).to_have_count(1)
    persevere(chat, chat.get_by_role("complementary").get_by_label("buy milk"))
    assert open_tasks(person).count("milk") == 1


def test_approving_on_the_card(chat: Page, person: Person, network: Network) -> None:
    network.under(chat.context)
    say(chat, "add buy milk and water the ferns")
    say(chat, "delete all my tasks")
    card = chat.get_by_role("group", name="Delete 2 tasks?")
    answers = chat.get_by_role("article", name="Assistant")
    before = answers.count()

    card.get_by_role("button", name="Delete").click()
    persevere(chat, answers.nth(before), card.get_by_role("button", name="Delete"))

    expect(card.get_by_role("button")).to_have_count(0)
    assert "milk" not in open_tasks(person)


@pytest.mark.parametrize("network", ["slow", "cut"], indirect=True)  # the undo token may go with a lost answer
def test_taking_a_change_back(chat: Page, person: Person, network: Network) -> None:
    network.under(chat.context)
    say(chat, "add buy milk tomorrow")
    panel = chat.get_by_role("complementary", name="Open tasks")
    milk, taken_back = panel.get_by_label("buy milk"), panel.get_by_text("Taken back.")
    persevere(chat, milk)
    done = panel.get_by_text("“buy milk” is done.")
    milk.check()
    persevere(chat, done, milk)
    assert "milk" not in open_tasks(person)
    network.failed.clear()

    undo = panel.get_by_role("button", name="Undo")
    undo.click()
    persevere(chat, taken_back, undo)

    expect(milk).not_to_be_checked()
    assert "milk" in open_tasks(person)


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


@pytest.mark.requirement("005/FR-038")
def test_leaving_for_good(chat: Page, person: Person, network: Network) -> None:
    person.say("add buy milk tomorrow")
    network.under(chat.context)
    chat.get_by_role("link", name="Settings").click()
    chat.get_by_role("button", name="Delete my account…").click()
    delete = chat.get_by_role("button", name="Delete everything")
    chat.get_by_label("Type DELETE to confirm").fill("DELETE")
    chat.get_by_label("Password").fill(person.password)

    delete.click()
    persevere(chat, chat.get_by_role("heading", name="Sign in"), delete)

    assert person.page.post("/api/auth/sign-in/email", json=person.credentials).status_code == 401
