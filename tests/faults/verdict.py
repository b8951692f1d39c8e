"""Decides from what people were told, and what the database holds, whether anything was lost, doubled or moved."""

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.faults.crowd import Sent
from tests.mcp_server.database import run

ITEMS = """
SELECT i.user_id, i.conversation_id::text, i.seq, i.kind, i.turn_id::text, i.data #>> '{content,0,text}' AS text
FROM items i ORDER BY i.user_id, i.conversation_id, i.seq
"""
TASKS = "SELECT title FROM tasks"
SAID = "user_message", "assistant_message"


@dataclass(frozen=True)
class Verdict:
    """What was found; every list names messages by their word."""

    lost: list[str]
    unanswered: list[str]
    doubled: list[str]
    misplaced: list[str]
    doubled_effects: list[str]
    lost_effects: list[str]
    stuck: list[str]

    @property
    def faults(self) -> dict[str, int]:
        """How many of each kind there are, where there are any."""
        return {name: len(words) for name, words in vars(self).items() if words}


def judge(owner_url: str, history: Sequence[Sent]) -> Verdict:
    """Compare what the senders were told with what is stored."""
    items = [one for one in run(owner_url, ITEMS) if one["kind"] in SAID]
    questions = Counter(_word(one["text"]) for one in items if one["kind"] == "user_message")
    answers = Counter(one["turn_id"] for one in items if one["kind"] == "assistant_message")
    tasks = Counter(row["title"] for row in run(owner_url, TASKS))
    turn_of = {_word(one["text"]): one["turn_id"] for one in items if one["kind"] == "user_message"}
    done = [sent.word for sent in history if sent.done]
    return Verdict(
        lost=[sent.word for sent in history if sent.acknowledged and not questions[sent.word]],
        unanswered=[word for word in done if not answers[turn_of.get(word, "")]],
        doubled=[word for word, count in questions.items() if count > 1]
        + [word for word in done if answers[turn_of.get(word, "")] > 1],
        misplaced=_misplaced(items),
        doubled_effects=[sent.word for sent in history if tasks[sent.word] > 1],
        lost_effects=[sent.word for sent in history if sent.added and not tasks[sent.word]],
        stuck=[sent.word for sent in history if sent.acknowledged and not sent.done],
    )


def recoveries(faults: Iterable[tuple[float, str]], history: Sequence[Sent]) -> list[float]:
    """Return for each fault how many seconds passed until a turn that began after it was answered."""
    good = sorted(sent.good for sent in history if sent.good is not None)
    found = (min((end - at for begun, end in good if begun >= at), default=None) for at, _ in faults)
    return [seconds for seconds in found if seconds is not None]


def percentile(values: Sequence[float], n: int) -> float:
    """Return the n-th percentile; 0 of nothing."""
    return statistics.quantiles(values, n=100, method="inclusive")[n - 1] if len(values) > 1 else max(values, default=0)


def _misplaced(items: Sequence[dict[str, Any]]) -> list[str]:
    """Return the answers that do not follow their own question."""
    wrong: list[str] = []
    question: dict[str, Any] = {}
    for one in items:
        if one["kind"] == "user_message":
            question = one
        elif (one["conversation_id"], one["turn_id"]) != (question.get("conversation_id"), question.get("turn_id")):
            wrong.append(one["text"])
    return wrong


def _word(text: str) -> str:
    return text.removeprefix("add ")
