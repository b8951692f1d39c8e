"""What a person attaches to a conversation: today, and a single task; and the completion of what they type."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from mcp.server.mcpserver import MCPServer
from mcp.types import CompletionArgument, PromptReference, ResourceTemplateReference
from pydantic import BaseModel

from mcp_server.services.lookups import LookupService
from shared.identity import UserId

Reader: TypeAlias = Callable[[], Awaitable[UserId]]
"""Returns the person who reads, once they may."""
Completer: TypeAlias = Callable[[PromptReference | ResourceTemplateReference, CompletionArgument], Awaitable[list[str]]]

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


def completer(lookups: LookupService, reader: Reader) -> Completer:
    """Return what completes labels in the prompts' arguments, and ids in the address of a task."""

    async def complete(
        reference: PromptReference | ResourceTemplateReference, argument: CompletionArgument
    ) -> list[str]:
        match reference, argument.name:
            case PromptReference(), "label":
                return await lookups.labels(await reader(), argument.value)
            case ResourceTemplateReference(uri=uri), "id" if uri == TASK_URI:
                return await lookups.task_ids(await reader(), argument.value)
            case _:
                return []

    return complete


def as_json(value: BaseModel) -> str:
    """Return a value as a resource holds it; fields without a value are left out."""
    return value.model_dump_json(exclude_none=True)
