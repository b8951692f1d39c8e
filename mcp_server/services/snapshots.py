"""A task's content at one moment: what an undo compares and brings back."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from mcp_server.db.tasks import HeldTask


class Content(BaseModel):
    """Everything of a task that a write may change. Moments are in UTC: others would not compare in a clock's fold."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    title: str
    notes: str
    due_on: date | None
    due_at: time | None
    priority: str | None
    labels: list[str]
    repeat: str | None
    repeat_from: date | None
    occurrence_on: date | None
    occurrence_at: time | None
    series: int | None
    completed_at: datetime | None
    deleted_at: datetime | None

    @classmethod
    def of(cls, row: HeldTask) -> Self:
        return cls.model_validate(row)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls.model_validate(stored)

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    def put_into(self, row: HeldTask) -> None:
        for name, value in self:
            setattr(row, name, value)

    def differing(self, other: Self) -> list[str]:
        """Return the names of the fields in which the two differ."""
        return [name for name, value in self if value != getattr(other, name)]
