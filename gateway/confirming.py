"""The person's word on a deletion card: carried out by us and noted as the tool calls that the model had asked for."""

import json
from collections.abc import AsyncGenerator
from typing import Any

from chatkit.types import ThreadStreamEvent

from gateway.items import new_id
from gateway.mcp_client import McpClient
from gateway.turn import Turn, Word
from shared.contract import TaskTool
from shared.errors import ErrorCode, ProductError

DECLINED = ProductError(ErrorCode.DECLINED, "The person said no. Nothing was deleted, and it is not to be asked again.")


async def settle(client: McpClient, turn: Turn, word: Word) -> AsyncGenerator[ThreadStreamEvent]:
    """Delete what the card named, under the titles that it showed, or nothing."""

    async def delete(arguments: dict[str, Any]) -> dict[str, Any]:
        if not word.approved:
            raise DECLINED
        held = {"turn_id": turn.started.turn_id, "lease": turn.started.lease}
        return await client.delete_confirmed(turn.user, arguments, **held)

    for tasks in word.card.calls:
        call_id = new_id("call")
        arguments = {"items": [{"id": task.id, "expect_title": task.title} for task in tasks]}
        if word.approved:
            for event in turn.answer.begin_step(call_id, TaskTool.DELETE_TASKS):
                yield event
        await turn.answer.calls.make(call_id, TaskTool.DELETE_TASKS, json.dumps(arguments), delete)
        for event in turn.answer.end_step(call_id):
            yield event
