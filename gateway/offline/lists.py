"""Looking: the list and its parts, a search, the day, and what was changed."""

import re
from datetime import date

from gateway.offline import replies
from gateway.offline.filters import MOST_LISTED, part_meant
from gateway.offline.memory import Memory
from gateway.offline.pointing import alike, plain, pointed_at
from gateway.offline.steps import Reply, Request, call, find
from shared.contract import TaskTool
from shared.tasks import Changes, Context, FoundTasks

_DUE = re.compile(r" (?:due|planned|happening)$", re.IGNORECASE)
SINCE = {"yesterday": 1, "week": 7}


def show_list(today: date, words: str) -> Request:
    part = part_meant(words, today)
    found = yield from find(**part.arguments, limit=MOST_LISTED)
    return _listed(found, part.heading, part.none)


def show_overview(time_zone: str) -> Request:
    """Tell the day and the counts; a zone that is named becomes the person's."""
    arguments = {"time_zone": time_zone} if time_zone else {}
    return Reply(replies.overview(Context.model_validate((yield from call(TaskTool.GET_CONTEXT, **arguments)))))


def look_up(memory: Memory, what: str, label: str) -> Request:
    """Search by label, or by words; where no title has them, show what is nearly it."""
    words = plain(_DUE.sub("", what))
    label = (label or (words if words.startswith("#") else "")).removeprefix("#")
    if label:
        found = yield from find(label=label)
        return _listed(found, replies.FOUND, f"No open task is labelled #{label}.")
    if tasks := pointed_at(words, memory):
        return Reply(replies.listed(tasks, len(tasks), replies.FOUND, ""))
    found = yield from find(query=words)
    if found.tasks:
        return _listed(found, replies.FOUND, "")
    near = alike(words, (yield from find(limit=MOST_LISTED)).tasks)
    if not near:
        return Reply(replies.not_found(words))
    near = [task.model_copy(update={"n": n}) for n, task in enumerate(near, 1)]
    return Reply(replies.listed(near, len(near), replies.nearly(words), ""), shown=near)


def show_changes(today: date, words: str) -> Request:
    """Tell who changed what, since the day that the words name or today's beginning."""
    ago = next((days for word, days in SINCE.items() if word in words.lower()), 0)
    since = date.fromordinal(today.toordinal() - ago).isoformat() if ago else "today"
    found = Changes.model_validate((yield from call(TaskTool.LIST_CHANGES, since=since, limit=MOST_LISTED)))
    return Reply(replies.changes(found, since))


def _listed(found: FoundTasks, heading: str, none: str) -> Reply:
    return Reply(
        replies.listed(found.tasks, found.total, heading, none),
        shown=found.tasks or None,
        brief=replies.headed(found.tasks, found.total, heading) if found.tasks else None,
    )
