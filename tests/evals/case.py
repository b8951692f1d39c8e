"""One case: what is on the list, what is said, and what satisfies it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeAlias

from shared.contract import TaskTool

Day: TypeAlias = Callable[[date], date]
"""A day that depends on the person's today."""


@dataclass(frozen=True)
class Given:
    """A task that is there before anything is said; ``then`` is what becomes of it first."""

    title: str
    fields: dict[str, Any] = field(default_factory=dict[str, Any])
    then: TaskTool | None = None


@dataclass(frozen=True)
class Task:
    """A task as it must be at the end; what is not named here may be anything.

    Attributes:
        due: the day it is due; None for no day, and ``...`` for any.
        at: the time of that day; empty for none, and ``...`` for any.
    """

    title: str
    due: Any = ...
    at: Any = ...
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Case:
    """A request of one message or more.

    Attributes:
        open: the open tasks at the end, no more and no fewer; ``done`` and ``deleted`` likewise where they are given.
        calls: tools that must be called, each with the arguments that matter.
        never: tools that must not be called.
        says: what the last answer must hold; one of the alternatives that ``|`` separates.
        never_says: what no answer may hold.
    """

    name: str
    said: list[str]
    given: list[Given] = field(default_factory=list[Given])
    open: list[Task] | None = None
    done: list[str] | None = None
    deleted: list[str] | None = None
    calls: list[tuple[TaskTool, dict[str, Any]]] = field(default_factory=list[tuple[TaskTool, dict[str, Any]]])
    never: list[TaskTool] = field(default_factory=list[TaskTool])
    says: list[str] = field(default_factory=list[str])
    never_says: list[str] = field(default_factory=list[str])


def task(title: str, due: Day | Any | None = ..., at: Any = ..., **fields: Any) -> Task:
    return Task(title, due, at, fields)


def has(title: str, then: TaskTool | None = None, **fields: Any) -> Given:
    return Given(title, fields, then)


def ahead(days: int) -> Day:
    return lambda today: today + timedelta(days=days)


def weekday(number: int) -> Day:
    """The coming Monday (0) to Sunday (6), never today."""
    return lambda today: today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)


def next_monday(today: date) -> date:
    return today + timedelta(days=7 - today.weekday())


def end_of_month(today: date) -> date:
    return (today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def end_of_next_february(today: date) -> date:
    """The last day of the February after the coming 31 January."""
    return date(today.year + (today.month > 1), 3, 1) - timedelta(days=1)


def following(first: Day, later: int) -> Day:
    return lambda today: first(today) + timedelta(days=later)


TODAY, TOMORROW = ahead(0), ahead(1)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = map(weekday, range(7))
