"""Decides from what people were told, and what the database holds, whether anything was lost, doubled or moved."""

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from tests.faults.crowd import Sent
from tests.mcp_server.database import run

ITEMS = """
SELECT i.user_id, i.conversation_id::text, i.seq, i.kind, i.turn_id::text, i.data #>> '{content,0,text}' AS text
FROM items i WHERE i.user_id = ANY($1) ORDER BY i.user_id, i.conversation_id, i.seq
"""
TASKS = "SELECT title FROM tasks WHERE user_id = ANY($1)"
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
    users = list({sent.user for sent in history})
    items = [one for one in run(owner_url, ITEMS, users) if one["kind"] in SAID]
    return compare(history, items, Counter(row["title"] for row in run(owner_url, TASKS, users)))


def compare(history: Sequence[Sent], items: Sequence[Mapping[str, Any]], tasks: Counter[str]) -> Verdict:
    """Compare what the senders were told with items, conversation by conversation, and the titles of tasks."""
    questions = Counter(_word(one["text"]) for one in items if one["kind"] == "user_message")
    answers = Counter(one["turn_id"] for one in items if one["kind"] == "assistant_message")
    turn_of = {_word(one["text"]): one["turn_id"] for one in items if one["kind"] == "user_message"}
    done = [sent.word for sent in history if sent.done]
    return Verdict(
        lost=[sent.word for sent in history if sent.acknowledged and not questions[sent.word]],
        unanswered=[word for word in done if not answers[turn_of.get(word, "")]],
        doubled=[word for word, count in questions.items() if count > 1]
        + [word for word in done if answers[turn_of.get(word, "")] > 1],
        misplaced=_misplaced(history, items),
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


def _misplaced(history: Sequence[Sent], items: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the questions that stand elsewhere than they were sent to, and the answers that follow no own question."""
    sent = {one.word: (at, one.conversation_id) for at, one in enumerate(history) if one.acknowledged}
    wrong: list[str] = []
    for place, said in groupby(items, lambda one: str(one["conversation_id"])):
        question, before = "", -1
        for one in said:
            if one["kind"] == "assistant_message":
                is_right = one["turn_id"] == question
            else:
                at, told = sent.get(_word(one["text"]), (before, place))
                is_right = told == place and at >= before
                question, before = one["turn_id"], at
            if not is_right:
                wrong.append(_word(one["text"]))
    return wrong


def _word(text: str) -> str:
    return text.removeprefix("add ")
