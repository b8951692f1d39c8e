"""Which tasks a sentence names: where one ends and the next begins, and what in it is date, priority and label."""

import re
from datetime import date
from typing import Any

from gateway.offline.schedules import Schedule, cut_schedule

LEADING_VERBS = (
    "add|answer|arrange|ask|bake|book|bring|buy|call|cancel|change|charge|check|clean|collect|cook|do|email|empty|feed|fill"
    "|finish|fix|fold|get|give|go|hang|help|install|invite|learn|make|meet|message|mow|open|order|organise|organize|pack"
    "|paint|pay|phone|pick|plan|plant|post|practise|practice|prepare|print|read|renew|repair|reply|return|review|ring"
    "|schedule|sell|send|sign|sort|start|submit|study|take|talk|text|throw|tidy|update|vacuum|visit|walk|wash|watch|water"
    "|write"
)
CLAUSE_WORDS = "because|but|he|i|if|it|she|so|that|then|they|we|when|where|which|who"
MOST_PARTS = 26  # one more than a batch: what is beyond it is not even read
LONGEST_LISTED = 4  # words; a longer part is a sentence with a comma in it, and no list

_PRIORITIES = (
    ("high", re.compile(r"^(?:urgent|important) ?[:,-] ?|[\s,(](?:urgently|urgent|important|asap)\)?$", re.IGNORECASE)),
    ("high", re.compile(r"(?<![\s!])[ ]?!{1,9}$|(?:^|[\s,(])(?:with )?(?:high|top) priority\)?", re.IGNORECASE)),
    ("medium", re.compile(r"(?:^|[\s,(])(?:with )?(?:medium|normal) priority\)?", re.IGNORECASE)),
    ("low", re.compile(r"(?:^|[\s,(])(?:with )?low priority\)?", re.IGNORECASE)),
)
_LABEL = re.compile(r"(?:^|\s)#([\w-]{1,40})")
_NOTES = re.compile(
    r"[\s,(](?:with )?(?:(?:a|the) )?notes?(?: ?: ?| saying | that says )(?P<notes>.+?)\)?$", re.IGNORECASE | re.DOTALL
)
_LINES = re.compile(r" ?[;\n] ?(?:(?:[-*•]|[0-9]{1,3}[.)]) )?")
_BULLET = re.compile(r"^(?:[-*•]|[0-9]{1,3}[.)]) ")
_COMMAS = re.compile(r" ?, ?(?:and )?| and ", re.IGNORECASE)
_AND_VERB = re.compile(rf",? and (?=(?:{LEADING_VERBS})\b)", re.IGNORECASE)
_CLAUSE = re.compile(rf"(?:{CLAUSE_WORDS})\b", re.IGNORECASE)
_STOPS = " \t.,:;"
_QUOTES = "\"'“”\u2018\u2019«»`"
_MARKS = _STOPS + _QUOTES


def tasks_in(text: str, today: date) -> list[dict[str, Any]]:
    """Return the tasks as ``add_tasks`` takes them; a date or repetition at the end is that of each without its own."""
    parts, shared = _parts(text, today)
    tasks = [task for part in parts if (task := _task(part, shared, today)) is not None]
    dated = [task for task in tasks if "due" in task]
    if len(dated) == 1 and dated[0] is tasks[-1]:
        return [task if "repeat" in task else {**task, "due": dated[0]["due"]} for task in tasks]
    return tasks


def _task(text: str, shared: Schedule, today: date) -> dict[str, Any] | None:
    noted = _NOTES.search(text)
    said = text[: noted.start()] if noted else text
    rest, priority = _cut_priority(_LABEL.sub("", said).strip())
    rest, own = cut_schedule(_bare(rest), today)
    title = _bare(rest) or _bare(said)
    found = {
        "title": title,
        "due": own.due or shared.due,
        "repeat": own.repeat or shared.repeat,
        "priority": priority,
        "notes": noted["notes"] if noted else "",
        "labels": _LABEL.findall(said),
    }
    return {name: value for name, value in found.items() if value} if title else None


def _bare(text: str) -> str:
    """Return the text without stops around it, and without quotes that hold all of it."""
    text = text.strip(_STOPS)
    if text.strip(_MARKS) and text[0] in _QUOTES and text[-1] in _QUOTES:
        return text.strip(_MARKS)
    return text if text.strip(_MARKS) else ""


def _cut_priority(text: str) -> tuple[str, str]:
    for priority, form in _PRIORITIES:
        rest = form.sub("", text, count=1).strip()
        if rest and rest != text:
            return rest, priority
    return text, ""


def _parts(text: str, today: date) -> tuple[list[str], Schedule]:
    """Return the tasks' own texts, and the repetition that stands at the end for all of them."""
    lines = [line for line in _LINES.split(_BULLET.sub("", text)) if line.strip(_MARKS)]
    if len(lines) > 1:
        return lines[:MOST_PARTS], Schedule()
    rest, shared = cut_schedule(text, today)
    if not shared.repeat:
        rest, shared = text, Schedule()
    listed = _with_details([part for part in _COMMAS.split(rest) if part.strip(_MARKS)][:MOST_PARTS], today)
    if len(listed) > 1 and "," in rest and all(_is_listed(cut_schedule(part, today)[0]) for part in listed):
        return listed, shared
    return _AND_VERB.split(rest)[:MOST_PARTS], shared


def _with_details(parts: list[str], today: date) -> list[str]:
    """Return the parts; one that only says when, how urgent or under which label belongs to the one before it."""
    joined = parts[:1]
    for part in parts[1:]:
        bare, _ = _cut_priority(f"x {_LABEL.sub('', part)}".strip())
        if cut_schedule(bare, today)[0] == "x":
            joined[-1] += f", {part}"
        else:
            joined.append(part)
    return joined


def _is_listed(part: str) -> bool:
    return 0 < len(part.split()) <= LONGEST_LISTED and not _CLAUSE.match(part)
