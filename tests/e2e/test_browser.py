"""What a person sees: the whole product in a browser, from sign-up to the task and back again."""

import re
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit
from zoneinfo import ZoneInfo

import httpx2
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.launcher import Launcher
from tests.services import ROOT

PICTURES = ROOT / "test-results"
PASSWORD = "correct horse battery"


@pytest.fixture
def visitor(tab: Page, remit: Launcher) -> Iterator[Page]:
    """The tab at the product's address; the test fails when the page logged an error that it did not expect."""
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    tab.goto(remit.page)
    yield tab
    # The browser itself logs each refused request: those are what a test provokes.
    assert [text for text in complaints if not text.startswith("Failed to load resource")] == []


def sign_up(tab: Page, name: str) -> str:
    """Create an account from the first page and return its e-mail address."""
    email = f"{secrets.token_hex(8)}@example.com"
    tab.get_by_role("link", name="Create an account").click()
    tab.get_by_label("Name").fill(name)
    tab.get_by_label("E-mail").fill(email)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Create account").click()
    expect(tab.get_by_label("Message")).to_be_focused()
    return email


def sign_in(tab: Page, email: str) -> None:
    tab.get_by_label("E-mail").fill(email)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in").click()


def sign_out(tab: Page) -> None:
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("heading", name="Sign in")).to_be_visible()


def say(tab: Page, text: str) -> Locator:
    """Send a message and return the answer, once it is whole."""
    answers = tab.get_by_role("article", name="Assistant")
    before = answers.count()
    tab.get_by_label("Message").fill(text)
    tab.get_by_label("Message").press("Enter")
    expect(answers).to_have_count(before + 1)
    expect(tab.get_by_role("log")).to_have_attribute("aria-busy", "false")
    return answers.last


def listed(tab: Page) -> Locator:
    """The rows of the task lists, which number the tasks."""
    return tab.get_by_role("log").get_by_role("listitem").filter(has_text=re.compile(r"^\d+\. "))


def remembered(tab: Page) -> dict[str, str]:
    """The conversation that was open last, by the entry of each person who used this browser."""
    entries = dict(tab.evaluate("Object.entries(localStorage)"))
    return {name: value for name, value in entries.items() if name.startswith("remit.thread.")}


def tomorrow() -> str:
    """As an answer writes it; the browser is in Berlin."""
    day = datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(days=1)
    return f"{day:%A}, {day.day} {day:%B} {day.year}"


def picture(tab: Page, name: str) -> None:
    """Keep what is seen; `make pictures` puts what the documentation shows into its place."""
    PICTURES.mkdir(exist_ok=True)
    tab.screenshot(path=PICTURES / f"{name}.png")


@pytest.mark.requirement("001/SC-001")
@pytest.mark.requirement("001/FR-050")
@pytest.mark.requirement("001/FR-054")
def test_a_first_conversation_is_there_after_a_reload_and_after_signing_in_again(visitor: Page) -> None:
    email = sign_up(visitor, "Ada Lovelace")
    answer = say(visitor, "add buy milk tomorrow")
    expect(answer).to_contain_text("buy milk")
    expect(answer).to_contain_text(tomorrow())
    say(visitor, "what is on my list?")
    expect(listed(visitor)).to_contain_text(["1. buy milk"])
    expect(visitor.get_by_role("complementary", name="Open tasks").get_by_label("buy milk")).to_be_visible()
    said = visitor.get_by_role("log").inner_text()
    picture(visitor, "first-conversation")

    visitor.reload()
    expect(visitor.get_by_role("log")).to_have_text(re.compile("buy milk"))
    assert visitor.get_by_role("log").inner_text() == said

    sign_out(visitor)
    sign_in(visitor, email)
    expect(visitor.get_by_role("log")).to_have_text(re.compile("buy milk"))
    assert visitor.get_by_role("log").inner_text() == said


