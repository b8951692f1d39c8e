"""A person's settings, everything of theirs as one file, and the end of it."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response, StreamingResponse

from gateway.admission import Places
from gateway.auth import SignedIn, verified_router
from gateway.mcp_client import McpClient
from shared.contract import TaskTool
from shared.errors import ErrorCode, ProductError
from shared.identity import UserId

FILE = "remit-export.json"
STATUSES = ("open", "done", "deleted")
TASKS_PAGE, PAGE = 50, 100
EXPORTED_AT_ONCE = 2
MEMBERS = ["exported_at", "user_id", "time_zone", "tasks", "changes", "conversations"]
EXPORTED: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"schema": {"type": "object", "required": MEMBERS}}}}
}

ZoneName: TypeAlias = Annotated[
    str, StringConstraints(min_length=1, max_length=64), Field(json_schema_extra={"format": "iana-time-zone"})
]
Row: TypeAlias = dict[str, Any]


class PersonSettings(BaseModel):
    """``time_zone`` is an IANA name."""

    model_config = ConfigDict(extra="forbid")

    time_zone: ZoneName


def person_routes(client: McpClient) -> APIRouter:
    """Return the routes of the settings page."""
    router = verified_router()
    exports = Places(EXPORTED_AT_ONCE, "Your data are being exported already. Wait for the file.")

    @router.get("/{user_id}/settings")
    async def settings(user: SignedIn) -> PersonSettings:
        found = await client.read_for_person(user, TaskTool.GET_CONTEXT, {})
        return PersonSettings(time_zone=found["time_zone"])

    @router.patch("/{user_id}/settings")
    async def change(user: SignedIn, asked: PersonSettings) -> PersonSettings:
        await client.choose_time_zone(user, asked.time_zone)
        return asked

    @router.get("/{user_id}/export", responses=EXPORTED)
    async def export(user: SignedIn) -> Response:
        place = exports.take(user)
        zone = (await settings(user)).time_zone  # what is away is told by a status, before the file begins
        headers = {"Content-Disposition": f'attachment; filename="{FILE}"'}
        file = place.during(Export(client, user).file(zone))
        return StreamingResponse(file, media_type="application/json", headers=headers)

    @router.delete("/{user_id}/data", status_code=204)
    async def delete(user: SignedIn) -> Response:
        await client.delete_person(user)
        return Response(status_code=204)

    return router


class Export:
    """Reads everything of one person page by page, so that no size of it fills the memory."""

    def __init__(self, client: McpClient, user: UserId) -> None:
        self._client = client
        self._user = user

    async def file(self, time_zone: str) -> AsyncGenerator[str]:
        """Yield the pieces of one JSON object."""
        head = {"exported_at": datetime.now(UTC).isoformat(timespec="seconds"), "user_id": self._user}
        yield json.dumps({**head, "time_zone": time_zone})[:-1]
        async for piece in _member("tasks", self._tasks()):
            yield piece
        async for piece in _member("changes", self._pages(TaskTool.LIST_CHANGES, "changes", limit=TASKS_PAGE)):
            yield piece
        async for piece in _member("conversations", self._conversations()):
            yield piece
        yield "}\n"

    async def _tasks(self) -> AsyncIterator[Row]:
        for status in STATUSES:
            async for task in self._pages(TaskTool.FIND_TASKS, "tasks", status=status, limit=TASKS_PAGE):
                yield {name: value for name, value in task.items() if name != "n"} | {"status": status}

    async def _conversations(self) -> AsyncIterator[Row]:
        after = ""
        while True:
            page = await self._client.list_conversations(self._user, limit=PAGE, order="desc", after=after)
            for one in page.conversations:
                after = one.id
                about = one.model_dump(mode="json", include={"id", "title", "created_at", "updated_at"})
                yield about | {"items": [item async for item in self._items(one.id)]}
            if not page.has_more:
                return

    async def _items(self, conversation_id: str) -> AsyncIterator[Row]:
        after = ""
        while True:
            page = await self._client.list_items(self._user, conversation_id, limit=PAGE, order="asc", after=after)
            for item in page.items:
                after = item.id
                yield item.model_dump(mode="json", exclude_none=True)
            if not page.has_more:
                return

    async def _pages(self, tool: TaskTool, member: str, **asked: Any) -> AsyncIterator[Row]:
        cursor = ""
        while True:
            page = await self._patiently(tool, {**asked, "cursor": cursor})
            for row in page[member]:
                yield row
            cursor = page.get("next_cursor", "")
            if not cursor:
                return

    async def _patiently(self, tool: TaskTool, arguments: Row) -> Row:
        """Read at the pace that is allowed."""
        while True:
            try:
                return await self._client.read_for_person(self._user, tool, arguments)
            except ProductError as error:
                if error.code is not ErrorCode.RATE_LIMITED:
                    raise
                await asyncio.sleep(error.retry_after or 1)


async def _member(name: str, rows: AsyncIterator[Row]) -> AsyncIterator[str]:
    yield f', "{name}": ['
    between = ""
    async for row in rows:
        yield between + json.dumps(row, ensure_ascii=False)
        between = ",\n"
    yield "]"
