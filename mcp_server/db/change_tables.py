"""The tables of what was done: change sets, stored replies, and how often a person may call."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKeyConstraint, Index, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mcp_server.db.tables import Row, now_column, user_check


class ChangeRow(Row):
    """One change set: everything that one call did. ``undoes`` and ``undone_by`` are numbers of other sets."""

    __tablename__ = "changes"
    __table_args__ = (
        ForeignKeyConstraint(["user_id"], ["people.user_id"], ondelete="CASCADE", name="changes_person"),
        user_check("changes"),
        Index("changes_of_turn", "user_id", "turn_id", postgresql_where=text("turn_id IS NOT NULL")),
    )

    user_id: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = now_column()
    client: Mapped[str] = mapped_column(Text)
    tool: Mapped[str] = mapped_column(Text)
    turn_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    undoes: Mapped[int | None] = mapped_column(Integer)
    undone_by: Mapped[int | None] = mapped_column(Integer)


class ChangedTaskRow(Row):
    """A task before and after a change set; ``before`` is null for a task that the set made."""

    __tablename__ = "change_rows"
    __table_args__ = (
        ForeignKeyConstraint(
            ["user_id", "change_id"], ["changes.user_id", "changes.id"], ondelete="CASCADE", name="change_rows_change"
        ),
        ForeignKeyConstraint(
            ["user_id", "task_id"], ["tasks.user_id", "tasks.id"], ondelete="CASCADE", name="change_rows_task"
        ),
        user_check("change_rows"),
        Index("change_rows_of_task", "user_id", "task_id", "change_id"),
    )

    user_id: Mapped[str] = mapped_column(Text, primary_key=True)
    change_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    task_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)


class ReplyRow(Row):
    """The answer of a write, kept for whoever sends the same write again."""

    __tablename__ = "replies"
    __table_args__ = (
        ForeignKeyConstraint(["user_id"], ["people.user_id"], ondelete="CASCADE", name="replies_person"),
        user_check("replies"),
    )

    user_id: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_hash: Mapped[str] = mapped_column(Text)
    result: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = now_column()


class RateLimitRow(Row):
    """One GCRA cell: ``tat`` is when the next call would come at the even pace."""

    __tablename__ = "rate_limits"
    __table_args__ = (user_check("rate_limits"), {"prefixes": ["UNLOGGED"]})

    user_id: Mapped[str] = mapped_column(Text, primary_key=True)
    bucket: Mapped[str] = mapped_column(Text, primary_key=True)
    tat: Mapped[datetime] = mapped_column(DateTime(timezone=True))
