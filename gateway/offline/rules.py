"""The offline assistant's rules: which tool answers what is asked for, and what is said when it has answered."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias

from gateway.offline import replies
from gateway.offline.dates import WEEKDAYS
from gateway.offline.forms import Intent, read, without_courtesy, words_of
from gateway.offline.tasks import tasks_in
from shared.contract import TaskTool
from shared.tasks import AddedTasks, CompletedTasks, Context, FoundTasks, Task

MOST_TASKS = 25
MOST_LISTED = 50


@dataclass(frozen=True)
class Call:
    """A tool call to make."""

    name: TaskTool
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Talk:
    """What the rules may know.

    Attributes:
        text: the person's last message.
        result: what the last tool since then reported, and which it was.
        shown: the tasks of the last list before that message; a person points at them by number.
        asked_which: whether the assistant's last words asked which of them is meant.
    """

    text: str
    today: date
    result: tuple[str, dict[str, Any]] | None
    shown: list[Task]
    asked_which: bool


Action: TypeAlias = Call | str

_TO_MY_LIST = re.compile(r" (?:to|on|onto|in|into) (?:my|the|our) (?:[\w-]+ )?(?:list|tasks|to-?dos)\b", re.IGNORECASE)
_NOTHING = re.compile(
    r"(?:(?:a|an|the|some|new|another)\s+)*(?:tasks?|to-?dos?|items?|reminders?|something)?", re.IGNORECASE
)
_ARTICLE = re.compile(r"^(?:(?:the|my|a|an|task|to|tasks|with)\s+)+", re.IGNORECASE)
_NUMBERS = re.compile(r"(?:(?:tasks?|numbers?|no\.?|items?|the|one|and|[0-9]{1,4}|[#,&])(?: |\b|$))+", re.IGNORECASE)
_ALL = re.compile(r"(?:all|both|everything)(?: of (?:them|these|those))?", re.IGNORECASE)
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_ORDINAL = re.compile(rf"(?:the )?({'|'.join(_ORDINALS)}|last)(?: (?:one|task))?", re.IGNORECASE)
_QUOTES = "\"'“”\u2018\u2019 "


def decide(talk: Talk) -> Action:
    """Return the next tool call, or what to say."""
    if talk.result is not None and "error" in talk.result[1]:
        return f"That did not work: {talk.result[1]['error']['message']}"
    if talk.asked_which and (numbers := _chosen(without_courtesy(talk.text), talk)):
        return _complete_numbers(talk, numbers)
    intent, what = read(talk.text)
    return RULES[intent](talk, what)


def _list(talk: Talk, what: str) -> Action:
    words = words_of(what)
    part = next((part for part in PARTS if part.words & words), ALL_OPEN)
    if talk.result is None:
        return Call(TaskTool.FIND_TASKS, {**part.arguments, "limit": MOST_LISTED})
    found = FoundTasks.model_validate(talk.result[1])
    if day := _day_meant(words, talk.today):
        on_day = [task for task in found.tasks if (task.due or "").startswith(day.isoformat())]
        name = f"{day:%A}, {day.day} {day:%B}"
        return replies.listed(on_day, len(on_day), f"Due on {name}:", f"Nothing is due on {name}.")
    return replies.listed(found.tasks, found.total, part.heading, part.none)


def _day_meant(words: set[str], today: date) -> date | None:
    """Return the day that the tool has no filter for: it is picked out of the next seven."""
    for ahead in range(1, 8):
        day = today + timedelta(days=ahead)
        if WEEKDAYS[day.weekday()] in words or (ahead == 1 and "tomorrow" in words):
            return day
    return None


def _overview(talk: Talk, _: str) -> Action:
    if talk.result is None:
        return Call(TaskTool.GET_CONTEXT, {})
    return replies.overview(Context.model_validate(talk.result[1]))


def _find(talk: Talk, what: str) -> Action:
    words = _ARTICLE.sub("", what.strip(_QUOTES))
    if talk.result is None:
        return Call(TaskTool.FIND_TASKS, {"label": words[1:]} if words.startswith("#") else {"query": words})
    found = FoundTasks.model_validate(talk.result[1])
    return replies.listed(found.tasks, found.total, replies.FOUND, replies.not_found(words))


def _add(talk: Talk, what: str) -> Action:
    if talk.result is not None:
        return replies.added(AddedTasks.model_validate(talk.result[1]))
    named = _TO_MY_LIST.sub("", what, count=1).strip()
    tasks = [] if _NOTHING.fullmatch(named) else tasks_in(named, talk.today)
    if not tasks:
        return replies.NOTHING_NAMED
    return replies.TOO_MANY if len(tasks) > MOST_TASKS else Call(TaskTool.ADD_TASKS, {"tasks": tasks})


def _complete(talk: Talk, what: str) -> Action:
    what = what.strip(_QUOTES)
    if talk.shown and (numbers := _numbers(what, talk)):
        return _complete_numbers(talk, numbers)
    words = _ARTICLE.sub("", what)
    unnamed = any(form.fullmatch(what) for form in (_ALL, _NUMBERS, _ORDINAL))
    match talk.result:
        case None:
            return Call(TaskTool.FIND_TASKS, {} if unnamed else {"query": words})
        case (TaskTool.COMPLETE_TASKS, output):
            return replies.completed(CompletedTasks.model_validate(output))
        case (_, output):
            found = FoundTasks.model_validate(output)
    exact = [task for task in found.tasks if task.title.casefold() == words.casefold()]
    meant = exact if len(exact) == 1 else found.tasks
    if not meant:
        return replies.not_found(words)
    return replies.which(found) if unnamed or len(meant) > 1 else _complete_tasks(meant)


def _complete_numbers(talk: Talk, numbers: list[int]) -> Action:
    if talk.result is not None:
        return replies.completed(CompletedTasks.model_validate(talk.result[1]))
    by_number = {task.n: task for task in talk.shown}
    unknown = [number for number in numbers if number not in by_number]
    return replies.no_such_number(unknown) if unknown else _complete_tasks([by_number[number] for number in numbers])


def _complete_tasks(tasks: list[Task]) -> Action:
    items = [{"id": task.id, "expect_title": task.title} for task in tasks]
    return replies.TOO_MANY if len(items) > MOST_TASKS else Call(TaskTool.COMPLETE_TASKS, {"items": items})


def _chosen(text: str, talk: Talk) -> list[int]:
    """Return the answer to "which one?": numbers, or words that one title alone has."""
    named = [task.n for task in talk.shown if text.casefold() in task.title.casefold() and task.n is not None]
    return _numbers(text, talk) or (named if len(named) == 1 else [])


def _numbers(text: str, talk: Talk) -> list[int]:
    """Return the numbers that the words point at, if they do nothing else."""
    shown = [task.n for task in talk.shown if task.n is not None]
    if _ALL.fullmatch(text):
        return shown
    if said := _ORDINAL.fullmatch(text):
        at = len(shown) if said[1].lower() == "last" else _ORDINALS.index(said[1].lower()) + 1
        return shown[at - 1 : at] or [at]
    return list(dict.fromkeys(map(int, re.findall("[0-9]+", text)))) if _NUMBERS.fullmatch(text) else []


@dataclass(frozen=True)
class Part:
    """A part of the list: the words that ask for it, how the tool is asked, and what is said."""

    words: frozenset[str]
    arguments: dict[str, str]
    heading: str
    none: str


ALL_OPEN = Part(frozenset(), {}, "Your open tasks:", "Your list is empty.")
PARTS = (
    Part(frozenset({"done", "completed", "finished"}), {"status": "done"}, "Completed:", "Nothing was completed yet."),
    Part(frozenset({"overdue", "late"}), {"due": "overdue"}, "Overdue:", "Nothing is overdue."),
    Part(frozenset({"undated", "without"}), {"due": "none"}, "Without a date:", "Every open task has a date."),
    Part(frozenset({"today", "tonight"}), {"due": "today"}, "Due today:", "Nothing is due today."),
    Part(
        frozenset({"tomorrow", "week", "days", *WEEKDAYS}),
        {"due": "next_7_days"},
        "Due within 7 days:",
        "Nothing is due within 7 days.",
    ),
)
RULES: dict[Intent, Callable[[Talk, str], Action]] = {
    Intent.HELP: lambda _, __: replies.HELP,
    Intent.THANKS: lambda _, __: replies.WELCOME,
    Intent.OVERVIEW: _overview,
    Intent.LIST: _list,
    Intent.FIND: _find,
    Intent.ADD: _add,
    Intent.COMPLETE: _complete,
    Intent.NOT_YET: lambda _, __: replies.NOT_YET,
    Intent.UNKNOWN: lambda _, __: replies.NOT_UNDERSTOOD,
}
