"""The requests of ChatKit's protocol that are served, and our one extension."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeAlias, get_args

from chatkit.types import (
    AttachmentsCreateReq,
    AttachmentsDeleteReq,
    BaseReq,
    ChatKitReq,
    InputTranscribeReq,
    ThreadGetByIdParams,
    ThreadsAddClientToolOutputReq,
    ThreadsAddStructuredInputReq,
    ThreadsAddUserMessageReq,
    ThreadsCreateReq,
)
from pydantic import Field, TypeAdapter, ValidationError

from gateway.errors import invalid_fields
from shared.errors import ErrorCode, ProductError

Message: TypeAlias = ThreadsCreateReq | ThreadsAddUserMessageReq
Refused: TypeAlias = (
    AttachmentsCreateReq
    | AttachmentsDeleteReq
    | InputTranscribeReq
    | ThreadsAddClientToolOutputReq
    | ThreadsAddStructuredInputReq
)
"""Uploads, dictation, and answers to questions that are never asked."""


REFUSALS: dict[type[BaseReq], str] = {
    AttachmentsCreateReq: "Files cannot be added here.",
    AttachmentsDeleteReq: "There are no files here.",
    InputTranscribeReq: "Speech cannot be heard here.",
}
"""What a person is told who asks for one of these."""


class ThreadsFollowReq(BaseReq):
    """Our own request: show the running answer of a thread, from its beginning."""

    type: Literal["threads.follow"] = "threads.follow"
    params: ThreadGetByIdParams


Request: TypeAlias = Annotated[ChatKitReq | ThreadsFollowReq, Field(discriminator="type")]
_REQUEST: TypeAdapter[Any] = TypeAdapter(Request)


def _types(of: Any) -> Iterator[str]:
    """Yield the types of the requests in a union, however deep it is."""
    if isinstance(of, type) and issubclass(of, BaseReq):
        yield of.model_fields["type"].default
    for part in get_args(of):
        yield from _types(part)


SERVED = sorted({*_types(Request)} - {*_types(Refused)})
BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["type"],
                "properties": {"type": {"enum": SERVED}, "params": {"type": "object"}},
            }
        }
    },
}
"""What the route's schema says of its body; the protocol says the rest."""


def read_request(body: bytes) -> ChatKitReq | ThreadsFollowReq:
    """Read a request of the protocol.

    Raises:
        ProductError: it cannot be read, or is of a kind that is not served.
    """
    try:
        asked: ChatKitReq | ThreadsFollowReq = _REQUEST.validate_json(body)
    except ValidationError as error:
        raise invalid_fields(error) from None
    if isinstance(asked, Refused):
        sentence = REFUSALS.get(type(asked), f"type: {asked.type} is not available.")
        raise ProductError(ErrorCode.INVALID, sentence)
    return asked
