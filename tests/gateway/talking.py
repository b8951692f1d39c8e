"""What tests of the chat do again and again: hang up, wait, read what is stored and what is on the wire."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from tests.gateway.serving import Person, chatkit_events, chatkit_message


async def until(condition: Callable[[], Any], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def messages(person: Person, thread_id: str) -> list[tuple[str, str]]:
    found = (await person.get(f"conversations/{thread_id}")).json()
    return [(one["role"], one["text"]) for one in found["messages"]]


async def status(person: Person, thread_id: str) -> str:
    return str((await person.get(f"conversations/{thread_id}")).json()["status"])


async def until_status(person: Person, thread_id: str, expected: str) -> None:
    async with asyncio.timeout(15):
        while await status(person, thread_id) != expected:  # noqa: ASYNC110 - another task's work, seen from outside
            await asyncio.sleep(0.02)


async def hang_up_after(person: Person, text: str, thread_id: str = "", *, says: str = "hello", **headers: str) -> str:
    """Send a message, read until the text has come, hang up, and return the conversation."""
    heard = ""
    address = f"{person.url}/api/{person.user_id}/chatkit"
    body = chatkit_message(says, thread_id)
    async with person.http.stream("POST", address, json=body, headers=person.headers | headers) as answer:
        async for chunk in answer.aiter_text():
            heard += chunk
            if text in heard:
                break
    return str(chatkit_events(heard[: heard.rindex("\n\n") + 2])[0].get("thread", {}).get("id", thread_id))


@asynccontextmanager
async def following(person: Person, thread_id: str) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """Follow the running answer of a thread, event by event."""
    body = {"type": "threads.follow", "params": {"thread_id": thread_id}}
    address = f"{person.url}/api/{person.user_id}/chatkit"
    async with person.http.stream("POST", address, json=body, headers=person.headers) as answer:
        assert answer.status_code == 200

        async def events() -> AsyncIterator[dict[str, Any]]:
            async for line in answer.aiter_lines():
                if line:
                    yield chatkit_events(f"{line}\n\n")[0]

        yield events()


async def follow(person: Person, thread_id: str) -> list[dict[str, Any]]:
    """Follow to the end."""
    async with following(person, thread_id) as events:
        return [event async for event in events]


async def items(person: Person, thread_id: str) -> list[dict[str, Any]]:
    """The items of a thread as the page sees them, oldest first."""
    answer = await person.ask("items.list", thread_id=thread_id, limit=100, order="asc")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


def of_kind(kind: str, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in found if item["type"] == kind]


def done_items(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event["item"] for event in events if event["type"] == "thread.item.done"]
