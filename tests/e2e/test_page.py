"""The page itself: strict, steady while it loads, and soon there."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.launcher import Launcher
from tests.e2e.people import Person
from tests.services import ROOT

REPORT = ROOT / "test-results" / "page-timing.json"
MOST_SHIFT = 0.02
"""A tenth of this moves a line by a hair; Web Vitals call 0.1 good."""

WATCH = """
  window.refused = [];
  window.shift = 0;
  document.addEventListener("securitypolicyviolation", (event) => window.refused.push(event.violatedDirective));
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    if (!entry.hadRecentInput) window.shift += entry.value;
  })).observe({ type: "layout-shift", buffered: true });
"""
PAINTED = """() => new Promise((done) => new PerformanceObserver((list) => {
  if (list.getEntriesByName("first-contentful-paint").length > 0) done();
}).observe({ type: "paint", buffered: true }))"""
TIMES = """() => ({
  first_paint_ms: Math.round(performance.getEntriesByName("first-contentful-paint")[0].startTime),
  loaded_ms: Math.round(performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd),
  layout_shift: Number(window.shift.toFixed(4)),
  script_bytes: performance.getEntriesByType("resource")
    .filter(({ name }) => name.endsWith(".js")).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
})"""


def times(tab: Page) -> dict[str, float]:
    """Read the times once something was painted, which is told a moment after it stands there."""
    tab.evaluate(PAINTED)
    return tab.evaluate(TIMES)  # type: ignore[no-any-return]


def sign_in(tab: Page, person: Person) -> None:
    tab.get_by_label("E-mail").fill(person.email)
    tab.get_by_label("Password").fill(person.password)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_label("Message")).to_be_focused()


@pytest.mark.requirement("005/FR-042")
def test_nothing_moves_while_the_page_loads_and_its_times_are_reported(
    tab: Page, remit: Launcher, person: Person
) -> None:
    tab.add_init_script(WATCH)
    tab.goto(remit.page)
    expect(tab.get_by_label("E-mail")).to_be_visible()
    report = {"sign-in": times(tab)}
    sign_in(tab, person)

    tab.reload()
    expect(tab.get_by_label("Message")).to_be_focused()
    report["chat"] = times(tab) | {"ready_ms": round(tab.evaluate("performance.now()"))}
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n")

    assert {name: one["layout_shift"] for name, one in report.items() if one["layout_shift"] > MOST_SHIFT} == {}


@pytest.mark.requirement("005/FR-041")
def test_the_policy_refuses_what_is_inline_and_the_page_never_meets_it(
    tab: Page, remit: Launcher, person: Person
) -> None:
    tab.add_init_script(WATCH)
    tab.goto(remit.page)
    sign_in(tab, person)
    tab.get_by_role("button", name="Add buy milk tomorrow").click()
    expect(tab.get_by_role("article", name="Assistant")).to_contain_text("buy milk")
    assert tab.evaluate("window.refused") == []

    inline = "document.head.append(Object.assign(document.createElement('script'), { text: 'window.ran = true' }))"
    tab.evaluate(inline)  # the negative control

    tab.wait_for_function("window.refused.length > 0")
    assert tab.evaluate("window.ran") is None
