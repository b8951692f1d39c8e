"""Networks that are slow or that fail, and a person who does what the page tells them."""

import contextlib
import json
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2
from playwright.sync_api import BrowserContext, Locator, Page, Route, TimeoutError as TooLate, expect

PATIENCE_SECONDS = 30
ANSWER_MS = 15_000
PRESS_MS = 2_000
SLOW = {"offline": False, "latency": 200, "downloadThroughput": 60_000, "uploadThroughput": 60_000}
"""Milliseconds and bytes per second: a phone at the edge of its network."""

MESSAGES = ("threads.create", "threads.add_user_message")
SHOWN = b'"user_message"'
TOLD = re.compile("access-control-|content-type|retry-after")
OFFER = re.compile(r"^(Try again|Send again|Try now)$")
RELOAD = re.compile("reload the page")


@dataclass
class Network:
    """What lies between a browser and the services.

    ``slow``: every byte takes its time. ``cut``: the first request of each kind never arrives. ``lost``: it arrives, is
    served, and nobody hears the answer, cookies included. ``torn``: a message arrives, and its answer ends before it
    shows that.
    """

    kind: str
    failed: set[str] = field(default_factory=set)

    def under(self, context: BrowserContext) -> None:
        """Put it under every page of the context, those that are open and those to come."""
        if self.kind == "slow":
            for page in context.pages:
                self._throttle(page)
            context.on("page", self._throttle)
        else:
            context.route("**/*", lambda route: self._fail(context, route))

    def _throttle(self, page: Page) -> None:
        page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW)

    def _fail(self, context: BrowserContext, route: Route) -> None:
        kind = kind_of(route)
        if kind is None or kind in self.failed or (self.kind == "torn" and not kind.endswith(MESSAGES)):
            route.continue_()
            return
        self.failed.add(kind)
        if self.kind == "torn":
            _tear(route)
            return
        if self.kind == "lost":
            before = context.cookies()
            route.fetch()
            if context.cookies() != before:
                context.clear_cookies()
                context.add_cookies(before)  # type: ignore[arg-type] - what `cookies` gave is what this takes
        route.abort()


def _tear(route: Route) -> None:
    """Hang up as soon as the answer shows the message, and pass on what came before that."""
    asked = route.request
    said = {name: value for name, value in asked.headers.items() if name != "accept-encoding"}
    heard = b""
    with httpx2.stream("POST", asked.url, headers=said, content=asked.post_data) as answer:
        for part in answer.iter_bytes():
            heard += part
            if SHOWN in heard:
                break
    shown = heard.find(SHOWN)
    body = heard if shown == -1 else heard[: heard.rfind(b"data: ", 0, shown)]
    told = {name: value for name, value in answer.headers.items() if TOLD.match(name)}
    route.fulfill(status=answer.status_code, headers=told, body=body)


def kind_of(route: Route) -> str | None:
    """Requests of one kind fail once; a page and its scripts do not: that is the browser's own error to show."""
    asked = route.request
    if asked.resource_type not in {"fetch", "xhr"}:
        return None
    path = urlsplit(asked.url).path.rsplit("/", 1)[-1]
    said = json.loads(asked.post_data) if asked.post_data and path == "chatkit" else {}
    return f"{asked.method} {path} {said.get('type', '')}"


def persevere(page: Page, done: Locator, again: Locator | None = None) -> None:
    """Do what the page says until it is done: press what it offers, reload where it asks for that.

    Where it only says that something failed, press ``again`` what was pressed.
    """
    offer, wish = page.get_by_role("button", name=OFFER), page.get_by_text(RELOAD)
    told = [offer, wish] + ([page.get_by_role("alert")] if again else [])
    either = done
    for one in told:
        either = either.or_(one)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        expect(either.first).to_be_visible(timeout=ANSWER_MS)
        if done.first.is_visible():
            return
        with contextlib.suppress(TooLate):  # it was done before it could be pressed again
            if wish.is_visible():
                page.reload()
            elif offer.last.is_visible():
                offer.last.click(timeout=PRESS_MS)
            elif again:
                again.click(timeout=PRESS_MS)
    expect(done.first).to_be_visible(timeout=1)
