"""Deleting, the one tool that asks the person: through their MCP client, or by the gateway's confirm card."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeAlias

from mcp.server.elicitation import AcceptedElicitation, ElicitationResult
from mcp.server.mcpserver import Context, Elicit, Resolve
from pydantic import BaseModel, Field

from mcp_server.caller import Door, acting_user
from mcp_server.origin import Origin
from mcp_server.services.deletion import DeletionService, Target, needs_confirmation
from mcp_server.tools.changes import Items
from shared.contract import Scope
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId
from shared.tasks import DeletedTasks, TaskRef

DESCRIPTION = (
    "Delete tasks; restorable by undo for 30 days. An open occurrence ends its series. More than one asks the person."
)
CANNOT_ASK = (
    "This app cannot ask the person, so it may not delete more than one task at once. Nothing was deleted. "
    "Ask them yourself, then delete one task a call."
)
REFERENCE_LENGTH = 8
DECLINED = "The person did not agree. Nothing was deleted."

Deletion: TypeAlias = Callable[..., Awaitable[DeletedTasks]]


class Confirm(BaseModel):
    """What the person is asked for."""

    confirm: bool = Field(description="Delete these tasks", strict=True)


def deletion_with_card(deletions: DeletionService) -> Deletion:
    """Return the gateway's tool: it refuses, and the gateway asks and calls again under the scope of a yes."""

    async def delete_tasks(user: UserId, origin: Origin, items: Items) -> DeletedTasks:
        return await deletions.delete(user, origin, items, agreed=())

    delete_tasks.__doc__ = DESCRIPTION
    return delete_tasks


def deletion_with_question(deletions: DeletionService) -> Deletion:
    """Return the people's tool: the client asks, and the SDK seals what was asked until the answer comes.

    The resolvers run again with the answer: tasks that changed in between make another question, which is asked anew.
    """

    async def targets(items: list[TaskRef]) -> list[Target]:
        user = acting_user(Door.PEOPLE, Scope.TASKS_WRITE, None)
        return await deletions.targets(user, items) if len(items) > 1 else []

    async def confirm(
        context: Context, targets: Annotated[list[Target], Resolve(targets)]
    ) -> Confirm | Elicit[Confirm]:
        if not targets:  # one task, or none that is there: nothing to ask about
            return Confirm(confirm=True)
        if not _can_ask(context):
            raise needs_confirmation(targets, CANNOT_ASK)
        return Elicit(_question(targets), Confirm)

    async def delete_tasks(
        user: UserId,
        origin: Origin,
        items: Items,
        targets: Annotated[list[Target], Resolve(targets)],
        answer: Annotated[ElicitationResult[Confirm], Resolve(confirm)],
    ) -> DeletedTasks:
        if not isinstance(answer, AcceptedElicitation) or not answer.data.confirm:
            raise ProductError(ErrorCode.DECLINED, DECLINED)
        return await deletions.delete(user, origin, items, agreed=targets)

    delete_tasks.__doc__ = DESCRIPTION
    return delete_tasks


def _can_ask(context: Context) -> bool:
    capabilities = context.client_capabilities
    asking = capabilities.elicitation if capabilities is not None else None
    return asking is not None and (asking.form is not None or asking.url is None)


def _question(targets: list[Target]) -> str:
    """Name the tasks, and refer to their state: a yes is for what they were then, and for nothing that came later."""
    lines = "\n".join(f"• {_line(target)}" for target in targets)
    state = hashlib.sha256(repr(targets).encode()).hexdigest()[:REFERENCE_LENGTH]
    return f"Delete {'these tasks' if len(targets) > 1 else 'this task'}?\n{lines}\nReference {state}."


def _line(target: Target) -> str:
    details = ", ".join(
        part for part in (target.due and f"due {target.due}", target.repeat and f"repeats {target.repeat}") if part
    )
    return f"{target.title} ({details})" if details else target.title
