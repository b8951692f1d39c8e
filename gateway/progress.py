"""The steps of an answer, visible while they run: one workflow for the tool calls between two things said."""

from collections.abc import Iterator
from datetime import UTC, datetime

from chatkit.types import (
    CustomSummary,
    CustomTask,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    Workflow,
    WorkflowItem,
    WorkflowTaskAdded,
    WorkflowTaskUpdated,
)

from gateway.items import new_id
from shared.contract import TaskTool

STEPS: dict[str, str] = {
    TaskTool.GET_CONTEXT: "Checking the date and your list",
    TaskTool.FIND_TASKS: "Looking at your tasks",
    TaskTool.ADD_TASKS: "Adding tasks",
    TaskTool.UPDATE_TASKS: "Changing tasks",
    TaskTool.COMPLETE_TASKS: "Completing tasks",
    TaskTool.REOPEN_TASKS: "Reopening tasks",
    TaskTool.DELETE_TASKS: "Deleting tasks",
    TaskTool.UNDO: "Taking it back",
    TaskTool.LIST_CHANGES: "Looking at what was changed",
}
"""What a person reads while a tool runs."""


class Progress:
    """The steps that run now, and those that ended since something was said."""

    def __init__(self, thread_id: str) -> None:
        self._thread_id = thread_id
        self._workflow: WorkflowItem | None = None
        self._places: dict[str, int] = {}

    @property
    def item(self) -> WorkflowItem | None:
        """The steps as they stand."""
        return None if self._workflow is None else self._workflow.model_copy(deep=True)

    def begin(self, call_id: str, tool: str) -> Iterator[ThreadStreamEvent]:
        task = CustomTask(title=STEPS.get(tool, "Working"), status_indicator="loading")
        if self._workflow is None:
            self._places.clear()
            self._workflow = WorkflowItem(
                id=new_id("wf"),
                thread_id=self._thread_id,
                created_at=datetime.now(UTC),
                workflow=Workflow(type="custom", tasks=[task]),
            )
            yield ThreadItemAddedEvent(item=self._workflow.model_copy(deep=True))
        else:
            self._workflow.workflow.tasks.append(task)
            added = WorkflowTaskAdded(task=task.model_copy(), task_index=len(self._workflow.workflow.tasks) - 1)
            yield ThreadItemUpdatedEvent(item_id=self._workflow.id, update=added)
        self._places[call_id] = len(self._workflow.workflow.tasks) - 1

    def end(self, call_id: str, failure: str | None) -> Iterator[ThreadStreamEvent]:
        """Show a step as ended, and how where it did not do what it was to."""
        if self._workflow is None or call_id not in self._places:
            return
        at = self._places[call_id]
        ended = {"status_indicator": "complete", "content": failure}
        task = self._workflow.workflow.tasks[at].model_copy(update=ended)
        self._workflow.workflow.tasks[at] = task
        updated = WorkflowTaskUpdated(task=task, task_index=at)
        yield ThreadItemUpdatedEvent(item_id=self._workflow.id, update=updated)

    def close(self) -> Iterator[ThreadItemDoneEvent]:
        """Finish the workflow, as far as it has come."""
        if self._workflow is None:
            return
        done, self._workflow = self._workflow, None
        tasks = [task for task in done.workflow.tasks if isinstance(task, CustomTask)]
        for task in tasks:
            if task.status_indicator == "loading":
                task.status_indicator, task.content = "none", "This step did not come to its end."
        titles = dict.fromkeys(task.title for task in tasks if task.title)
        done.workflow.summary = CustomSummary(title=", ".join(titles))
        yield ThreadItemDoneEvent(item=done)
