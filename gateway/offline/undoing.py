"""Taking changes back: the last ones of this conversation, or of anybody, and bringing back what was deleted."""

from gateway.offline import replies
from gateway.offline.dates import number
from gateway.offline.filters import MOST_LISTED
from gateway.offline.memory import Memory
from gateway.offline.pointing import alike, best, plain, pointed_at
from gateway.offline.steps import RefusedError, Reply, Request, call, find
from shared.contract import TaskTool
from shared.errors import ErrorCode
from shared.tasks import Changes, Task, Undone

MOST_UNDONE = 5
"""More steps than these do not fit into one answer."""


def undo(memory: Memory, count: str) -> Request:
    """Take back the last changes, each as one."""
    wanted = number(count) if count else 1
    if wanted > MOST_UNDONE:
        return Reply(replies.TOO_MANY_UNDOS)
    if wanted == 1:
        return (yield from take_back(memory, memory.tokens[-1:]))
    found = Changes.model_validate((yield from call(TaskTool.LIST_CHANGES, limit=MOST_LISTED)))
    standing = [one.undo_token for one in found.changes if not one.undone and one.tool != TaskTool.UNDO]
    if not standing:
        return Reply(replies.NOTHING_TO_UNDO)
    return (yield from take_back(memory, standing[:wanted]))


def redo(memory: Memory) -> Request:
    if not memory.redo:
        return Reply(replies.NOTHING_TO_REDO)
    return (yield from take_back(memory, [memory.redo], replies.redone))


def take_back(memory: Memory, tokens: list[str], said: replies.UndoReply = replies.undone) -> Request:
    """Take these changes back, the latest first; without any, the latest change of all."""
    lines: list[str] = []
    for token in tokens or [""]:
        arguments = {"undo_token": token} if token else {}
        try:
            found = yield from call(TaskTool.UNDO, **arguments)
        except RefusedError as refused:
            if token or refused.error["code"] != ErrorCode.NOT_FOUND:
                raise
            return Reply(replies.NOTHING_TO_UNDO)
        memory.learn(TaskTool.UNDO, found)
        memory.forget(token)
        lines.append(said(Undone.model_validate(found)))
    return Reply("\n".join(lines))


def restore(memory: Memory, words: str) -> Request:
    """Bring back a deleted task: by undoing the change that deleted it."""
    name = plain(words)
    meant = {task.id for task in pointed_at(words, memory)}
    deleted = (yield from find(**({} if meant else {"query": name}), status="deleted", limit=MOST_LISTED)).tasks
    tasks = [task for task in deleted if task.id in meant] if meant else best(name, deleted)
    if not tasks and not meant:
        tasks = alike(name, (yield from find(status="deleted", limit=MOST_LISTED)).tasks)
    if not tasks:
        return Reply(replies.not_found(name, "deleted"))
    if len(tasks) > 1:
        return Reply(replies.which_to_restore(tasks), shown=tasks)
    return (yield from _restore(memory, tasks[0]))


def _restore(memory: Memory, task: Task) -> Request:
    found = Changes.model_validate((yield from call(TaskTool.LIST_CHANGES, task_id=task.id, limit=1)))
    return (yield from take_back(memory, [one.undo_token for one in found.changes], replies.restored))
