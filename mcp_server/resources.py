"""What a person attaches to a conversation: today, and a single task; and the completion of what they type."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from mcp.server.mcpserver import MCPServer
from mcp.types import Completion, CompletionArgument, PromptReference, ResourceTemplateReference
from pydantic import BaseModel

from mcp_server.services.lookups import LookupService
from shared.identity import UserId

Reader: TypeAlias = Callable[[], Awaitable[UserId]]
"""Returns the person who reads, once they may."""

TODAY_URI = "remit://today"
TASK_URI = "remit://tasks/{id}"
JSON = "application/json"


def add_resources(server: MCPServer[Any], lookups: LookupService, reader: Reader) -> None:
    """Offer the token's own person what they may attach."""

    async def today() -> str:
        return as_json(await lookups.today(await reader()))

    async def task(id: str) -> str:  # noqa: A002 - as the template names it
        return as_json(await lookups.task(await reader(), id))

    overview = "Your tasks that are overdue or due today."
    server.resource(TODAY_URI, name="today", title="Today", description=overview, mime_type=JSON)(today)
    server.resource(TASK_URI, name="task", title="A task", description="A task by its id.", mime_type=JSON)(task)


def add_completion(server: MCPServer[Any], lookups: LookupService, reader: Reader) -> None:
    """Complete labels in the prompts' arguments, and ids in the address of a task."""

    async def complete(
        reference: PromptReference | ResourceTemplateReference, argument: CompletionArgument, _context: object
    ) -> Completion:
        match reference, argument.name:
            case PromptReference(), "label":
                values = await lookups.labels(await reader(), argument.value)
            case ResourceTemplateReference(uri=uri), "id" if uri == TASK_URI:
                values = await lookups.task_ids(await reader(), argument.value)
            case _:
                values = []
        return Completion(values=values)

    untyped: Any = server  # the SDK gives this one decorator no types
    untyped.completion()(complete)


def as_json(value: BaseModel) -> str:
    """Return a value as a resource holds it; fields without a value are left out."""
    return value.model_dump_json(exclude_none=True)