@pytest.mark.requirement("001/FR-051")
def test_the_next_person_at_the_same_browser_sees_nothing_of_it(visitor: Page) -> None:
    sign_up(visitor, "Ada")
    say(visitor, "add call the notary tomorrow")
    ((key, thread),) = remembered(visitor).items()
    sign_out(visitor)

    sign_up(visitor, "Bob")
    expect(visitor.get_by_role("log")).not_to_contain_text("notary")
    expect(say(visitor, "what is on my list?")).not_to_contain_text("notary")

    (mine,) = remembered(visitor).keys() - {key}
    visitor.evaluate("([name, value]) => sessionStorage.setItem(name, value)", [mine, thread])
    visitor.reload()
    expect(visitor.get_by_role("heading", name="Hello Bob")).to_be_visible()
    expect(visitor.get_by_role("log")).not_to_contain_text("notary")


@pytest.mark.requirement("001/FR-050")
def test_a_prompt_of_the_first_screen_is_a_first_message_and_typing_goes_on(visitor: Page) -> None:
    sign_up(visitor, "Ada")
    visitor.get_by_role("button", name="Add buy milk tomorrow").click()
    expect(visitor.get_by_role("article", name="Assistant")).to_contain_text(tomorrow())

    visitor.keyboard.type("what is on my list?")
    expect(visitor.get_by_role("log")).to_have_attribute("aria-busy", "false")
    visitor.keyboard.press("Enter")

    expect(visitor.get_by_role("article", name="Assistant").last).to_contain_text("Your open tasks")


@pytest.mark.requirement("001/FR-052")
def test_a_session_that_ended_is_said_and_the_message_is_kept(visitor: Page, remit: Launcher) -> None:
    email = sign_up(visitor, "Ada")
    say(visitor, "add buy milk tomorrow")
    visitor.context.clear_cookies()

    def refuse(route: Route) -> None:  # as after fifteen minutes
        if "water the ferns" in (route.request.post_data or ""):
            route.fulfill(status=401, headers={"Access-Control-Allow-Origin": remit.page}, json={})
        else:
            route.continue_()

    visitor.route(f"{remit.gateway}/**", refuse)
    visitor.get_by_label("Message").fill("add water the ferns")
    visitor.get_by_label("Message").press("Enter")
    expect(visitor.get_by_text("Your session ended. Sign in again; what you wrote is kept.")).to_be_visible()

    sign_in(visitor, email)
    expect(visitor.get_by_label("Message")).to_have_value("add water the ferns")
    expect(visitor.get_by_role("log")).to_contain_text("buy milk")


@pytest.mark.requirement("001/FR-052")
def test_a_refused_token_is_renewed_without_the_person(visitor: Page, remit: Launcher) -> None:
    sign_up(visitor, "Ada")
    refused = {"status": 401, "headers": {"Access-Control-Allow-Origin": remit.page}, "json": {}}
    visitor.route(f"{remit.gateway}/**", lambda route: route.fulfill(**refused), times=1)

    expect(say(visitor, "add buy milk tomorrow")).to_contain_text("buy milk")


def test_a_message_whose_answer_got_lost_is_sent_again_and_counts_once(visitor: Page, remit: Launcher) -> None:
    sign_up(visitor, "Ada")

    def lose(route: Route) -> None:
        route.fetch()  # the gateway stores and answers; the browser never hears of it
        route.abort()

    visitor.route(f"{remit.gateway}/**", lose, times=1)
    visitor.get_by_label("Message").fill("add buy milk tomorrow")
    visitor.get_by_label("Message").press("Enter")
    expect(visitor.get_by_role("alert")).to_contain_text("The connection failed.")
    expect(visitor.get_by_label("Message")).to_have_value("add buy milk tomorrow")
    visitor.get_by_label("Message").press("Enter")

    expect(visitor.get_by_role("article", name="Assistant")).to_contain_text("buy milk")
    expect(visitor.get_by_role("article", name="You")).to_have_count(1)
    say(visitor, "what is on my list?")
    expect(listed(visitor)).to_have_count(1)


@pytest.mark.requirement("001/FR-057")
def test_a_page_without_its_settings_names_them(visitor: Page) -> None:
    visitor.route("**/config.json", lambda route: route.fulfill(json={"publicUrl": "https://elsewhere.example"}))
    visitor.reload()

    expect(visitor.get_by_role("heading", name="Remit is not set up")).to_be_visible()
    expect(visitor.get_by_role("listitem")).to_contain_text(["GATEWAY_PUBLIC_URL", "MCP_PUBLIC_URL"])


