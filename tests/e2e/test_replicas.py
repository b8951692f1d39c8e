"""The chat in a browser, on replicas behind a balancer without memory: whichever answers, it is the same chat."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.e2e.launcher import Launcher, Replicated
from tests.e2e.people import Person
from tests.e2e.slow_model import SlowModel
from tests.e2e.test_journeys import open_tasks, say
from tests.e2e.test_losing_nothing import (
    context,
    tab,
    test_a_reload_in_the_middle_shows_the_answer_going_on,
    test_a_second_tab_shows_the_message_and_its_answer_by_itself,
)
from tests.e2e.watching import FIRST, answer, begin, signed_in
from tests.faults.replicas import PROGRAM, Replicas, running_replicas
from tests.pooler import PROGRAM as POOLER

__all__ = [
    "context",
    "tab",
    "test_a_reload_in_the_middle_shows_the_answer_going_on",
    "test_a_second_tab_shows_the_message_and_its_answer_by_itself",
]
pytestmark = [
    pytest.mark.skipif(PROGRAM is None or POOLER is None, reason="HAProxy or PgBouncer is not installed"),
    pytest.mark.requirement("006/FR-005"),
]


@pytest.fixture(scope="module")
def slow_replicas(model: SlowModel) -> Iterator[Replicas]:
    """Replicas whose model can be held in the middle of its answer."""
    with running_replicas(**model.settings) as running:
        yield running


@pytest.fixture(scope="module")
def slow(slow_replicas: Replicas) -> Launcher:
    return Replicated(slow_replicas)


@pytest.fixture(scope="module")
def offline_replicas() -> Iterator[Replicas]:
    with running_replicas() as running:
        yield running


class Served:
    """Which gateway answered each kind of request of the chat, the last time."""

    def __init__(self, page: Page) -> None:
        self.by: dict[str, str] = {}
        page.on("response", self._heard)

    def _heard(self, response: Response) -> None:
        if response.request.method == "POST" and response.url.endswith("/chatkit"):
            kind = str(json.loads(response.request.post_data or "{}").get("type"))
            self.by[kind] = response.headers["x-served-by"]


@contextmanager
def resting(replicas: Replicas, gateway: str) -> Iterator[None]:
    replicas.let_rest(gateway)
    try:
        yield
    finally:
        replicas.let_work(gateway)


@pytest.mark.requirement("006/FR-004")
def test_stop_is_heard_by_another_replica_than_the_one_that_answers(
    tab: Page, slow_replicas: Replicas, model: SlowModel
) -> None:
    served, ended = Served(tab), model.ended
    begin(tab)
    answering = served.by["threads.create"]

    with resting(slow_replicas, answering):
        with tab.expect_response(lambda one: one.request.method == "POST" and "stop" in one.url) as stopped:
            tab.get_by_role("button", name="Stop").click()
        assert stopped.value.headers["x-served-by"] != answering
        expect(tab.get_by_text("You stopped this answer.")).to_be_visible()
        tab.reload()
        expect(answer(tab)).to_contain_text(FIRST)
        expect(tab.get_by_role("button", name="Stop")).to_be_hidden()
        while model.ended == ended:  # the one that answers hears of it when it next renews its lease
            tab.wait_for_timeout(50)


@pytest.mark.requirement("006/FR-004")
def test_a_card_of_one_replica_is_answered_by_another(browser: Browser, offline_replicas: Replicas) -> None:
    remit = Replicated(offline_replicas)
    with closing(Person(remit)) as person, signed_in(browser, person) as opened:
        chat = opened.new_page()
        served = Served(chat)
        chat.goto(remit.page)
        say(chat, "add buy milk and water the ferns")
        say(chat, "delete all my tasks")
        asked = served.by["threads.add_user_message"]
        card = chat.get_by_role("group", name="Delete 2 tasks?")

        with resting(offline_replicas, asked):
            card.get_by_role("button", name="Delete").click()
            expect(card.get_by_role("button")).to_have_count(0)
            expect(chat.get_by_role("log")).to_have_attribute("aria-busy", "false")

        assert served.by["threads.custom_action"] != asked
        assert "milk" not in open_tasks(person)
        chat.reload()
        expect(card).to_be_visible()
        expect(card.get_by_role("button")).to_have_count(0)


@pytest.mark.requirement("006/FR-004")
def test_people_sign_in_while_each_page_is_dead_in_turn(offline_replicas: Replicas) -> None:
    with closing(Person(Replicated(offline_replicas))) as person:
        for page in (service for service in offline_replicas.services if service.module == "page"):
            page.kill()
            person.post("/api/auth/sign-in/email", **person.credentials)
            assert person.say("hello")["response"]
            page.start()
            offline_replicas.wait_until_all_work()
