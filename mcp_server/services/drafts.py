"""What a task may hold: each field made fit to be stored, or refused with a sentence."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NoReturn

from mcp_server.db.tasks import HeldTask
from mcp_server.services.dates import Due, resolve
from mcp_server.services.recurrence import first_date, normalize_repeat
from mcp_server.services.texts import clean_line, clean_text
from shared.errors import ErrorCode, ProductError
from shared.tasks import NewTask

TITLE_LENGTH = 200
NOTES_LENGTH = 4000
LABEL_LENGTH = 40
MOST_LABELS = 10


def draft(task: NewTask, now: datetime) -> HeldTask:
    """Return the row without its user, number and series.

    Raises:
        ProductError: ``invalid``, with what to change.
    """
    due = resolve(task.due, now) if task.due.strip() else None
    row = HeldTask(
        title=clean_title(task.title),
        notes=clean_notes(task.notes),
        priority=task.priority or None,
        labels=clean_labels(task.labels),
    )
    set_due(row, due)
    if repeat := task.repeat.strip():
        start_series(row, normalize_repeat(repeat), due, now.date())
    return row


def clean_title(text: str) -> str:
    title = clean_line(text)
    if not title:
        _refuse("A task needs a title.")
    if len(title) > TITLE_LENGTH:
        _refuse(f"The title is longer than {TITLE_LENGTH} characters. Put the rest into notes.")
    return title


def clean_notes(text: str) -> str:
    notes = clean_text(text)
    if len(notes) > NOTES_LENGTH:
        _refuse(f"The notes are longer than {NOTES_LENGTH} characters.")
    return notes


def clean_labels(texts: Iterable[str]) -> list[str]:
    labels = list(dict.fromkeys(label for text in texts if (label := clean_line(text).removeprefix("#"))))
    if len(labels) > MOST_LABELS or any(len(label) > LABEL_LENGTH for label in labels):
        _refuse(f"A task has at most {MOST_LABELS} labels of at most {LABEL_LENGTH} characters.")
    return labels


def set_due(row: HeldTask, due: Due | None) -> None:
    row.due_on, row.due_at = (due.on, due.at) if due else (None, None)


def start_series(row: HeldTask, repeat: str, due: Due | None, today: date) -> None:
    """Make the row the first occurrence of a rule: on its due date, or on the rule's first date after it.

    Raises:
        ProductError: ``invalid``, when the rule has no date from then on.
    """
    first = first_date(repeat, due.on if due else today)
    if first is None:
        _refuse("This repetition is over before it begins. Give it a later end.")
    set_due(row, Due(first, due.at if due else None))
    row.repeat, row.repeat_from = repeat, first
    row.occurrence_on, row.occurrence_at = row.due_on, row.due_at


def end_series(row: HeldTask) -> None:
    """Make the row a task that does not repeat."""
    row.repeat = row.repeat_from = row.occurrence_on = row.occurrence_at = row.series = None


def _refuse(sentence: str) -> NoReturn:
    raise ProductError(ErrorCode.INVALID, sentence)
