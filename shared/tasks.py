"""Tasks on the wire: what the task tools are told and return, to a model, a widget and a script alike."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

TaskId: TypeAlias = Annotated[str, StringConstraints(pattern=r"^t[1-9][0-9]{0,9}$")]
"""``t`` and the person's own number of the task; short, because a model pays for each token."""


class NewTask(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    due: str = Field("", description="2026-11-30, 2026-11-30T15:00, tomorrow, friday, next week, in 3 days.")
    priority: Literal["", "low", "medium", "high"] = ""
    notes: str = ""
    labels: list[str] = []


class TaskRef(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(description="As find_tasks returned it.")
    expect_title: str = Field(description="The title you believe it has; if it differs, nothing changes.")


class TaskModel(BaseModel):
    """A value in a task tool's result; fields without a value are left out on the wire."""

    model_config = ConfigDict(frozen=True)


class Task(TaskModel):
    """A task as a person sees it.

    Attributes:
        n: the position in this answer, for people to point at; tools take ``id``.
        due: ``2026-11-25`` or ``2026-11-25T15:00``, in the person's time zone.
        weekday: the weekday of ``due``, so that nobody has to work it out.
    """

    n: int | None = None
    id: TaskId
    title: str
    due: str | None = None
    weekday: str | None = None
    overdue: bool | None = None
    priority: str | None = None
    notes: str | None = None
    labels: list[str] | None = None
    completed_at: str | None = None


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


class AddedTasks(TaskModel):
    """What ``add_tasks`` did."""

    added: list[Task]
    similar: list[Task] | None = None
    failed: list[Failure] | None = None


class CompletedTasks(TaskModel):
    """What ``complete_tasks`` did."""

    completed: list[Task]
    already_done: list[Task] | None = None
    failed: list[Failure] | None = None
