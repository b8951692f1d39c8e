"""Every page and every state of the chat: for screen readers, by keyboard, on small screens, in every script."""

from collections.abc import Iterable
from itertools import product

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.launcher import Launcher
from tests.e2e.people import Person
from tests.e2e.stage import THREAD, Stage
from tests.services import ROOT

RICH_COMPOSER = (ROOT / "tests" / "e2e" / "rich_composer.js").read_text()
AXE = (ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async (tags) => {
  const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id} ${node.target} ${node.failureSummary}`));
}"""
SETTLED = """new Promise((done) => {
  requestAnimationFrame(() => requestIdleCallback(done));
  setTimeout(done, 500); // a page that has nothing new to draw may get no frame
})"""
"""What the page does by itself on a screen of another size is done."""
SIZES = {"desktop": (1280, 800), "tablet": (768, 1024), "phone": (360, 740)}
SMALLEST = (320, 640)
PICTURES = ROOT / "test-results"

FOCUSABLE = """() => {
  const found = [];
  const kinds = "a[href], button:not(:disabled), input, select, textarea, summary, [tabindex='0']";
  const shown = (node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest("[inert]");
  const walk = (root) => root.querySelectorAll("*").forEach((node) => {
    if (node.shadowRoot) walk(node.shadowRoot);
    if (node.matches(kinds) && shown(node)) {
      found.push(node.getAttribute("aria-label") || node.textContent.trim().slice(0, 40) || node.localName);
    }
  });
  walk(document);
  return found;
}"""
FOCUSED = """() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  const style = getComputedStyle(node);
  const ring = style.outlineStyle !== "none" || node.closest("form")?.matches(":focus-within");
  return [node.getAttribute("aria-label") || node.textContent.trim().slice(0, 40) || node.localName, Boolean(ring)];
}"""


class Looks:
    """Looks at a state in each size and scheme, and remembers what axe found."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.violations: list[str] = []

    def at(self, state: str, sizes: Iterable[str] = SIZES) -> None:
        for size, scheme in product(sizes, ("light", "dark")):
            width, height = SIZES[size]
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            self.page.evaluate(SETTLED)
            if self.page.evaluate("typeof axe") == "undefined":
                self.page.evaluate(AXE)
            found = self.page.evaluate(RUN, RULES)
            self.violations += [f"{state}, {size}, {scheme}: {violation}" for violation in found]
            PICTURES.mkdir(exist_ok=True)
            self.page.screenshot(path=PICTURES / f"{state}-{size}-{scheme}.png")
        self.page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
        width = self.page.evaluate("document.documentElement.scrollWidth")
        if width > SMALLEST[0]:
            self.violations.append(f"{state}: {width} pixels wide on a screen of {SMALLEST[0]}")


@pytest.fixture
def looks(tab: Page) -> Looks:
    return Looks(tab)


def sign_in(tab: Page, person: Person) -> None:
    tab.get_by_label("E-mail").fill(person.email)
    tab.get_by_label("Password").fill(person.password)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_label("Message")).to_be_visible()


def desktop(tab: Page) -> None:
    width, height = SIZES["desktop"]
    tab.set_viewport_size({"width": width, "height": height})


@pytest.mark.requirement("005/FR-020")
@pytest.mark.requirement("005/FR-023")
@pytest.mark.requirement("005/SC-003")
def test_the_pages_around_the_chat_are_without_a_violation(
    tab: Page, looks: Looks, remit: Launcher, person: Person
) -> None:
    tab.goto(f"{remit.page}/sign-up")
    expect(tab.get_by_role("heading", name="Create your account")).to_be_visible()
    looks.at("sign-up")
    tab.goto(remit.page)
    tab.get_by_label("E-mail").fill("nobody@example.com")
    tab.get_by_label("Password").fill("a wrong password")
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("alert")).to_be_visible()
    looks.at("sign-in")
    desktop(tab)
    sign_in(tab, person)

    serve(tab, "**/settings", {"time_zone": "Europe/Berlin"})
    tab.get_by_role("link", name="Settings").click()
    tab.get_by_role("button", name="Delete my account…").click()
    expect(tab.get_by_label("Time zone")).to_be_enabled()
    looks.at("settings")
    app = {"clientId": "c1", "name": "Planner", "scopes": ["tasks:read", "tasks:write"]}
    app |= {"allowedAt": "2026-11-01T09:00:00Z", "lastUsedAt": "2026-11-20T09:00:00Z"}
    serve(tab, "**/connected-apps", [app])
    tab.goto(f"{remit.page}/apps")
    tab.get_by_role("button", name="Disconnect Planner").click()
    looks.at("apps")
    serve(tab, "**/oauth2/public-client**", {"client_name": "Planner"})
    tab.goto(f"{remit.page}/consent?client_id=c1&redirect_uri=https://app.example/back&scope=tasks:read&sig=x")
    expect(tab.get_by_role("button", name="Allow")).to_be_enabled()
    looks.at("consent")

    assert looks.violations == []
    tab.evaluate("document.documentElement.removeAttribute('lang')")
    looks.at("consent")  # the negative control: what is wrong is found, in each size and scheme
    assert len(looks.violations) == len(SIZES) * 2


@pytest.mark.requirement("005/FR-020")
@pytest.mark.requirement("005/FR-023")
@pytest.mark.requirement("005/SC-003")
def test_the_states_of_the_chat_are_without_a_violation(
    tab: Page, looks: Looks, remit: Launcher, person: Person
) -> None:
    stage = Stage()
    late = {"n": 1, "id": "t1", "title": "buy milk", "due": "2026-11-20", "overdue": True, "labels": ["home"]}
    serve(tab, "**/tasks?**", {"tasks": [late, {"n": 2, "id": "t2", "title": "water the ferns"}], "total": 60})
    tab.goto(remit.page)
    sign_in(tab, person)
    looks.at("chat-start")
    desktop(tab)
    tab.get_by_role("button", name="Connect an app").click()
    looks.at("chat-connect")
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Tasks").click()
    expect(tab.get_by_role("dialog", name="Tasks").get_by_label("buy milk")).to_be_visible()
    looks.at("chat-tasks", sizes=("phone",))
    tab.keyboard.press("Escape")
    see_a_failed_way_out(tab, looks)

    stage.open(tab, person.user_id)
    tab.reload()
    expect(tab.get_by_text("Shall I?")).to_be_visible()
    looks.at("chat-everything")
    desktop(tab)
    tab.get_by_role("button", name="Conversations", exact=True).click()
    tab.get_by_role("button", name="Rename Every kind of item").click()
    tab.get_by_role("button", name="Delete Another").click()
    looks.at("chat-history")
    tab.keyboard.press("Escape")
    stage.refusal = (429, {"code": "rate_limited", "message": "That was a lot at once."}, {"Retry-After": "600"})
    tab.get_by_label("Message").fill("once more")
    tab.get_by_label("Message").press("Enter")
    expect(tab.get_by_role("button", name="Send again in")).to_be_visible()
    tab.context.set_offline(True)
    expect(tab.get_by_text("You are offline.")).to_be_visible()
    looks.at("chat-refused")
    see_the_rich_composer(tab, looks)

    assert looks.violations == []


def see_a_failed_way_out(tab: Page, looks: Looks) -> None:
    """Look at what a press in the narrow bar above the chat says: it must not be squeezed in between its buttons."""
    tab.route("**/sign-out", lambda route: route.abort())
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("alert")).to_contain_text("You are still signed in")
    looks.at("chat-sign-out", sizes=("phone",))
    said = tab.get_by_role("alert").bounding_box()
    assert said is not None
    if said["width"] < SMALLEST[0] * 0.8:
        looks.violations.append(f"chat-sign-out: said in {said['width']} pixels of {SMALLEST[0]}")


def see_the_rich_composer(tab: Page, looks: Looks) -> None:
    """Look at what other pages may switch on: tags, files, a quote and dictation."""
    tab.evaluate(RICH_COMPOSER, THREAD)
    desktop(tab)
    tab.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "text/plain", "buffer": b"x"} for name in ("on its way.txt", "refused.txt")]
    )
    expect(tab.get_by_text("Not uploaded. Files cannot be added here.", exact=True)).to_be_visible()
    tab.get_by_role("button", name="Dictate").click()
    expect(tab.get_by_text("Recording", exact=True)).to_be_visible()
    tab.get_by_role("button", name="buy milk").hover()
    expect(tab.get_by_role("tooltip")).to_be_visible()
    looks.at("composer-rich")
    tab.get_by_label("Message").press_sequentially("ask @")
    expect(tab.get_by_role("option", name="Ann")).to_be_visible()
    looks.at("composer-tags")
    for key in ("ArrowDown", "Enter", "Backspace", "Backspace"):
        tab.keyboard.press(key)
    expect(tab.get_by_label("Message")).to_have_value("ask ")  # the second one took the whole tag


@pytest.mark.requirement("005/FR-021")
def test_the_keyboard_reaches_everything_in_order_and_the_focus_is_seen(
    tab: Page, remit: Launcher, person: Person
) -> None:
    tab.goto(remit.page)
    sign_in(tab, person)
    Stage().open(tab, person.user_id)
    tab.reload()
    expect(tab.get_by_text("Shall I?")).to_be_visible()
    wanted = tab.evaluate(FOCUSABLE)
    tab.get_by_role("button", name="Connect an app").focus()

    reached: list[str] = []
    for _ in wanted:
        name, is_seen = tab.evaluate(FOCUSED)
        assert is_seen, f"{name} has the focus, and nothing shows it"
        reached.append(name)
        tab.keyboard.press("Tab")

    assert reached == wanted


def serve(tab: Page, pattern: str, body: object) -> None:
    """Answer the page's own requests as the service would, so that a state can be looked at."""
    cors = {"Access-Control-Allow-Origin": "*"}

    def answer(route: Route) -> None:
        if route.request.resource_type == "fetch" and route.request.method == "GET":
            route.fulfill(json=body, headers=cors)
        else:
            route.continue_()

    tab.route(pattern, answer)
