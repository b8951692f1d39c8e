"""One line of what a change set did, made from the tasks before and after it."""

from collections.abc import Sequence
from typing import Final

from mcp_server.db.changes import Snapshot, StoredChange
from shared.contract import TaskTool

MOST_TITLES = 5
LONGEST_TITLE = 60

_FIELDS: Final = {
    "title": "title",
    "due_on": "due",
    "due_at": "due",
    "repeat": "repeat",
    "priority": "priority",
    "notes": "notes",
    "labels": "labels",
}
_VERBS: Final = {
    TaskTool.ADD_TASKS: "added",
    TaskTool.UPDATE_TASKS: "changed",
    TaskTool.COMPLETE_TASKS: "completed",
    TaskTool.REOPEN_TASKS: "reopened",
    TaskTool.DELETE_TASKS: "deleted",
}


def summary(change: StoredChange, rows: Sequence[Snapshot]) -> str:
    """Return such as ``completed “Buy milk”`` or ``deleted 3 tasks: “A”, “B”, “C”``."""
    if change.undoes is not None:
        return f"took back c{change.undoes}: {_titles([row.after['title'] for row in rows])}"
    meant = [row for row in rows if _is_meant(change, row)] or list(rows)
    text = f"{_VERBS.get(TaskTool(change.tool), 'changed')} {_titles([row.after['title'] for row in meant])}"
    if change.tool != TaskTool.UPDATE_TASKS:
        return text
    fields = dict.fromkeys(
        shown for row in meant for name, shown in _FIELDS.items() if (row.before or {}).get(name) != row.after[name]
    )
    return f"{text} ({', '.join(fields)})" if fields else text


def _is_meant(change: StoredChange, row: Snapshot) -> bool:
    """Tell whether the person asked for it: a repeating task brings the next occurrence along, made or taken back."""
    if change.tool not in (TaskTool.COMPLETE_TASKS, TaskTool.REOPEN_TASKS):
        return True
    return row.before is not None and row.before["completed_at"] != row.after["completed_at"]


def _titles(titles: Sequence[str]) -> str:
    quoted = [f"“{_short(title)}”" for title in titles[:MOST_TITLES]]
    more = len(titles) - len(quoted)
    listed = ", ".join(quoted) + (f" and {more} more" if more else "")
    return listed if len(titles) == 1 else f"{len(titles)} tasks: {listed}"


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"
