"""What a person begins by name: planning a day, reviewing a week. Their tasks come as data beside it, never in it."""

from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp.types import EmbeddedResource, TextResourceContents
from pydantic import Field

from mcp_server.resources import JSON, TODAY_URI, Reader, as_json
from mcp_server.services.lookups import LookupService, Today
from mcp_server.services.texts import clean_line

LABEL_LENGTH = 40
PLAN = (
    "Plan my day with me. The attached tasks are overdue or due today; find_tasks shows what else is open. "
    "Propose an order, name the three that matter most, and say what I could move to another day. "
    "Change nothing before I agree."
)
REVIEW = (
    "Review my week with me. Look with find_tasks at what was done (status done), what is overdue, and what is due in "
    "the next 7 days; list_changes tells what moved. Say in a few sentences what went well and what keeps slipping, "
    "then go through the overdue tasks one by one: do, move or drop. Change nothing before I agree."
)

Label = Annotated[str, Field(description="Only tasks with this label.")]


def add_prompts(server: MCPServer[Any], lookups: LookupService, reader: Reader) -> None:
    """Offer the token's own person what they may begin."""

    async def plan_my_day(label: Label = "") -> list[UserMessage]:
        return [UserMessage(_asked(PLAN, label)), await attached(label)]

    async def weekly_review(label: Label = "") -> list[UserMessage]:
        return [UserMessage(_asked(REVIEW, label)), await attached(label)]

    async def attached(label: str) -> UserMessage:
        return UserMessage(_attachment(await lookups.today(await reader(), label)))

    server.prompt(title="Plan my day", description="Put what is due today in an order that works.")(plan_my_day)
    server.prompt(title="Weekly review", description="Look back on a week, and tidy what is left.")(weekly_review)


def _asked(sentence: str, label: str) -> str:
    name = clean_line(label)[:LABEL_LENGTH]
    return f"{sentence} Only tasks with the label “{name}”." if name else sentence


def _attachment(today: Today) -> EmbeddedResource:
    contents = TextResourceContents(uri=TODAY_URI, mime_type=JSON, text=as_json(today))
    return EmbeddedResource(type="resource", resource=contents)
