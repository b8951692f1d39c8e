"""What a person says to a question of the assistant's: which task they mean, yes or no."""

import re

from gateway.offline import replies
from gateway.offline.deeds import carry_out
from gateway.offline.forms import without_courtesy
from gateway.offline.memory import Memory
from gateway.offline.pointing import places, plain
from gateway.offline.steps import Question, Reply, Request
from shared.tasks import Task

_YES = re.compile(
    r"(?:yes|yep|yeah|y|sure|right|exactly|correct|that one|it|do it|go ahead)(?:,? .{0,20})?!*", re.IGNORECASE
)
_NO = re.compile(
    r"(?:no|nope|n|none(?: of them)?|neither|never ?mind|forget it|stop|cancel)(?: of them)?!*", re.IGNORECASE
)
_ALL = re.compile(r"(?:all|both|every one|everything)(?: of (?:them|these|those))?", re.IGNORECASE)


def answered(memory: Memory, question: Question, text: str) -> Request | Reply | None:
    """Return what follows from the answer; None where the text is no answer but something new."""
    said = without_courtesy(text)
    if question.is_for_all:
        return _on_all(memory, question, said)
    if _NO.fullmatch(said):
        return Reply(replies.LEFT_ALONE)
    count = len(question.candidates)
    if _ALL.fullmatch(said) or (count == 1 and _YES.fullmatch(said)):
        return carry_out(memory, question.deed, [*question.sure, *question.candidates])
    numbers = places(said, count)
    if unknown := [number for number in numbers if not 0 < number <= count]:
        return Reply(replies.no_such_number(unknown), question=question)
    chosen = [question.candidates[number - 1] for number in numbers] or _by_words(plain(said), question.candidates)
    return carry_out(memory, question.deed, [*question.sure, *chosen]) if chosen else None


def _on_all(memory: Memory, question: Question, said: str) -> Request | Reply | None:
    """Return what follows from the person's word on all of the tasks."""
    if _ALL.fullmatch(said) or _YES.fullmatch(said):
        return carry_out(memory, question.deed, question.candidates)
    return Reply(replies.LEFT_ALONE) if _NO.fullmatch(said) else None


def _by_words(words: str, candidates: list[Task]) -> list[Task]:
    wanted = words.casefold()
    exact = [task for task in candidates if task.title.casefold() == wanted]
    fitting = exact or [task for task in candidates if wanted in task.title.casefold()]
    return fitting if len(fitting) == 1 else []
