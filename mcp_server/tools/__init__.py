"""Every tool the server offers, with its doors, scope and hints: its public surface, on one page."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mcp.types import ToolAnnotations
from pydantic import BaseModel

from mcp_server.caller import Door
from mcp_server.services.changes import ChangeService
from mcp_server.services.conversations import ConversationService
from mcp_server.services.deletion import DeletionService
from mcp_server.services.people import PersonService
from mcp_server.services.starting import StartService
from mcp_server.services.tasks import TaskService
from mcp_server.services.turns import TurnService
from mcp_server.services.writing import Writer
from mcp_server.tools.changes import ChangeTools
from mcp_server.tools.conversations import ConversationTools, PeopleTool
from mcp_server.tools.deletion import deletion_with_card, deletion_with_question
from mcp_server.tools.people import PersonTools
from mcp_server.tools.tasks import TaskTools
from shared.contract import ConversationTool, PersonTool, Scope, TaskTool

T, C = TaskTool, ConversationTool
BOTH = frozenset(Door)
GATEWAY, PEOPLE = frozenset({Door.GATEWAY}), frozenset({Door.PEOPLE})

READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
ADDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=False)
SETS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
DESTROYS = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False)


@dataclass(frozen=True)
class Offer:
    """A tool that cannot be offered without saying at which doors, and behind which scope."""

    name: TaskTool | ConversationTool | PersonTool | PeopleTool
    title: str
    run: Callable[..., Awaitable[BaseModel]]
    doors: frozenset[Door]
    scope: Scope
    hints: ToolAnnotations


@dataclass(frozen=True)
class Services:
    """Everything that a tool may call."""

    tasks: TaskService
    writer: Writer
    deletions: DeletionService
    changes: ChangeService
    conversations: ConversationService
    starts: StartService
    turns: TurnService
    people: PersonService


def catalogue(services: Services) -> tuple[Offer, ...]:
    """Return every tool, in the order in which it is listed."""
    return (*_for_tasks(services), *_for_conversations(services), *_for_people(services))


def _for_tasks(services: Services) -> tuple[Offer, ...]:
    task, change = TaskTools(services.tasks), ChangeTools(services.writer, services.changes)
    by_question, by_card = deletion_with_question(services.deletions), deletion_with_card(services.deletions)
    read, write = Scope.TASKS_READ, Scope.TASKS_WRITE
    return (
        Offer(T.GET_CONTEXT, "Today and counts", task.get_context, BOTH, read, SETS),
        Offer(T.FIND_TASKS, "Find tasks", task.find_tasks, BOTH, read, READS),
        Offer(T.ADD_TASKS, "Add tasks", change.add_tasks, BOTH, write, ADDS),
        Offer(T.UPDATE_TASKS, "Change tasks", change.update_tasks, BOTH, write, SETS),
        Offer(T.COMPLETE_TASKS, "Complete tasks", change.complete_tasks, BOTH, write, SETS),
        Offer(T.REOPEN_TASKS, "Reopen tasks", change.reopen_tasks, BOTH, write, SETS),
        Offer(T.DELETE_TASKS, "Delete tasks", by_question, PEOPLE, write, DESTROYS),
        Offer(T.DELETE_TASKS, "Delete tasks", by_card, GATEWAY, write, DESTROYS),
        Offer(T.UNDO, "Undo a change", change.undo, BOTH, write, ADDS),
        Offer(T.LIST_CHANGES, "List changes", change.list_changes, BOTH, read, READS),
    )


def _for_conversations(services: Services) -> tuple[Offer, ...]:
    talk = ConversationTools(services.conversations, services.starts, services.turns)
    search, look, manage = PeopleTool.SEARCH_CONVERSATIONS, Scope.CONVERSATIONS_READ, Scope.CONVERSATIONS
    return (
        Offer(search, "Search web conversations", talk.search_conversations, PEOPLE, look, READS),
        Offer(C.BEGIN_TURN, "Begin a turn", talk.begin_turn, GATEWAY, manage, SETS),
        Offer(C.RETRY_TURN, "Retry a turn", talk.retry_turn, GATEWAY, manage, DESTROYS),
        Offer(C.RENEW_TURN, "Renew a turn", talk.renew_turn, GATEWAY, manage, SETS),
        Offer(C.STOP_TURN, "Stop a turn", talk.stop_turn, GATEWAY, manage, SETS),
        Offer(C.FINISH_TURN, "Finish a turn", talk.finish_turn, GATEWAY, manage, SETS),
        Offer(C.LIST_CONVERSATIONS, "List conversations", talk.list_conversations, GATEWAY, manage, READS),
        Offer(C.GET_CONVERSATION, "Read a conversation", talk.get_conversation, GATEWAY, manage, READS),
        Offer(C.LIST_ITEMS, "List items", talk.list_items, GATEWAY, manage, READS),
        Offer(C.GET_ITEM, "Read an item", talk.get_item, GATEWAY, manage, READS),
        Offer(C.UPDATE_ITEM, "Update a widget", talk.update_item, GATEWAY, manage, SETS),
        Offer(C.GIVE_FEEDBACK, "Give feedback", talk.give_feedback, GATEWAY, manage, SETS),
        Offer(C.RENAME_CONVERSATION, "Rename a conversation", talk.rename_conversation, GATEWAY, manage, SETS),
        Offer(C.DELETE_CONVERSATION, "Delete a conversation", talk.delete_conversation, GATEWAY, manage, DESTROYS),
    )


def _for_people(services: Services) -> tuple[Offer, ...]:
    person, scope = PersonTools(services.people), Scope.PERSON
    return (
        Offer(PersonTool.CHOOSE_TIME_ZONE, "Choose a zone", person.choose_time_zone, GATEWAY, scope, SETS),
        Offer(PersonTool.DELETE_PERSON, "Delete a person's data", person.delete_person, GATEWAY, scope, DESTROYS),
    )
