"""Which tasks words point at: by number, by place in the last list, as ``it`` or ``them``, or by words of a title."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from gateway.offline.dates import NUMBERS, number
from gateway.offline.memory import Memory
from shared.tasks import Task

ALIKE = 0.75

QUOTES = "\"'“”\u2018\u2019 "
"""What may stand around a title that somebody says."""
_ARTICLE = re.compile(r"^(?:(?:the|my|a|an|task|to|tasks|with|called|named)\s+)+", re.IGNORECASE)
_NOUN = re.compile(r"\s+(?:tasks?|one|to-?do|item|reminder)$", re.IGNORECASE)
_NUMBERS = re.compile(r"(?:(?:tasks?|numbers?|no\.?|items?|the|one|and|[0-9]{1,4}|[#,&])(?: |\b|$))+", re.IGNORECASE)
_THIS = re.compile(
    r"(?:it|that|this|same)(?: (?:one|task))?|the (?:same|last|new) task|the same(?: one)?", re.IGNORECASE
)
_THESE = re.compile(r"(?:them|those|these)(?: (?:all|both|ones|tasks))?", re.IGNORECASE)
_ALL = re.compile(
    r"(?:all|both|everything)(?: (?:of (?:them|these|those)|(?:of )?(?:the |those |these )?(?:two|three|four|five)"
    r"(?: (?:of them|tasks))?|tasks|ones))?",
    re.IGNORECASE,
)
_PLACES = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5}
_PLACE = rf"(?:{'|'.join(_PLACES)}|last)"
_ORDINALS = re.compile(
    rf"(?:the )?{_PLACE}(?: one)?(?:,?(?: and)?(?: then)? (?:the )?{_PLACE}(?: one)?)*(?: (?:ones|tasks?))?",
    re.IGNORECASE,
)
_RUN = re.compile(
    rf"(?:the )?(?P<end>first|last|top) (?P<count>[2-9]|{'|'.join(NUMBERS[3:])})(?: (?:ones|tasks|items))?",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+", re.IGNORECASE)


def plain(words: str) -> str:
    """Return the words of a title as somebody says them, without articles and quotes."""
    bare = words.strip(QUOTES)
    return _NOUN.sub("", _ARTICLE.sub("", bare)).strip(QUOTES) or bare


def parts_of(words: str) -> list[str]:
    """Return the titles that words may name, where they may name several."""
    parts = [plain(part) for part in _SPLIT.split(words) if part.strip(QUOTES)]
    return parts if len(parts) > 1 else []


def points(words: str) -> bool:
    """Tell whether the words point at tasks and name none."""
    return any(form.fullmatch(words.strip(QUOTES)) for form in (_NUMBERS, _THIS, _THESE, _ALL, _ORDINALS, _RUN))


def pointed_at(words: str, memory: Memory) -> list[Task]:
    """Return the tasks that the words point at; none where they name a task, or point at nothing that was said."""
    text = words.strip(QUOTES)
    shown = memory.shown or memory.named
    if _THIS.fullmatch(text):
        return memory.named[:1] if len(memory.named) == 1 else []
    if _THESE.fullmatch(text):
        return memory.named if len(memory.named) > 1 else shown
    if _ALL.fullmatch(text):
        return memory.named if "both" in text.lower() and len(memory.named) == 2 else shown  # noqa: PLR2004 - both: two
    listed = memory.shown
    return [listed[place - 1] for place in places(text, len(listed)) if 0 < place <= len(listed)]


def places(text: str, count: int) -> list[int]:
    """Return the places that numbers or ordinals name in a list of so many, from 1; also such as it has not."""
    if said := _RUN.fullmatch(text):
        wanted = number(said["count"])
        first = max(count - wanted, 0) if said["end"].lower() == "last" else 0
        return list(range(first + 1, min(first + wanted, count) + 1))
    if _ORDINALS.fullmatch(text):
        found = re.findall(_PLACE, text.lower())
        return list(dict.fromkeys(_PLACES.get(word, max(count, 1)) for word in found))
    return list(dict.fromkeys(map(int, re.findall("[0-9]+", text)))) if _NUMBERS.fullmatch(text) else []


def best(words: str, found: Sequence[Task]) -> list[Task]:
    """Return those that fit best: the same title, else all words in the title, else whatever was found."""
    wanted = words.casefold()
    exact = [task for task in found if task.title.casefold() == wanted]
    if exact:
        return exact
    said = set(wanted.split())
    by_title = [task for task in found if said <= set(re.findall(r"[\w'-]+", task.title.casefold()))]
    return by_title or list(found)


def alike(words: str, tasks: Sequence[Task]) -> list[Task]:
    """Return the tasks whose title shares a word with what was said, or nearly so."""
    said = [word for word in re.findall(r"\w+", words.casefold()) if len(word) > 2]  # noqa: PLR2004 - a telling word
    scored = [(_likeness(said, task.title), task) for task in tasks]
    most = max((score for score, _ in scored), default=0.0)
    return [task for score, task in scored if score == most and score >= ALIKE]


def _likeness(said: list[str], title: str) -> float:
    words = re.findall(r"\w+", title.casefold())
    return max((SequenceMatcher(None, one, other).ratio() for one in said for other in words), default=0.0)
