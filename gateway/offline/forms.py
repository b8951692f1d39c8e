"""What a sentence asks for: the forms of everyday English that the offline assistant knows."""

import re
from enum import Enum, auto

from gateway.offline.dates import WEEKDAYS


class Intent(Enum):
    HELP = auto()
    THANKS = auto()
    OVERVIEW = auto()
    LIST = auto()
    FIND = auto()
    ADD = auto()
    COMPLETE = auto()
    NOT_YET = auto()
    UNKNOWN = auto()


_NOUN = (
    r"(?: (?:a|an|the|another|this|these|some|new|following))* (?:tasks?|to-?dos?|items?|reminders?|entry|entries)"
    r"(?: (?:called|named|titled|saying|that says|for (?:me|us) to|to|for|about|that))?"
)
_PAST = (
    r"done|did|finished|completed|bought|got|made|paid|sent|took|went to|wrote|read|met|spoke to|sold|swept|fed|cut|put"
    r"|\w+ed"
)
_BARE_VERB = (
    r"bake|book|buy|call|clean|cook|email|feed|fix|iron|mail|mow|order|pack|pay|phone|pick up|print|renew|repair|return"
    r"|ring|send|sign|submit|text|tidy|vacuum|visit|wash|water"
)
_FORMS: tuple[tuple[Intent, tuple[str, ...]], ...] = (
    (
        Intent.HELP,
        (
            r"(?:hi|hello|hey|help|start|\?|good (?:morning|afternoon|evening))(?:,? (?:remit|there|me))?!*",
            r"(?:what can (?:you|i) (?:do|say)|(?:who|what) are you|how (?:does|do) (?:this|it|you) work)\b.*",
        ),
    ),
    (Intent.THANKS, (r"(?:thanks|thank you|thx|cheers|great|perfect|nice|cool|ok|okay)(?: .{0,40})?!*",)),
    (
        Intent.ADD,
        (
            (
                rf"(?:add|note(?: down)?|jot(?: down)?|write down|put|record|log)(?: me)?(?:{_NOUN})?"
                rf"(?: (?:to|on) (?:my|the) (?:[\w-]+ )?list)?(?:[\s:]+(?P<what>.*))?"
            ),
            rf"(?:create|make|set up|set|start|new)(?:{_NOUN}| task)[\s:]+(?P<what>.+)",
            r"(?:tasks?|to-?dos?|reminders?) ?:\s*(?P<what>.+)",
            r"remind (?:me|us)(?: (?:to|about|of|that))? (?P<what>.+)",
            r"(?:i|we)(?: also| still| really)* (?:(?:need|have|want|ought|plan) to|must|should) (?P<what>.+)",
            r"(?:i|we)(?: have|'ve) got to (?P<what>.+)",
            r"(?:do not|don'?t) (?:let me )?forget(?: to| about)? (?P<what>.+)",
            r"remember to (?P<what>.+)",
        ),
    ),
    (
        Intent.NOT_YET,
        (r"(?:delete|remove|move|change|rename|edit|update|postpone|reschedule|undo|reopen|restore|clear)\b.*",),
    ),
    (
        Intent.OVERVIEW,
        (
            r"(?:what(?:'s| is)? (?:the )?|which )(?:day|date|time)\b.*",
            r"(?:how many|overview|summary|status|how am i doing|plan my day)\b.*",
            r"how (?:is|does) my (?:day|week|list)\b.*",
        ),
    ),
    (
        Intent.FIND,
        (
            r"(?:find|search(?: for)?|look for|look up) (?P<what>.+)",
            r"when(?:'s| is| are| do i (?:have|need) to| must i| should i) (?P<what>.+)",
            (
                r"(?:show(?: me)?|list) (?:(?:my|the|all|tasks?|everything) )*"
                r"(?:about|with|for|named|called|labell?ed|tagged) (?P<what>.+)"
            ),
            (
                r"(?:do i have|have i got|is there|are there) (?:(?:a|any|tasks?|anything|something) )+"
                r"(?:about|with|for|named|called|to) (?P<what>.+)"
            ),
            r"is (?P<what>.+) on (?:my|the) list",
        ),
    ),
    (
        Intent.COMPLETE,
        (
            (
                r"(?:(?:i'?m |we'?re )?(?:done|finished) with|complete|finish|close|check|tick|cross|mark)(?: off)? "
                r"(?P<what>.+?)(?: as| is)?(?: done| complete| completed| finished| off)?"
            ),
            rf"(?:i|we)(?:'ve| have)?(?: just| already)? (?:{_PAST}) (?P<what>.+)",
            r"(?P<what>.+?)(?: is| are)? (?:done|finished|completed)",
        ),
    ),
    (Intent.ADD, (rf"(?P<what>(?:{_BARE_VERB}) (?!me\b|us\b|you\b).+)",)),
)
_COMPILED = tuple((intent, re.compile(form, re.IGNORECASE | re.DOTALL)) for intent, forms in _FORMS for form in forms)

# A question for the list has no word that is not one of these, and one of the second kind.
_DAYS = "|".join(WEEKDAYS)
_LIST_WORD = re.compile(
    "what|what's|whats|is|are|which|show|me|list|display|give|get|tell|see|check|do|did|i|i've|have|got|there|any|anything"
    "|all|my|the|tasks?|todos?|to-dos?|items?|things?|open|left|on|due|planned|coming|up|next|to|for|in|of|still|not|yet"
    "|agenda|plan|remaining|current|full|whole|again|need|must|should|an?|read|out|let|look|at|today|tonight|tomorrow|this"
    "|week|days|seven|7|overdue|late|done|completed?|finished|without|dates?|undated|no|now|everything|we|our|us|be|by"
    f"|{_DAYS}"
)
_LIST_ANCHOR = re.compile(
    "list|tasks?|todos?|to-dos?|agenda|due|overdue|left|do|have|open|next|today|tonight|tomorrow|week|days|done|completed"
    f"|finished|undated|remaining|planned|{_DAYS}"
)

_POLITE_START = re.compile(
    r"(?:(?:please|hey|hi|hello|ok|okay|so|and|then|now|also|just|well|can you|could you|would you|will you"
    r"|let's|remit|i(?:'d| would) like (?:you )?to|i want (?:you )?to(?= (?:add|see|find|complete)))[ ,!]+)+"
    r"(?=\S)(?!there\b)",
    re.IGNORECASE,
)
_POLITE_END = re.compile(r",? (?:please|thanks|thank you|for me)!*$", re.IGNORECASE)


def read(text: str) -> tuple[Intent, str]:
    """Return what is asked for, and the part of the sentence that says of what."""
    asked = without_courtesy(text)
    plain = asked.replace("\u2019", "'")
    if _asks_for_the_list(plain):
        return Intent.LIST, asked
    for intent, form in _COMPILED:
        if said := form.fullmatch(plain):
            start, end = said.span("what") if "what" in form.groupindex else (0, 0)
            return intent, asked[max(start, 0) : max(end, 0)].strip()
    return Intent.UNKNOWN, asked


def without_courtesy(text: str) -> str:
    """Return the sentence in single spaces, without its final stop and what only politeness adds."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    said = "\n".join(line for line in lines if line)
    start = _POLITE_START.match(said)
    rest = said[start.end() if start else 0 :].rstrip(" .?")
    return _POLITE_END.sub("", rest).strip() or said


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[\w'-]+", text.lower().replace("\u2019", "'")))


def _asks_for_the_list(text: str) -> bool:
    words = words_of(text)
    return any(map(_LIST_ANCHOR.fullmatch, words)) and all(map(_LIST_WORD.fullmatch, words))
