"""OpenAI's client, but for two things: what is asked is sent as it is, and an event is read as what it says it is."""

from typing import Any, cast, get_args

import httpx2
from openai import AsyncOpenAI, BaseModel, Omit
from openai.resources.responses import AsyncResponses
from openai.types.responses import ResponseStreamEvent
from pydantic import ValidationError

STEERING = {"stream", "timeout", "extra_headers", "extra_query"}
"""Arguments that are no part of what is sent, or that say how the answer is read."""
EVENTS: dict[str, type[BaseModel]] = {
    name: kind
    for kind in get_args(get_args(ResponseStreamEvent)[0])
    for name in get_args(kind.model_fields["type"].annotation)
}
"""The kinds of events of a stream, by what stands in their ``type``."""


class PlainResponses(AsyncResponses):
    """Does not hold what is asked, each tool and each item of a conversation, against every shape that it could have.

    The client would, to rename members and to write dates out; the agent's have none of either. Nine tools took 2.5 ms
    of CPU for each request of a model, forty items 7 more, and all the rest 0.1.
    """

    async def create(self, **asked: Any) -> Any:
        steering = {name: asked.pop(name) for name in STEERING & asked.keys()}
        more: dict[str, Any] = asked.pop("extra_body", None) or {}
        ready = {name: value for name, value in asked.items() if not isinstance(value, Omit)}
        create: Any = super().create
        return await create(**steering, extra_body={**ready, **more})


class PlainOpenAI(AsyncOpenAI):
    """A client for the agent, which gives it nothing but JSON."""

    @property
    def responses(self) -> PlainResponses:
        return PlainResponses(self)

    def _process_response_data(self, *, data: Any, cast_to: Any, response: httpx2.Response) -> Any:
        """Read an event as the one kind that it can be; the library tries all of them, 0.1 ms for each event.

        What this overrides is not public. Were it gone, events would be read by the library again.
        """
        kind = _kind_of(data) if cast_to is ResponseStreamEvent else None
        if kind is None:
            read: Any = super()._process_response_data(data=data, cast_to=cast_to, response=response)
            return read
        try:
            return kind.model_validate(data)
        except ValidationError:
            # As the library does: a compatible server may leave something out.
            made: Any = kind.construct(**data)
            return made


def _kind_of(event: object) -> type[BaseModel] | None:
    return EVENTS.get(str(cast("dict[str, object]", event).get("type"))) if isinstance(event, dict) else None
