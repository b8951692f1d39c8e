"""People who come, talk in every way that could leave something behind in a process, and never come back."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any, TypeAlias

import httpx2

from tests.faults.crowd import DAY, People
from tests.faults.stack import Stack
from tests.gateway.serving import Person, chatkit_events
from tests.gateway.talking import done_items, follow

ANSWER_SECONDS = 60
AGAIN_SECONDS = 0.1
NOT_NOW = {409, 503}
CONVERSATIONS, MESSAGES = 4, 12
"""Of small talk, which most turns are: they cost the least, and a turn is what might be held."""
UNKNOWN = "7f1d1f0e-0000-4000-8000-000000000000"

Way: TypeAlias = Callable[[Person, str], AsyncIterator[None]]
"""Does something in a conversation; yields after each message that was answered."""


class Patient(Person):
    """Asks again while there is no room, or while the same message is being answered."""

    async def post(self, path: str, body: Any, **headers: str) -> httpx2.Response:
        deadline = time.monotonic() + ANSWER_SECONDS
        while (answer := await super().post(path, body, **headers)).status_code in NOT_NOW:
            assert time.monotonic() < deadline, answer.text
            await asyncio.sleep(AGAIN_SECONDS)
        return answer


class Visitors(People):
    """Each is followed by another."""

    def __init__(self, stack: Stack, at_once: int) -> None:
        super().__init__()
        self._stack = stack
        self._at_once = at_once

    async def run(self) -> None:
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=self._at_once)
        async with (
            httpx2.AsyncClient(timeout=ANSWER_SECONDS, limits=limits, trust_env=False) as http,
            asyncio.TaskGroup() as visits,
        ):
            for _ in range(self._at_once):
                visits.create_task(self._visits(http))

    async def _visits(self, http: httpx2.AsyncClient) -> None:
        while not self._stopped.is_set():
            user = f"user-{uuid.uuid4().hex}"
            token = self._stack.issuer.gateway_token(user, exp=int(time.time()) + DAY)
            person = Patient(self._stack.gateway.url, user, token, http)
            thread_id = (await person.say("hello"))["conversation_id"]
            self.done += 1
            for way in WAYS:
                async for _ in way(person, thread_id):
                    self.done += 1
                    if self._stopped.is_set():
                        return


async def _talks_about_something_else(person: Person, _: str) -> AsyncIterator[None]:
    for _ in range(CONVERSATIONS):
        thread_id = ""
        for _ in range(MESSAGES):
            thread_id = (await person.say("thanks", thread_id))["conversation_id"]
            yield


async def _changes_the_list(person: Person, thread_id: str) -> AsyncIterator[None]:
    for text in ("add milk, eggs and bread", "what is on my list?", "complete milk", "complete what is not there"):
        await person.chat(text, thread_id)
        yield


async def _says_yes_to_a_card(person: Person, thread_id: str) -> AsyncIterator[None]:
    asked = await person.chat("clear my list", thread_id)
    yield
    card = next(item for item in done_items(asked) if item["type"] == "widget")
    action = {"type": "deletion.answer", "payload": {"approved": True}}
    answer = await person.ask("threads.custom_action", thread_id=thread_id, item_id=card["id"], action=action)
    assert done_items(chatkit_events(answer.text)), answer.text
    yield


async def _hangs_up_and_comes_back(person: Person, thread_id: str) -> AsyncIterator[None]:
    body, address = _keyed(thread_id), f"{person.url}/api/{person.user_id}/chat"
    headers = person.headers | {"Accept": "text/event-stream"}
    async with person.http.stream("POST", address, json=body, headers=headers) as answer:
        await anext(answer.aiter_bytes())
    await follow(person, thread_id)
    await person.say(**body)
    yield


async def _sends_twice(person: Person, thread_id: str) -> AsyncIterator[None]:
    body = _keyed(thread_id)
    await asyncio.gather(person.say(**body), person.say(**body))
    yield


def _keyed(thread_id: str) -> dict[str, str]:
    return {"message": "hello", "conversation_id": thread_id, "idempotency_key": uuid.uuid4().hex}


async def _stops(person: Person, thread_id: str) -> AsyncIterator[None]:
    talking = asyncio.create_task(person.chat("hello", thread_id))
    await person.post("stop", {"conversation_id": thread_id})
    await talking
    yield


async def _is_refused(person: Person, thread_id: str) -> AsyncIterator[None]:
    message = {"message": "hello", "conversation_id": thread_id}
    for who, body, status in (
        (replace(person, token=f"{person.token}x"), message, 401),
        (person, message | {"conversation_id": UNKNOWN}, 404),
        (person, message | {"message": ""}, 422),
    ):
        answer = await who.post("chat", body)
        assert answer.status_code == status, answer.text
    await person.say("hello", thread_id)
    yield


async def _looks_back(person: Person, thread_id: str) -> AsyncIterator[None]:
    for path in ("conversations", f"conversations/{thread_id}", "tasks", "settings"):
        answer = await person.get(path)
        assert answer.status_code == 200, answer.text
    await person.say("hello", thread_id)
    yield


WAYS: tuple[Way, ...] = (
    _talks_about_something_else,
    _changes_the_list,
    _says_yes_to_a_card,
    _hangs_up_and_comes_back,
    _sends_twice,
    _stops,
    _is_refused,
    _looks_back,
)
