"""The judge of a fault run finds each thing that must not happen where exactly that one happened."""

from collections import Counter
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, TypeAlias

import pytest

from tests.faults.crowd import Sent
from tests.faults.drain import Drain
from tests.faults.rounds import Round
from tests.faults.verdict import Verdict, compare, percentile, recoveries
from tests.prove import leaving, messages

Item: TypeAlias = dict[str, Any]
Story: TypeAlias = tuple[list[Sent], list[Item], Counter[str]]
"""What was sent and told, what is stored, and the titles of the tasks."""

GOOD = Verdict([], [], [], [], [], [], [])
HERE, THERE = "a", "b"


def story() -> Story:
    """Three messages, each answered, two in one conversation and one in another."""
    sent = [(word, place) for word, place in (("milk", HERE), ("bread", HERE), ("eggs", THERE))]
    history = [Sent("ann", word, word, place, acknowledged=True, done=True, added=True) for word, place in sent]
    items = [item for word, place in sent for item in (question(word, place), answer(word, place))]
    return history, items, Counter(word for word, _ in sent)


def question(word: str, place: str) -> Item:
    return {"conversation_id": place, "turn_id": word, "kind": "user_message", "text": f"add {word}"}


def answer(word: str, place: str) -> Item:
    return {"conversation_id": place, "turn_id": word, "kind": "assistant_message", "text": f"Added {word}."}


def lose_a_message(told: Story) -> None:
    history, items, _ = told
    history[1] = replace(history[1], done=False)
    del items[2:4]


def lose_an_answer(told: Story) -> None:
    del told[1][3]


def store_a_message_twice(told: Story) -> None:
    told[1].insert(2, question("milk", HERE))
    told[1].insert(3, answer("milk", HERE))


def answer_twice(told: Story) -> None:
    told[1].insert(2, answer("milk", HERE))


def move_a_message_to_another_conversation(told: Story) -> None:
    told[1][4:] = [question("eggs", "c"), answer("eggs", "c")]


def turn_two_messages_round(told: Story) -> None:
    told[1][:4] = told[1][2:4] + told[1][:2]


def move_an_answer_to_another_question(told: Story) -> None:
    told[1][1], told[1][3] = told[1][3], told[1][1]


def add_a_task_twice(told: Story) -> None:
    told[2]["milk"] += 1


def lose_a_task(told: Story) -> None:
    del told[2]["milk"]


def leave_a_message_without_an_end(told: Story) -> None:
    told[0][2] = replace(told[0][2], done=False)
    del told[1][5]


WRONGS: list[tuple[Callable[[Story], None], dict[str, list[str]]]] = [
    (lose_a_message, {"lost": ["bread"], "stuck": ["bread"]}),
    (lose_an_answer, {"unanswered": ["bread"]}),
    (store_a_message_twice, {"doubled": ["milk", "milk"]}),
    (answer_twice, {"doubled": ["milk"]}),
    (move_a_message_to_another_conversation, {"misplaced": ["eggs"]}),
    (turn_two_messages_round, {"misplaced": ["milk"]}),
    (move_an_answer_to_another_question, {"misplaced": ["Added bread.", "Added milk."]}),
    (add_a_task_twice, {"doubled_effects": ["milk"]}),
    (lose_a_task, {"lost_effects": ["milk"]}),
    (leave_a_message_without_an_end, {"stuck": ["eggs"]}),
]


def test_there_is_a_story_for_each_thing_that_must_not_happen() -> None:
    assert {name for _, found in WRONGS for name in found} == {field.name for field in fields(Verdict)}


@pytest.mark.parametrize(("happens", "found"), WRONGS)
def test_the_judge_finds_what_happened_and_nothing_else(
    happens: Callable[[Story], None], found: dict[str, list[str]]
) -> None:
    told = story()
    assert compare(*told) == GOOD

    happens(told)

    assert compare(*told) == replace(GOOD, **found)


def test_who_is_back_too_late_is_found() -> None:
    history = [Sent("ann", word, word, good=good) for word, good in (("milk", (1.0, 2.0)), ("bread", (10.5, 15.5)))]
    faults = [(0.5, "gateway"), (10.0, "postgres")]

    found = recoveries(faults, history)

    assert found == [1.5, 5.5]
    assert _lasting(percentile(found[:1], 95))["back too late"] == 0
    assert _lasting(percentile(found, 95))["back too late"] == 1


def test_who_leaves_too_late_is_found() -> None:
    def left(seconds: float) -> Drain:
        return Drain(1, Counter(done=1), Counter(done=1), seconds)

    assert leaving.counts([left(1), left(34.9)])["left too late"] == 0
    assert leaving.counts([left(1), left(35.1)])["left too late"] == 1


def _lasting(recovery: float) -> dict[str, int]:
    return messages.counts(Round(1, 1, 1, 1, recovery, GOOD))