@pytest.mark.requirement("001/FR-056")
def test_an_app_asks_for_access_and_gets_the_persons_answer(visitor: Page, remit: Launcher) -> None:
    callback = f"{remit.page}/no-such-page"
    body = {"client_name": "Planner", "redirect_uris": [callback], "token_endpoint_auth_method": "none"}
    client_id = httpx2.post(f"{remit.page}/api/auth/oauth2/register", json=body).json()["client_id"]
    asked = {
        "client_id": client_id,
        "redirect_uri": callback,
        "response_type": "code",
        "scope": "tasks:read tasks:write",
        "state": "s1",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
        "resource": f"{remit.mcp}/mcp",
    }
    visitor.goto(f"{remit.page}/api/auth/oauth2/authorize?{urlencode(asked)}")
    expect(visitor.get_by_role("heading", name="Sign in")).to_be_visible()
    visitor.get_by_role("link", name="Create an account").click()
    visitor.get_by_label("Name").fill("Ada")
    visitor.get_by_label("E-mail").fill(f"{secrets.token_hex(8)}@example.com")
    visitor.get_by_label("Password").fill(PASSWORD)
    visitor.get_by_role("button", name="Create account").click()

    expect(visitor.get_by_role("heading", name="Planner asks for access")).to_be_visible()
    shown = ["See your tasks", "Add, change, complete and delete your tasks"]
    expect(visitor.get_by_role("listitem")).to_have_text(shown)
    expect(visitor.get_by_text(urlsplit(remit.page).netloc)).to_be_visible()
    picture(visitor, "consent")
    for button, outcome in (("Deny", "error"), ("Allow", "code")):
        visitor.get_by_role("button", name=button).click()

        visitor.wait_for_url(f"{callback}?**")
        answer = parse_qs(urlsplit(visitor.url).query)
        assert answer["state"] == ["s1"]
        assert outcome in answer
        visitor.goto(f"{remit.page}/api/auth/oauth2/authorize?{urlencode(asked)}")


def test_a_phone_shows_everything_without_scrolling_sideways(visitor: Page) -> None:
    visitor.set_viewport_size({"width": 360, "height": 740})
    sign_up(visitor, "Ada Lovelace")
    say(visitor, f"add {'a rather long name for a task ' * 3}tomorrow")
    visitor.get_by_role("button", name="Tasks").click()
    expect(visitor.get_by_role("dialog", name="Tasks").get_by_label("a rather long name")).to_be_in_viewport()
    picture(visitor, "phone-light-tasks")
    visitor.keyboard.press("Escape")
    expect(visitor.get_by_role("button", name="Tasks")).to_be_focused()
    say(visitor, "help")
    for scheme in ("dark", "light"):
        visitor.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        picture(visitor, f"phone-{scheme}-conversation")

    assert visitor.evaluate("document.documentElement.scrollWidth") == 360
    expect(visitor.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)
    expect(visitor.get_by_role("button", name="Sign out")).to_be_in_viewport(ratio=1)
    expect(visitor.get_by_role("article", name="Assistant").last).to_be_in_viewport()


def test_the_keyboard_alone_reaches_everything(visitor: Page) -> None:
    sign_up(visitor, "Ada")
    say(visitor, "add buy milk tomorrow")
    conversations = visitor.get_by_role("button", name="Conversations", exact=True)
    for _ in range(10):  # past what can be done with the answer
        visitor.keyboard.press("Shift+Tab")
        if conversations.evaluate("button => button.getRootNode().activeElement === button"):
            break
    visitor.keyboard.press("Enter")
    panel = visitor.get_by_role("dialog", name="Conversations")
    expect(panel.get_by_role("button", name="add buy milk tomorrow", exact=True)).to_be_visible()

    visitor.keyboard.press("Escape")

    expect(panel).to_be_hidden()
    expect(conversations).to_be_focused()
