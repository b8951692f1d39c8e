"""The tables. Every key is led by ``user_id``: no row can point at another user's, and every table can be sharded."""

import uuid
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.identity import USER_ID_PATTERN

REVISION = "0003"
"""The migration that this code needs; ``/readyz`` is red on an earlier one."""


class Row(DeclarativeBase):
    """A table of the product."""


def user_check(table: str) -> CheckConstraint:
    """Return the rule that each table with a user carries: the syntax of ``shared.identity``."""
    return CheckConstraint(f"user_id ~ '{USER_ID_PATTERN}'", name=f"{table}_user_id")


def now_column() -> Mapped[datetime]:
    return mapped_column(DateTime(timezone=True), server_default=func.now())


class PersonRow(Row):
    """A person as the tools know them; who they are is kept by the sign-in service.

    A zone that was chosen stays; otherwise it follows the device that the person writes from.
    """

    __tablename__ = "people"
    __table_args__ = (user_check("people"),)

    user_id: Mapped[str] = mapped_column(Text, primary_key=True)
    time_zone: Mapped[str | None] = mapped_column(Text)
    zone_chosen: Mapped[bool] = mapped_column(Boolean, server_default=false())
    next_task: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    next_change: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    created_at: Mapped[datetime] = now_column()


class TaskRow(Row):
    """A task. ``due_on`` and ``due_at`` are the person's own calendar and clock.

    A repeating task is a row for each occurrence: ``repeat`` and its first date ``repeat_from`` are the rule,
    ``occurrence_on`` and ``occurrence_at`` when this one is due by the rule, wherever it was moved.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        ForeignKeyConstraint(["user_id"], ["people.user_id"], ondelete="CASCADE", name="tasks_person"),
        user_check("tasks"),
        CheckConstraint("length(title) BETWEEN 1 AND 200", name="tasks_title"),
        CheckConstraint("length(notes) <= 4000", name="tasks_notes"),
        CheckConstraint("priority IN ('low', 'medium', 'high')", name="tasks_priority"),
        CheckConstraint("due_at IS NULL OR due_on IS NOT NULL", name="tasks_due"),
        CheckConstraint("num_nulls(repeat, repeat_from, occurrence_on, series) IN (0, 4)", name="tasks_repeat"),
        CheckConstraint("occurrence_at IS NULL OR occurrence_on IS NOT NULL", name="tasks_occurrence_at"),
        UniqueConstraint("user_id", "series", "occurrence_on", name="tasks_occurrence"),
        Index(
            "tasks_open",
            "user_id",
            "due_on",
            "due_at",
            "id",
            postgresql_where=text("completed_at IS NULL AND deleted_at IS NULL"),
        ),
        Index(
            "tasks_done",
            "user_id",
            "completed_at",
            "id",
            postgresql_where=text("completed_at IS NOT NULL AND deleted_at IS NULL"),
        ),
        Index("tasks_deleted", "user_id", "deleted_at", "id", postgresql_where=text("deleted_at IS NOT NULL")),
    )

    user_id: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(Text)
    notes: Mapped[str] = mapped_column(Text, server_default="")
    due_on: Mapped[date | None] = mapped_column(Date)
    due_at: Mapped[time | None] = mapped_column(Time)
    priority: Mapped[str | None] = mapped_column(Text)
    labels: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    repeat: Mapped[str | None] = mapped_column(Text)
    repeat_from: Mapped[date | None] = mapped_column(Date)
    occurrence_on: Mapped[date | None] = mapped_column(Date)
    occurrence_at: Mapped[time | None] = mapped_column(Time)
    series: Mapped[int | None] = mapped_column(Integer)
    completed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = now_column()
    updated_at: Mapped[datetime] = now_column()


class ConversationRow(Row):
    """A conversation; ``next_seq`` numbers its items."""

    __tablename__ = "conversations"
    __table_args__ = (
        ForeignKeyConstraint(["user_id"], ["people.user_id"], ondelete="CASCADE", name="conversations_person"),
        user_check("conversations"),
        Index("conversations_recent", "user_id", "updated_at", "id"),
    )

    user_id: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    title: Mapped[str] = mapped_column(Text, server_default="")
    next_seq: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    created_at: Mapped[datetime] = now_column()
    updated_at: Mapped[datetime] = now_column()


class TurnRow(Row):
    """One message and its answer. ``lease`` is held by whoever answers it, until ``lease_until``.

    ``number`` is the message's place in the conversation. The answer, as far as it has come, stands behind
    ``answer_seq``; null, in turns of before 0003, is behind the message.
    """

    __tablename__ = "turns"
    __table_args__ = (
        ForeignKeyConstraint(
            ["user_id", "conversation_id"],
            ["conversations.user_id", "conversations.id"],
            ondelete="CASCADE",
            name="turns_conversation",
        ),
        UniqueConstraint("user_id", "message_key", name="turns_message_key"),
        user_check("turns"),
        CheckConstraint("status IN ('running', 'done', 'stopped', 'failed', 'interrupted')", name="turns_status"),
        Index("turns_one_live", "user_id", "conversation_id", unique=True, postgresql_where=text("status = 'running'")),
        Index("turns_live", "user_id", "lease_until", postgresql_where=text("status = 'running'")),
        Index("turns_latest", "user_id", "conversation_id", "number"),
    )

    user_id: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    number: Mapped[int] = mapped_column(Integer)
    answer_seq: Mapped[int | None] = mapped_column(Integer)
    message_key: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(Text)
    request_hash: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default="running")
    stop: Mapped[bool] = mapped_column(Boolean, server_default=false())
    lease: Mapped[uuid.UUID] = mapped_column(Uuid)
    lease_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = now_column()
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ItemRow(Row):
    """One entry of a conversation, as ChatKit shows it. ``state`` is set where it waits for the person's word."""

    __tablename__ = "items"
    __table_args__ = (
        ForeignKeyConstraint(
            ["user_id", "conversation_id"],
            ["conversations.user_id", "conversations.id"],
            ondelete="CASCADE",
            name="items_conversation",
        ),
        UniqueConstraint("user_id", "conversation_id", "id", name="items_id"),
        user_check("items"),
        CheckConstraint("state IN ('open', 'confirmed', 'declined', 'expired')", name="items_state"),
        CheckConstraint("feedback IN ('positive', 'negative')", name="items_feedback"),
        Index("items_open", "user_id", "conversation_id", postgresql_where=text("state = 'open'")),
    )

    user_id: Mapped[str] = mapped_column(Text, primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(Text)
    turn_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str | None] = mapped_column(Text)
    feedback: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
