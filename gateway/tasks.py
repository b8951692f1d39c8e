"""The task panel's routes: what stands on the list, and what a button does to it. No model takes part."""

import uuid
from typing import Annotated, Any, Literal, TypeAlias

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import JSONResponse, Response

from gateway.auth import SignedIn, verified_router
from gateway.mcp_client import McpClient
from shared.contract import TaskTool
from shared.tasks import CompletedTasks, FoundTasks, ReopenedTasks, TaskId, Undone

MOST_LISTED = 50

Limit: TypeAlias = Annotated[int, Query(ge=1, le=MOST_LISTED)]
Cursor: TypeAlias = Annotated[str, Query(max_length=1000, json_schema_extra={"format": "cursor"})]
Key: TypeAlias = Annotated[str, Header(pattern=r"^[ -~]{0,255}$")]
Title: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Token: TypeAlias = Annotated[str, StringConstraints(pattern=r"^c[1-9][0-9]{0,9}$")]


class OnTask(BaseModel):
    """Complete or reopen one task; ``title`` is what the person saw, and guards against another one."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["complete", "reopen"]
    id: TaskId
    title: Title


class TakeBack(BaseModel):
    """Take one change back."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["undo"]
    undo_token: Token


TOOLS = {"complete": TaskTool.COMPLETE_TASKS, "reopen": TaskTool.REOPEN_TASKS}
Asked: TypeAlias = Annotated[OnTask | TakeBack, Field(discriminator="action")]


def task_routes(client: McpClient) -> APIRouter:
    """Return the routes of the panel; both answer with the result of the tool."""
    router = verified_router()

    @router.get("/{user_id}/tasks", responses={200: {"model": FoundTasks}})
    async def tasks(
        user: SignedIn, status: Literal["open", "done", "deleted"] = "open", limit: Limit = 50, cursor: Cursor = ""
    ) -> Response:
        found = await client.read_for_person(
            user, TaskTool.FIND_TASKS, {"status": status, "limit": limit, "cursor": cursor}
        )
        return JSONResponse(found)

    @router.post("/{user_id}/tasks/actions", responses={200: {"model": CompletedTasks | ReopenedTasks | Undone}})
    async def act(user: SignedIn, asked: Asked, idempotency_key: Key = "") -> Response:
        tool, arguments = _call(asked)
        return JSONResponse(
            await client.call_for_person(user, tool, arguments, key=idempotency_key or uuid.uuid4().hex)
        )

    return router


def _call(asked: OnTask | TakeBack) -> tuple[TaskTool, dict[str, Any]]:
    if isinstance(asked, TakeBack):
        return TaskTool.UNDO, {"undo_token": asked.undo_token}
    return TOOLS[asked.action], {"items": [{"id": asked.id, "expect_title": asked.title}]}
