"""Which tasks a sentence names: where one ends and the next begins, and what in it is date, priority and label."""

import re
from datetime import date
from typing import Any

from gateway.offline.dates import cut_due

LEADING_VERBS = (
    "add|answer|arrange|ask|bake|book|bring|buy|call|cancel|change|charge|check|clean|collect|cook|do|email|empty|feed|fill"
    "|finish|fix|fold|get|give|go|hang|help|install|invite|learn|make|meet|message|mow|open|order|organise|organize|pack"
    "|paint|pay|phone|pick|plan|plant|post|practise|practice|prepare|print|read|renew|repair|reply|return|review|ring"
    "|schedule|sell|send|sign|sort|start|submit|study|take|talk|text|throw|tidy|update|vacuum|visit|walk|wash|watch|water"
    "|write"
)
CLAUSE_WORDS = "because|but|he|i|if|it|she|so|that|then|they|we|when|where|which|who"
LONGEST_LISTED = 4  # words; a longer part is a sentence with a comma in it, and no list

_PRIORITIES = (
    ("high", re.compile(r"^(?:urgent|important) ?[:,-] ?|[\s,(](?:urgently|urgent|important|asap)\)?$", re.IGNORECASE)),
    ("high", re.compile(r"(?<![\s!])[ ]?!{1,9}$|(?:^|[\s,(])(?:with )?(?:high|top) priority\)?", re.IGNORECASE)),
    ("medium", re.compile(r"(?:^|[\s,(])(?:with )?(?:medium|normal) priority\)?", re.IGNORECASE)),
    ("low", re.compile(r"(?:^|[\s,(])(?:with )?low priority\)?", re.IGNORECASE)),
)
_LABEL = re.compile(r"(?:^|\s)#([\w-]{1,40})")
_LINES = re.compile(r" ?[;\n] ?(?:(?:[-*•]|[0-9]{1,3}[.)]) )?")
_BULLET = re.compile(r"^(?:[-*•]|[0-9]{1,3}[.)]) ")
_COMMAS = re.compile(r" ?, ?(?:and )?| and ", re.IGNORECASE)
_AND_VERB = re.compile(rf",? and (?=(?:{LEADING_VERBS})\b)", re.IGNORECASE)
_CLAUSE = re.compile(rf"(?:{CLAUSE_WORDS})\b", re.IGNORECASE)
_MARKS = " \t.,:;\"'“”\u2018\u2019«»`"


def tasks_in(text: str, today: date) -> list[dict[str, Any]]:
    """Return the tasks as ``add_tasks`` takes them; a date at the end of a list is every item's."""
    tasks = [task for part in _parts(text, today) if (task := _task(part, today)) is not None]
    dated = [task for task in tasks if "due" in task]
    if len(dated) == 1 and dated[0] is tasks[-1]:
        return [{**task, "due": dated[0]["due"]} for task in tasks]
    return tasks


def _task(text: str, today: date) -> dict[str, Any] | None:
    labels = _LABEL.findall(text)
    rest, priority = _cut_priority(_LABEL.sub("", text).strip())
    rest, due = cut_due(rest.strip(_MARKS), today)
    title = rest.strip(_MARKS) or text.strip(_MARKS)
    found = {"title": title, "due": due, "priority": priority, "labels": labels}
    return {name: value for name, value in found.items() if value} if title else None


def _cut_priority(text: str) -> tuple[str, str]:
    for priority, form in _PRIORITIES:
        rest = form.sub("", text, count=1).strip()
        if rest and rest != text:
            return rest, priority
    return text, ""


def _parts(text: str, today: date) -> list[str]:
    lines = [line for line in _LINES.split(_BULLET.sub("", text)) if line.strip(_MARKS)]
    if len(lines) > 1:
        return lines
    listed = _COMMAS.split(text)
    if "," in text and all(_is_listed(cut_due(part, today)[0]) for part in listed):
        return listed
    return _AND_VERB.split(text)


def _is_listed(part: str) -> bool:
    return 0 < len(part.split()) <= LONGEST_LISTED and not _CLAUSE.match(part)
