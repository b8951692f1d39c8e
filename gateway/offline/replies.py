"""What the offline assistant says: only what a tool reported, with weekday and date."""

from collections.abc import Iterable
from datetime import date

from shared.tasks import AddedTasks, CompletedTasks, Context, Failure, FoundTasks, Task

FOUND = "I found:"
WHICH = "Which one do you mean? Tell me the number."
ABILITIES = (
    "You can say, for example:\n"
    "- add buy milk tomorrow\n"
    "- add call mum on friday at 15:00 and pay the rent on 1 december\n"
    "- what is on my list? what is due today? what is overdue?\n"
    "- find milk\n"
    "- done with milk, or: complete 2"
)
INTRODUCTION = (
    "I am the offline assistant: I work by rules and without a language model. Say “help” for what I understand."
)
HELP = f"I am Remit's offline assistant: I work by rules and without a language model. {ABILITIES}"
NOT_UNDERSTOOD = f"I did not understand that. I am the offline assistant and know only everyday sentences. {ABILITIES}"
NOT_YET = "I cannot change, move or delete tasks. I can add, list, find and complete them."
NOTHING_NAMED = "What shall I add? Say, for example: add buy milk tomorrow."
TOO_MANY = "That is more than I can add at once. Please send at most 25 tasks."
WELCOME = "You are welcome."


def added(result: AddedTasks) -> str:
    lines: list[str] = []
    if len(result.added) == 1:
        lines.append(f"Added {_named(result.added[0])}.")
    elif result.added:
        lines += [f"Added {len(result.added)} tasks:", *(f"- {_described(task)}" for task in result.added)]
    lines += _failures(result.failed or (), "could not be added")
    if result.similar:
        lines.append(f"You already have something like it: {_all_named(result.similar)}.")
    return "\n".join(lines)


def completed(result: CompletedTasks) -> str:
    lines: list[str] = []
    if result.completed:
        lines.append(f"Done: {_all_named(result.completed)}.")
    if result.already_done:
        lines.append(f"Already done before: {_all_named(result.already_done)}.")
    lines += _failures(result.failed or (), "was not completed")
    return "\n".join(lines)


def listed(tasks: list[Task], total: int, heading: str, none: str) -> str:
    """Tell tasks by the numbers that the tool gave them; ``total`` counts those that are not shown too."""
    if not tasks:
        return none
    more = total - len(tasks)
    ending = [f"… and {more} more."] if more > 0 else []
    return "\n".join([heading, *(f"{task.n}. {_described(task)}" for task in tasks), *ending])


def which(result: FoundTasks) -> str:
    return f"{listed(result.tasks, result.total, FOUND, '')}\n{WHICH}"


def not_found(words: str) -> str:
    return f"I found no open task for “{words}”. Ask “what is on my list?” to see them all."


def no_such_number(numbers: Iterable[int]) -> str:
    return f"The last list has no {' or '.join(map(str, numbers))}. Nothing was changed."


def overview(now: Context) -> str:
    counts = [(now.overdue, "overdue"), (now.due_today, "due today"), (now.next_7_days, "due within 7 days")]
    counts.append((now.no_date, "without a date"))
    open_tasks = ", ".join(f"{count} {words}" for count, words in counts)
    return f"It is {_day(now.weekday, now.today)}, {now.local_time} ({now.time_zone}). Open tasks: {open_tasks}."


def _all_named(tasks: Iterable[Task]) -> str:
    return ", ".join(map(_named, tasks))


def _named(task: Task) -> str:
    return f"“{task.title}”{_details(task)}"


def _described(task: Task) -> str:
    return f"{task.title}{_details(task)}"


def _details(task: Task) -> str:
    details: list[str] = []
    if task.due is not None and task.weekday is not None:
        details.append(f", due {_day(task.weekday, task.due)}")
    if task.overdue:
        details.append(" (overdue)")
    if task.priority is not None:
        details.append(f", {task.priority} priority")
    details += [f" #{label}" for label in task.labels or ()]
    return "".join(details)


def _day(weekday: str, due: str) -> str:
    day, _, time = due.partition("T")
    on = date.fromisoformat(day)
    return f"{weekday}, {on.day} {on:%B} {on.year}{f' at {time}' if time else ''}"


def _failures(failed: Iterable[Failure], what: str) -> list[str]:
    return [f"Item {one.item} {what}: {one.message}" for one in failed]
