"""Runs a case: a new person, the real gateway, the real tools; and judges what was said, called and left behind."""

import asyncio
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx2

from shared.contract import ConversationTool, Scope, TaskTool
from tests.evals.case import Case, Given, Task
from tests.mcp_server.client import Caller
from tests.services import Issuer, SigningKey, assertion

SCOPES = f"{Scope.TASKS_READ} {Scope.TASKS_WRITE} {Scope.CONVERSATIONS}"
MOST = 50


@dataclass
class Outcome:
    """What came of a case; without problems it is satisfied."""

    answers: list[str] = field(default_factory=list[str])
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list[tuple[str, dict[str, Any]]])
    problems: list[str] = field(default_factory=list[str])

    def told(self) -> str:
        """Return everything that happened, for whoever reads why a case failed."""
        lines = [f"✗ {one}" for one in self.problems]
        lines += [f"→ {name} {arguments}" for name, arguments in self.calls]
        return "\n".join([*lines, *(f"“{answer}”" for answer in self.answers)])


@dataclass(frozen=True)
class Stage:
    """The running product."""

    gateway_url: str
    mcp_url: str
    issuer: Issuer
    gateway_key: SigningKey
    http: httpx2.AsyncClient

    async def run(self, case: Case) -> Outcome:
        """Play a case with a new person, and judge it."""
        person = Visitor(self, f"user-{uuid.uuid4().hex}")
        for given in case.given:
            await person.prepare(given)
        outcome = Outcome()
        for text in case.said:
            outcome.answers.append(await person.say(text))
        outcome.calls = await person.calls_made()
        today = date.fromisoformat((await person.use(TaskTool.GET_CONTEXT))["today"])
        lists = {status: await person.tasks(status) for status in ("open", "done", "deleted")}
        outcome.problems += [
            *_wrong_tasks(case, lists, today),
            *_wrong_calls(case, outcome),
            *_wrong_words(case, outcome),
        ]
        return outcome


@dataclass
class Visitor:
    """The person of one case."""

    stage: Stage
    user_id: str
    conversation: str = ""

    async def say(self, text: str) -> str:
        body = {"message": text} | ({"conversation_id": self.conversation} if self.conversation else {})
        answer = await self.stage.http.post(
            f"{self.stage.gateway_url}/api/{self.user_id}/chat",
            json=body,
            headers={"Authorization": f"Bearer {self.stage.issuer.gateway_token(self.user_id)}"},
        )
        if answer.status_code != httpx2.codes.OK:
            return f"HTTP {answer.status_code}: {answer.text}"
        said = answer.json()
        self.conversation = said["conversation_id"]
        return str(said["response"])

    async def use(self, tool: TaskTool | ConversationTool, **arguments: Any) -> dict[str, Any]:
        """Call a tool as the gateway does, without any model."""
        url = f"{self.stage.mcp_url}/gateway"
        caller = Caller(url, assertion(self.stage.gateway_key, url, self.user_id, SCOPES), {"user_id": self.user_id})
        params = {"name": tool.value, "arguments": {**caller.always, **arguments}}
        answer = await self.stage.http.post(url, **caller.request("tools/call", params))
        result = answer.json()["result"]
        assert not result["isError"], result
        return dict(result["structuredContent"])

    async def prepare(self, given: Given) -> None:
        added = await self.use(TaskTool.ADD_TASKS, tasks=[{"title": given.title, **given.fields}])
        if given.then is not None:
            item = {"id": added["added"][0]["id"], "expect_title": given.title}
            await self.use(given.then, items=[item])

    async def tasks(self, status: str) -> list[dict[str, Any]]:
        return list((await self.use(TaskTool.FIND_TASKS, status=status, limit=MOST))["tasks"])

    async def calls_made(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the tool calls that the gateway noted in the conversation."""
        if not self.conversation:
            return []
        asked = {"conversation_id": self.conversation, "limit": 100, "order": "asc", "after": ""}
        items = (await self.use(ConversationTool.LIST_ITEMS, **asked))["items"]
        notes = [item["data"]["content"]["calls"] for item in items if item["kind"] == "hidden_context_item"]
        return [(call["name"], json.loads(call["arguments"])) for note in notes for call in note]


async def run_all(stage: Stage, cases: Sequence[Case], at_once: int) -> list[Outcome]:
    """Run cases, so many at a time."""
    gate = asyncio.Semaphore(at_once)

    async def one(case: Case) -> Outcome:
        async with gate:
            return await stage.run(case)

    return await asyncio.gather(*(one(case) for case in cases))


def _wrong_tasks(case: Case, lists: dict[str, list[dict[str, Any]]], today: date) -> Iterator[str]:
    if case.open is not None:
        yield from _other_titles("open", [wanted.title for wanted in case.open], lists["open"])
        for wanted in case.open:
            found = [task for task in lists["open"] if _same(task["title"], wanted.title)]
            if found and not any(_fits(task, wanted, today) for task in found):
                yield f"“{wanted.title}” is {found[0]}, due should be {_due(wanted, today)} and {dict(wanted.fields)}"
    for status in ("done", "deleted"):
        titles = getattr(case, status)
        if titles is not None:
            yield from _other_titles(status, titles, lists[status])


def _other_titles(status: str, wanted: list[str], tasks: list[dict[str, Any]]) -> Iterator[str]:
    found = sorted(_bare(task["title"]) for task in tasks)
    if found != sorted(map(_bare, wanted)):
        yield f"{status}: {found}, expected {sorted(map(_bare, wanted))}"


def _fits(task: dict[str, Any], wanted: Task, today: date) -> bool:
    on, _, at = task.get("due", "").partition("T")
    day = _due(wanted, today)
    if (day is not ... and on != day) or (wanted.at is not ... and at != wanted.at):
        return False
    return all(task.get(name) == value for name, value in wanted.fields.items())


def _due(wanted: Task, today: date) -> Any:
    if wanted.due is ...:
        return ...
    return "" if wanted.due is None else wanted.due(today).isoformat()


def _wrong_calls(case: Case, outcome: Outcome) -> Iterator[str]:
    for tool, arguments in case.calls:
        if not any(name == tool and _holds(given, arguments) for name, given in outcome.calls):
            yield f"no call {tool} with {arguments}"
    for name, _ in outcome.calls:
        if name in case.never:
            yield f"{name} was called"


def _holds(given: Any, wanted: Any) -> bool:
    """Tell whether all that is wanted is in what was given, entry by entry."""
    if isinstance(wanted, dict):
        return isinstance(given, dict) and all(_holds(given.get(name), value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(given, list) and all(any(_holds(one, value) for one in given) for value in wanted)
    return given == wanted


def _wrong_words(case: Case, outcome: Outcome) -> Iterator[str]:
    last = outcome.answers[-1].casefold()
    for wanted in case.says:
        if not any(word.casefold() in last for word in wanted.split("|")):
            yield f"the answer does not say “{wanted}”"
    for word in case.never_says:
        if any(word.casefold() in answer.casefold() for answer in outcome.answers):
            yield f"an answer says “{word}”"


def _same(one: str, other: str) -> bool:
    return _bare(one) == _bare(other)


def _bare(title: str) -> str:
    """Return a title as two assistants may write it: case and a final stop make no difference."""
    return title.casefold().strip(" .!\"'“”")
