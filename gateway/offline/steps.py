"""A request step by step: a generator that asks for tool calls, is sent what they reported, and returns the reply.

A model is asked anew after every call and keeps nothing in between, so a request is run from its beginning each time,
with what was reported so far.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel

from shared.contract import TaskTool
from shared.tasks import FoundTasks, Task

Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True)
class Call:
    """A tool call to make."""

    name: TaskTool
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Report:
    """What a tool reported when it was called with these arguments: its answer, or the error."""

    tool: str
    arguments: dict[str, Any]
    output: dict[str, Any]


@dataclass(frozen=True)
class Deed:
    """What is to be done with tasks, once it is clear with which.

    Attributes:
        status: where such a task is looked for.
        item: a task's entry in the call; None where this one has nothing to change.
        reply: what is said when it was done.
    """

    tool: TaskTool
    status: str
    item: Callable[[Task], dict[str, Any] | None]
    reply: Callable[[dict[str, Any]], str]


@dataclass(frozen=True)
class Question:
    """What the assistant asked: which of these, or, of one alone, whether it is the one.

    Attributes:
        is_for_all: whether it asked for the person's word on all of them together.
    """

    candidates: list[Task]
    deed: Deed
    sure: list[Task] = field(default_factory=list[Task])
    is_for_all: bool = False


@dataclass(frozen=True)
class Reply:
    """What is said.

    Attributes:
        shown: the tasks that it shows in a list, by their places from 1; None where it shows no list.
        brief: what is said instead where the person sees the list itself.
    """

    text: str
    shown: list[Task] | None = None
    question: Question | None = None
    brief: str | None = None


Request: TypeAlias = Generator[list[Call], list[Report], Reply]
Found: TypeAlias = Generator[list[Call], list[Report], FoundTasks]


class RefusedError(Exception):
    """A tool refused; ``error`` is what it said."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error


class OtherCallsError(Exception):
    """The conversation holds other calls than this request makes: another model made them."""


def run(request: Request, reports: Sequence[Report]) -> Reply | list[Call]:
    """Return the reply, or the calls that are next.

    Raises:
        OtherCallsError: the reports are not of this request's calls.
        RefusedError: a tool refused, and the request has nothing of its own to say to that.
    """
    at = 0
    try:
        calls = next(request)
        while len(reports) >= at + len(calls):
            given = _in_order(calls, reports[at : at + len(calls)])
            at += len(calls)
            calls = request.send(given)
    except StopIteration as end:
        if at < len(reports):
            raise OtherCallsError from end
        reply: Reply = end.value
        return reply
    return calls


def _in_order(calls: Sequence[Call], reports: Sequence[Report]) -> list[Report]:
    """Return what was reported of each call: calls of one answer run at once, and are noted as they end."""
    by_call = [(report.tool, report.arguments) for report in reports]
    try:
        return [reports[by_call.index((call.name, call.arguments))] for call in calls]
    except ValueError as error:
        raise OtherCallsError from error


def call(tool: TaskTool, **arguments: Any) -> Generator[list[Call], list[Report], dict[str, Any]]:
    """Make one call and return its answer.

    Raises:
        RefusedError: the tool refused.
    """
    reports = yield [Call(tool, arguments)]
    return answer_of(reports[0])


def answer_of(report: Report) -> dict[str, Any]:
    if "error" in report.output:
        raise RefusedError(report.output["error"])
    return report.output


def find(**arguments: Any) -> Found:
    """Look for tasks."""
    return FoundTasks.model_validate((yield from call(TaskTool.FIND_TASKS, **arguments)))
