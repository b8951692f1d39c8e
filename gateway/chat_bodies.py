"""The bodies of the plain chat API: what is asked, and what is answered."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.contract import TurnStatus

LONGEST_MESSAGE = 8000

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_MESSAGE)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class AssistantKind(BaseModel):
    """Who answers: the offline assistant, or a model by its name."""

    offline: bool
    model: str | None


class Me(BaseModel):
    user_id: str
    assistant: AssistantKind


class StopRequest(BaseModel):
    """Which answer is to stop: the one of a conversation, or of the message that was sent under a key."""

    model_config = ConfigDict(extra="forbid")

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
