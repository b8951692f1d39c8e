"""What the offline assistant says: only what a tool reported, with weekday and date."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from gateway.offline.wording import all_named, day_of, described, details, failures, named
from shared.tasks import (
    AddedTasks,
    ChangedTask,
    ChangedTasks,
    Changes,
    CompletedTask,
    CompletedTasks,
    Context,
    DeletedTasks,
    ReopenedTasks,
    Task,
    Undone,
)

UndoReply: TypeAlias = Callable[[Undone], str]

FOUND = "I found:"
WHICH = "Which one do you mean? Tell me the number."
ABILITIES = (
    "You can say, for example:\n"
    "- add buy milk tomorrow\n"
    "- add water the plants every monday at 9:00\n"
    "- what is on my list? what is due next week? what is overdue?\n"
    "- done with milk, or: complete the first two\n"
    "- move the dentist to friday at 15:00, rename it to see the dentist, make it urgent, label it health\n"
    "- delete milk, reopen it, restore it\n"
    "- undo that, undo the last two changes, what did I change today?"
)
INTRODUCTION = (
    "I am the offline assistant: I work by rules and without a language model. Say “help” for what I understand."
)
HELP = f"I am Remit's offline assistant: I work by rules and without a language model. {ABILITIES}"
NOT_UNDERSTOOD = f"I did not understand that. I am the offline assistant and know only everyday English. {ABILITIES}"
NOTHING_NAMED = "What shall I add? Say, for example: add buy milk tomorrow."
TOO_MANY = "That is more than I can add at once. Please send at most 25 tasks."
TOO_MANY_AT_ONCE = (
    "Those are more than 25 tasks, more than I may touch at once. Nothing was changed; name some of them."
)
TOO_MANY_NAMES = "Please name at most twelve tasks at once. Nothing was changed."
TOO_MANY_UNDOS = "I can take back at most five changes at once. Nothing was changed."
NOTHING_TO_UNDO = "There is nothing to undo."
NOTHING_TO_REDO = "Nothing was taken back here, so there is nothing to do again."
WHEN = "To which day or time? Say, for example: move it to tuesday at 15:00. Nothing was changed."
TO_WHAT = "What shall I change it to? Say, for example: rename it to buy oat milk. Nothing was changed."
THE_REST = "I have not done the rest of your message yet; say it again afterwards."
LEFT_ALONE = "All right, nothing was changed."
NOTHING_ASKED = "I had asked nothing that a yes answers, so nothing was changed. Say what to do with which task."
ATTEMPTED = "This was begun before, and I cannot tell how far it came. Look at your list, then say what is left."
UNCHANGED = "Nothing was changed."
WELCOME = "You are welcome."
NOTHING_THERE = {
    "open": "Your list is empty.",
    "done": "Nothing was completed yet.",
    "deleted": "Nothing was deleted in the last 30 days.",
}
KINDS = {"open": "open", "done": "completed", "deleted": "deleted"}


def added(result: AddedTasks) -> str:
    lines: list[str] = []
    if len(result.added) == 1:
        lines.append(f"Added {named(result.added[0])}.")
    elif result.added:
        lines += [f"Added {len(result.added)} tasks:", *(f"- {described(task)}" for task in result.added)]
    lines += failures(result.failed, "could not be added")
    if result.similar:
        lines.append(f"You already have something like it: {all_named(result.similar)}.")
    return "\n".join(lines)


def completed(result: CompletedTasks) -> str:
    lines: list[str] = []
    if result.completed:
        lines.append(f"Done: {all_named(result.completed)}.")
    lines += [_goes_on(task) for task in result.completed if task.next_due or task.last]
    if result.already_done:
        lines.append(f"Already done before: {all_named(result.already_done)}.")
    lines += failures(result.failed, "was not completed")
    return "\n".join(lines)


def reopened(result: ReopenedTasks) -> str:
    lines = [f"Open again: {all_named(result.reopened)}."] if result.reopened else []
    if result.already_open:
        lines.append(f"Still open: {all_named(result.already_open)}.")
    return "\n".join([*lines, *failures(result.failed, "was not reopened")])


def deleted(result: DeletedTasks) -> str:
    lines: list[str] = []
    if result.deleted:
        until = f" Until {day_of(result.restorable_until)} it can be restored." if result.restorable_until else ""
        lines.append(f"Deleted: {all_named(result.deleted)}.{until}")
    return "\n".join([*lines, *failures(result.failed, "was not deleted")])


def changed(result: ChangedTasks) -> str:
    lines = [f"Changed {named(task)}{_was(task)}." for task in result.changed if task.was]
    lines += [f"{named(task)} is so already." for task in result.changed if not task.was]
    return "\n".join([*lines, *failures(result.failed, "was not changed")])


def undone(result: Undone) -> str:
    return _taken_back(result, "Taken back")


def redone(result: Undone) -> str:
    return _taken_back(result, "Done again")


def restored(result: Undone) -> str:
    return _taken_back(result, "Restored")


def listed(tasks: Sequence[Task], total: int, heading: str, none: str) -> str:
    """Tell tasks by their numbers; ``total`` counts those that are not shown too."""
    if not tasks:
        return none
    lines = (f"{task.n}. {described(task)}" for task in tasks)
    return "\n".join([heading, *lines, *_more(tasks, total)])


def headed(tasks: Sequence[Task], total: int, heading: str) -> str:
    """Tell of a list that the person sees by itself."""
    return "\n".join([heading, *_more(tasks, total)])


def which(tasks: Sequence[Task], total: int) -> str:
    return f"{listed(tasks, total, FOUND, '')}\n{WHICH}"


def which_to_restore(tasks: Sequence[Task]) -> str:
    numbered = (f"{n}. {described(task)}" for n, task in enumerate(tasks, 1))
    return "\n".join(["Several deleted tasks fit:", *numbered, "Say, for example: restore 1."])


def did_you_mean(task: Task) -> str:
    return f"I found no task of exactly that name. Do you mean “{task.title}”? Say yes or no."


def nearly(words: str) -> str:
    return f"I found nothing for “{words}”, but something like it:"


def not_found(words: str, status: str = "open") -> str:
    return f"I found no {KINDS[status]} task for “{words}”. Ask “what is on my list?” to see them all."


def no_such_number(numbers: Iterable[int]) -> str:
    return f"The last list has no {' or '.join(map(str, numbers))}. Nothing was changed."


def nothing_to_change(tasks: Iterable[Task]) -> str:
    return f"There is nothing to change in {all_named(tasks)}."


def needs_confirmation(tasks: Sequence[Task]) -> str:
    """Say what would go, where the client has no card on which the person could agree."""
    return "\n".join(
        [
            f"That would delete {len(tasks)} tasks:",
            *(f"{n}. {described(task)}" for n, task in enumerate(tasks, 1)),
            "Deleting several at once needs a confirmation, for which only the web chat can ask: nothing was deleted.",
            "I can delete them one at a time: say, for example, delete the first.",
        ]
    )


def overview(now: Context) -> str:
    counts = [(now.overdue, "overdue"), (now.due_today, "due today"), (now.next_7_days, "due within 7 days")]
    counts.append((now.no_date, "without a date"))
    open_tasks = ", ".join(f"{count} {words}" for count, words in counts)
    return f"It is {day_of(now.today)}, {now.local_time} ({now.time_zone}). Open tasks: {open_tasks}."


def changes(found: Changes, since: str) -> str:
    day = "today" if since == "today" else f"since {day_of(since)}"
    if not found.changes:
        return f"Nothing was changed {day}."
    lines = [
        f"- {one.at[11:16]}: {one.summary} ({one.client}){', taken back' if one.undone else ''}"
        for one in found.changes
    ]
    return "\n".join([f"Changed {day}, the latest first:", *lines, *(["… and more."] if found.next_cursor else [])])


def _more(tasks: Sequence[Task], total: int) -> list[str]:
    return [f"… and {total - len(tasks)} more."] if total > len(tasks) else []


def _taken_back(result: Undone, what: str) -> str:
    lines: list[str] = []
    if len(result.reverted) == 1:
        lines.append(f"{what}. {_now(result.reverted[0])}")
    elif result.reverted:
        lines += [f"{what}:", *(f"- {_now(task)}" for task in result.reverted)]
    lines += [f"“{task.title}” was left as it is: {task.reason}" for task in result.skipped or ()]
    return "\n".join(lines)


def _now(task: Task) -> str:
    state = "deleted" if task.deleted_at else "done" if task.completed_at else "open"
    return f"“{task.title}” is {state}{details(task)}."


def _goes_on(task: CompletedTask) -> str:
    if task.next_due:
        return f"“{task.title}” comes again on {day_of(task.next_due)}."
    return f"“{task.title}” does not come again: it was the last time."


def _was(task: ChangedTask) -> str:
    """Tell what was otherwise before."""
    told = {name: value for name, value in task.was.items() if value != "none"}
    before = [
        f"{name} {day_of(value) if name == 'due' and isinstance(value, str) else _plain(value)}"
        for name, value in told.items()
    ]
    return f" (before: {', '.join(before)})" if before else ""


def _plain(value: str | list[str]) -> str:
    return value if isinstance(value, str) else " ".join(f"#{label}" for label in value)
