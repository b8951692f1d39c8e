"""What a sentence asks for, and of which task."""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from gateway.offline.dates import ANY_DAY
from gateway.offline.intents import Intent
from gateway.offline.phrases import PHRASES

LONGEST_READ = 400
"""A longer text can only be something to add: nobody says more to move a task."""

_COMPILED = tuple((intent, re.compile(form, re.IGNORECASE | re.DOTALL)) for intent, forms in PHRASES for form in forms)

# A question for the list has no word that is not one of these, and one of the second kind.
_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?|nov(?:ember)?"
    "|dec(?:ember)?"
)
_LIST_WORD = re.compile(
    "what|what's|whats|is|are|which|show|me|list|display|give|get|tell|see|check|do|did|i|i've|have|got|there|any|anything"
    "|all|my|the|tasks?|todos?|to-dos?|items?|things?|open|left|on|due|planned|coming|up|next|to|for|in|of|still|not|yet"
    "|agenda|plan|remaining|current|full|whole|again|need|must|should|an?|read|out|let|look|at|today|tonight|tomorrow|this"
    "|weeks?|weekend|months?|days|two|three|four|five|six|seven|eight|nine|ten|overdue|late|done|completed|finished|without|dates?|undated|no|now|everything|we|our|us|be"
    "|by|until|till|before|between|from|and|may|[0-9]{1,2}(?:st|nd|rd|th)?|[0-9]{4}(?:-[0-9]{2}){2}|am|late"
    f"|{ANY_DAY}|{_MONTH}"
)
_LIST_ANCHOR = re.compile(
    "list|tasks?|todos?|to-dos?|agenda|due|overdue|left|do|have|open|next|today|tonight|tomorrow|week|weekend|month|days"
    f"|done|completed|finished|undated|remaining|planned|{ANY_DAY}|{_MONTH}"
)

_VERBS = (
    "add",
    "complete",
    "delete",
    "remove",
    "move",
    "rename",
    "reopen",
    "restore",
    "postpone",
    "reschedule",
    "remind",
)
NEARLY = 0.8  # of difflib's ratio

_POLITE_START = re.compile(
    r"(?:(?:please|hey|hi|hello|ok|okay|so|and|then|now|also|just|well|actually|sorry|oh|no|can you|could you|would you"
    r"|will you|let's|remit|i(?:'d| would) like (?:you )?to|i want (?:you )?to(?= (?:add|see|find|complete|move|delete"
    r"|remove|rename|undo|change|mark)))[ ,!]+)+(?=\S)(?!there\b)",
    re.IGNORECASE,
)
# At most nine: with no limit, a text of nothing else would be read to its end from each of them.
_POLITE_END = re.compile(r"(?:,? (?:please|thanks|thank you|for me|now please|then)){1,9}!*$", re.IGNORECASE)
_NEXT_CLAUSE = re.compile(
    r"(?:,? and(?: then)?|,? then|[,.;!\n]) (?=(?:then )?(?:please )?(?:complete|finish|delete|remove|move|reschedule"
    r"|postpone|rename|reopen|add|undo|show|make it|make them|set it|mark|label it|tag it|what is)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Heard:
    """One request: its kind, the words that say of which task, and what is to become of it."""

    intent: Intent
    what: str
    value: str = ""


def read(text: str) -> Heard:
    """Return what is asked for."""
    asked = without_courtesy(text)
    plain = asked.replace("\u2019", "'")
    calm = len(plain.rstrip("!")) or len(plain)  # in what is to be added, the marks mean something
    if _asks_for_the_list(plain):
        return Heard(Intent.LIST, asked)
    for intent, form in _COMPILED:
        is_added = intent is Intent.ADD
        if (is_added or calm <= LONGEST_READ) and (said := form.fullmatch(plain, 0, len(plain) if is_added else calm)):
            return Heard(intent, _group(said, "what", asked), _group(said, "value", asked))
    corrected = _corrected(asked) if len(plain) <= LONGEST_READ else asked
    return Heard(Intent.UNKNOWN, asked) if corrected == asked else read(corrected)


def clauses(text: str) -> list[Heard]:
    """Return the requests of a sentence; what is to be added is one text, whatever it says."""
    whole = read(text)
    if whole.intent in (Intent.ADD, Intent.NOTE, Intent.RENAME, Intent.LIST) or len(text) > LONGEST_READ:
        return [whole]
    parts = [read(part) for part in _NEXT_CLAUSE.split(without_courtesy(text))]
    return parts if all(part.intent is not Intent.UNKNOWN for part in parts) else [whole]


def without_courtesy(text: str) -> str:
    """Return the sentence in single spaces, without its final stop and what only politeness adds."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    said = "\n".join(line for line in lines if line)
    start = _POLITE_START.match(said)
    rest = said[start.end() if start else 0 :].rstrip(" .?")
    return _POLITE_END.sub("", rest).strip() or said


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[\w'-]+", text.lower().replace("\u2019", "'")))


def _corrected(text: str) -> str:
    """Return the text with its first word as the verb that it nearly is."""
    first, space, rest = text.partition(" ")
    near = get_close_matches(first.lower(), _VERBS, 1, NEARLY) if space and first.lower() not in _VERBS else []
    return f"{near[0]} {rest}" if near else text


def _group(said: re.Match[str], name: str, asked: str) -> str:
    start, end = said.span(name) if name in said.re.groupindex else (0, 0)
    return asked[max(start, 0) : max(end, 0)].strip()


def _asks_for_the_list(text: str) -> bool:
    words = words_of(text)
    return any(map(_LIST_ANCHOR.fullmatch, words)) and all(map(_LIST_WORD.fullmatch, words))
