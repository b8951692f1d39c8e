"""The calls of conversations and of a person as a whole, each as it costs the most and as it mostly is."""

import uuid
from functools import partial
from typing import Any

from mcp_server.caller import Door
from mcp_server.origin import Origin
from shared.contract import ItemAnswer
from tests.mcp_server.services.person import Call, Case, Person, held, said
from tests.mcp_server.services.task_calls import asking


def on_a_talk(statements: int, tool: str, **told: Any) -> Case:
    """Return a call on a conversation in which a message was answered."""

    async def prepare(person: Person) -> Call:
        started = await person.talk()
        return partial(person.call, tool, conversation_id=started.conversation.id, **told)

    return Case(statements, prepare)


def beginning(statements: int, **told: Any) -> Case:
    """Return the first message of a conversation, by somebody who is known."""

    async def prepare(person: Person) -> Call:
        await person.task()
        return partial(person.begin, **told)

    return Case(statements, prepare)


def finishing(statements: int, *, is_stored: bool = False, **told: Any) -> Case:
    """Return the end of a turn; some of its answer may be stored already."""

    async def prepare(person: Person) -> Call:
        started = await person.begin()
        if is_stored:
            await person.call("renew_turn", **held(started), items=[said("assistant_message")])
        return partial(person.finish, started, **told)

    return Case(statements, prepare)


async def begin_for_somebody_new(person: Person) -> Call:
    return person.begin


async def say_more(person: Person) -> Call:
    return partial(person.begin, (await person.talk()).conversation.id)


async def say_more_after_a_lapse(person: Person) -> Call:
    started = await person.begin()
    await person.let_lapse(started)
    return partial(person.begin, started.conversation.id)


async def confirm(person: Person) -> Call:
    started = await person.begin()
    card = said("widget", "open")
    await person.finish(started, items=[card])
    answer = ItemAnswer(item_id=card.id, state="confirmed")
    return partial(person.begin, started.conversation.id, closes=answer)


async def say_again_what_was_answered(person: Person) -> Call:
    message, key, place = said("user_message"), uuid.uuid4().hex, str(uuid.uuid4())
    begin = partial(person.begin, key=key, message=message, conversation_id=place)
    await person.finish(await begin())
    return begin


async def say_again_what_lapsed(person: Person) -> Call:
    message, key, place = said("user_message"), uuid.uuid4().hex, str(uuid.uuid4())
    begin = partial(person.begin, key=key, message=message, conversation_id=place)
    await person.let_lapse(await begin())
    return begin


async def say_again_what_was_not_heard(person: Person) -> Call:
    origin = Origin("web", "begin_turn", lease=uuid.uuid4())
    told = {"key": uuid.uuid4().hex, "message": said("user_message"), "origin": origin}
    begin = partial(person.begin, conversation_id=str(uuid.uuid4()), **told)
    await begin()
    return begin


async def retry(person: Person) -> Call:
    started = await person.talk()
    told = {"conversation_id": started.conversation.id, "message_id": started.message_id}
    return partial(person.call, "retry_turn", **told)


async def retry_after_a_lapse(person: Person) -> Call:
    started = await person.begin()
    await person.let_lapse(started)
    told = {"conversation_id": started.conversation.id, "message_id": started.message_id}
    return partial(person.call, "retry_turn", **told)


async def renew(person: Person) -> Call:
    return partial(person.call, "renew_turn", **held(await person.begin()))


async def renew_with_more(person: Person) -> Call:
    kept = partial(person.call, "renew_turn", **held(await person.begin()), items=[said("assistant_message")])
    await kept()
    return kept


async def finish_again(person: Person) -> Call:
    finish = partial(person.finish, await person.begin())
    await finish()
    return finish


async def stop(person: Person) -> Call:
    started = await person.begin()
    return partial(person.call, "stop_turn", conversation_id=started.conversation.id)


async def stop_by_key(person: Person) -> Call:
    await person.begin(key=(key := uuid.uuid4().hex))
    return partial(person.call, "stop_turn", key=key)


async def list_more_conversations(person: Person) -> Call:
    await person.talk()
    newest = await person.talk()
    return partial(person.call, "list_conversations", after=newest.conversation.id)


async def list_more_items(person: Person) -> Call:
    started = await person.talk()
    told = {"conversation_id": started.conversation.id, "after": started.message_id}
    return partial(person.call, "list_items", **told)


async def get_item(person: Person) -> Call:
    started = await person.talk()
    told = {"conversation_id": started.conversation.id, "item_id": started.message_id}
    return partial(person.call, "get_item", **told)


async def update_a_widget(person: Person) -> Call:
    started = await person.begin()
    await person.finish(started, items=[widget := said("widget")])
    told = {"conversation_id": started.conversation.id, "item_id": widget.id, "data": {"content": []}}
    return partial(person.call, "update_item", **told)


async def give_feedback(person: Person) -> Call:
    started = await person.talk()
    told = {"conversation_id": started.conversation.id, "item_ids": [started.message_id], "kind": "positive"}
    return partial(person.call, "give_feedback", **told)


async def search(person: Person) -> Call:
    await person.talk()
    return partial(person.call, "search_conversations", Door.PEOPLE, query="water plants")


async def choose_a_zone(person: Person) -> Call:
    await person.task()
    return partial(person.call, "choose_time_zone", time_zone="Europe/Berlin")


async def delete_person(person: Person) -> Call:
    await person.task()
    await person.talk()
    return partial(person.call, "delete_person")


CONVERSATION_CALLS = {
    "begin_turn for somebody new": Case(7, begin_for_somebody_new),
    "begin_turn, a new conversation": beginning(4),
    "begin_turn from another zone": beginning(5, time_zone="Europe/Berlin"),
    "begin_turn": Case(7, say_more),
    "begin_turn after a lapse": Case(8, say_more_after_a_lapse),
    "begin_turn, the word on a card": Case(8, confirm),
    "begin_turn, answered before": Case(5, say_again_what_was_answered),
    "begin_turn, lapsed before": Case(12, say_again_what_lapsed),
    "begin_turn, not heard before": Case(12, say_again_what_was_not_heard),
    "retry_turn": Case(14, retry),
    "retry_turn after a lapse": Case(15, retry_after_a_lapse),
    "renew_turn": Case(2, renew),
    "renew_turn with more of the answer": Case(4, renew_with_more),
    "finish_turn": finishing(3),
    "finish_turn of a stored answer, with a title": finishing(5, is_stored=True, title="plants"),
    "finish_turn, sent again": Case(3, finish_again),
    "stop_turn": Case(4, stop),
    "stop_turn by its key": Case(5, stop_by_key),
    "list_conversations": asking(2, "list_conversations"),
    "list_conversations, the next page": Case(3, list_more_conversations),
    "get_conversation": on_a_talk(3, "get_conversation"),
    "list_items": on_a_talk(3, "list_items", order="desc"),
    "list_items, the next page": Case(4, list_more_items),
    "get_item": Case(2, get_item),
    "update_item": Case(4, update_a_widget),
    "give_feedback": Case(2, give_feedback),
    "rename_conversation": on_a_talk(2, "rename_conversation", title="plants"),
    "delete_conversation": on_a_talk(2, "delete_conversation"),
    "search_conversations": Case(2, search),
    "choose_time_zone": Case(3, choose_a_zone),
    "delete_person": Case(11, delete_person),
}
"""Every call by a name of its own; the last one leaves nothing of the person."""
