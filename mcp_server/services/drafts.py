"""A new task as it was asked for, made fit to be stored or refused with a sentence."""

from datetime import datetime
from typing import NoReturn

from mcp_server.db.tables import TaskRow
from mcp_server.services.dates import resolve
from mcp_server.services.texts import clean_line, clean_text
from shared.errors import ErrorCode, ProductError
from shared.tasks import NewTask

TITLE_LENGTH = 200
NOTES_LENGTH = 4000
LABEL_LENGTH = 40
MOST_LABELS = 10


def draft(task: NewTask, now: datetime) -> TaskRow:
    """Return the row without its user and number.

    Raises:
        ProductError: ``invalid``, with what to change.
    """
    title, notes = clean_line(task.title), clean_text(task.notes)
    labels = list(dict.fromkeys(label for text in task.labels if (label := clean_line(text).removeprefix("#"))))
    if not title:
        _refuse("A task needs a title.")
    if len(title) > TITLE_LENGTH:
        _refuse(f"The title is longer than {TITLE_LENGTH} characters. Put the rest into notes.")
    if len(notes) > NOTES_LENGTH:
        _refuse(f"The notes are longer than {NOTES_LENGTH} characters.")
    if len(labels) > MOST_LABELS or any(len(label) > LABEL_LENGTH for label in labels):
        _refuse(f"A task has at most {MOST_LABELS} labels of at most {LABEL_LENGTH} characters.")
    due = resolve(task.due, now) if task.due.strip() else None
    return TaskRow(
        title=title,
        notes=notes,
        due_on=due.on if due else None,
        due_at=due.at if due else None,
        priority=task.priority or None,
        labels=labels,
    )


def _refuse(sentence: str) -> NoReturn:
    raise ProductError(ErrorCode.INVALID, sentence)
