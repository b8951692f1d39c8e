"""The bodies of the plain chat API: what is asked, and what is answered."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.contract import TurnStatus

LONGEST_MESSAGE = 8000

STORABLE = r"^[^\x00]*$"
"""PostgreSQL keeps no text with a NUL in it."""

Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_MESSAGE),
    Field(json_schema_extra={"pattern": r"\S"}),
]
Id = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=STORABLE)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=STORABLE)]


class AssistantKind(BaseModel):
    """Who answers: the offline assistant, or a model by its name."""

    offline: bool
    model: str | None


class Me(BaseModel):
    user_id: str
    assistant: AssistantKind


def _alone(name: str, other: str) -> dict[str, Any]:
    """Return the part of a schema that says: this one, and not the other."""
    return {"required": [name], "properties": {name: {"type": "string"}, other: {"type": "null"}}}


class StopRequest(BaseModel):
    """Which answer is to stop: the one of a conversation, or of the message that was sent under a key."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "oneOf": [_alone("conversation_id", "idempotency_key"), _alone("idempotency_key", "conversation_id")]
        },
    )

    conversation_id: Id | None = None
    idempotency_key: Key | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.conversation_id is None) == (self.idempotency_key is None):
            raise ValueError("Name conversation_id or idempotency_key, and not both.")
        return self


class Stopped(BaseModel):
    stopped: bool


class ChatRequest(BaseModel):
    """A message; without a conversation it begins one. The same key is the same message, sent again."""

    model_config = ConfigDict(extra="forbid")

    message: Text
    conversation_id: Id | None = None
    idempotency_key: Key | None = None


class ToolUse(BaseModel):
    name: str
    ok: bool


class ChatAnswer(BaseModel):
    conversation_id: str
    response: str
    tool_calls: list[ToolUse]


class ConversationSummary(BaseModel):
    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    status: TurnStatus | None = Field(description="Of its latest message.")


class Conversations(BaseModel):
    conversations: list[ConversationSummary]
    has_more: bool


class Message(BaseModel):
    id: str
    role: Literal["user", "assistant"]
    text: str
    created_at: datetime


class ConversationDetail(ConversationSummary):
    """A conversation with its newest messages, in the order in which they were said."""

    messages: list[Message]
    has_more: bool
