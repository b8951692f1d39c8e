"""Tasks on the wire: what the task tools are told and return, to a model, a widget and a script alike."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

TaskId: TypeAlias = Annotated[str, StringConstraints(pattern=r"^t[1-9][0-9]{0,9}$")]
"""``t`` and the person's own number of the task; short, because a model pays for each token."""


ExpectedTitle: TypeAlias = Annotated[str, Field(description="Its title; if it differs, nothing changes")]


class TaskArgument(BaseModel):
    """A value that a task tool is told; ``""`` and ``[]`` are as good as nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NewTask(TaskArgument):
    title: str
    due: str = Field("", description="2026-11-30, 2026-11-30T15:00, or words: tomorrow 9:00, friday, in 3 days")
    repeat: str = Field("", description="daily, weekdays, every 2 weeks, every monday, thursday; or an RFC 5545 rule")
    priority: Literal["", "low", "medium", "high"] = ""
    notes: str = ""
    labels: list[str] = []


class TaskRef(TaskArgument):
    id: str
    expect_title: ExpectedTitle


class TaskChange(TaskArgument):
    """What is to change; ``none`` clears a field, and so does ``["none"]``."""

    id: str
    expect_title: ExpectedTitle
    title: str = ""
    due: str = ""
    repeat: str = ""
    priority: Literal["", "low", "medium", "high", "none"] = ""
    notes: str = ""
    labels: list[str] = []


class TaskModel(BaseModel):
    """A value in a task tool's result; fields without a value are left out on the wire."""

    model_config = ConfigDict(frozen=True)


class Task(TaskModel):
    """A task as a person sees it.

    Attributes:
        n: the position in this answer, for people to point at; tools take ``id``.
        due: ``2026-11-25`` or ``2026-11-25T15:00``, in the person's time zone.
        weekday: the weekday of ``due``, so that nobody has to work it out.
        repeat: the words or the RFC 5545 rule by which it repeats.
    """

    n: int | None = None
    id: TaskId
    title: str
    due: str | None = None
    weekday: str | None = None
    overdue: bool | None = None
    repeat: str | None = None
    priority: str | None = None
    notes: str | None = None
    labels: list[str] | None = None
    completed_at: str | None = None
    deleted_at: str | None = None


class ChangedTask(Task):
    """A task after a change; ``was`` holds the fields that were otherwise, ``none`` for what had no value."""

    was: dict[str, str | list[str]]


class CompletedTask(Task):
    """A task that was completed, and where a repeating one goes on.

    Attributes:
        next_due: the due date of the occurrence that is open now.
        next_id: its id.
        last: true when a repeating task ended with this occurrence.
    """

    next_due: str | None = None
    next_id: TaskId | None = None
    last: bool | None = None


class SkippedTask(TaskModel):
    """A task that an undo left alone, and why."""

    id: TaskId
    title: str
    reason: str


class Failure(TaskModel):
    """An item of a batch that changed nothing: ``item`` counts from 1."""

    item: int
    code: str
    message: str


class Context(TaskModel):
    """What an assistant must know before it speaks of dates."""

    today: str
    weekday: str
    local_time: str
    time_zone: str
    week: str = Field(description="First and last day of this week.")
    overdue: int
    due_today: int
    next_7_days: int
    no_date: int


class FoundTasks(TaskModel):
    """One page of tasks."""

    tasks: list[Task]
    total: int
    as_of: str
    next_cursor: str | None = None
    hint: str | None = None


class WriteAnswer(TaskModel):
    """What every write tells: the items that changed nothing, and what takes the rest back as one."""

    failed: list[Failure] | None = None
    undo_token: str | None = None


class AddedTasks(WriteAnswer):
    """What ``add_tasks`` did."""

    added: list[Task]
    similar: list[Task] | None = None


class ChangedTasks(WriteAnswer):
    """What ``update_tasks`` did."""

    changed: list[ChangedTask]


class CompletedTasks(WriteAnswer):
    """What ``complete_tasks`` did."""

    completed: list[CompletedTask]
    already_done: list[Task] | None = None


class ReopenedTasks(WriteAnswer):
    """What ``reopen_tasks`` did."""

    reopened: list[Task]
    already_open: list[Task] | None = None


class DeletedTasks(WriteAnswer):
    """What ``delete_tasks`` did; until ``restorable_until`` an undo brings the tasks back."""

    deleted: list[Task]
    restorable_until: str | None = None


class Undone(WriteAnswer):
    """What ``undo`` did; its own ``undo_token`` does it again."""

    reverted: list[Task]
    skipped: list[SkippedTask] | None = None


class Change(TaskModel):
    """One change set, as ``list_changes`` tells it."""

    undo_token: str
    at: str
    client: str
    tool: str
    summary: str
    undone: bool | None = None


class Changes(TaskModel):
    """One page of change sets, newest first."""

    changes: list[Change]
    next_cursor: str | None = None
