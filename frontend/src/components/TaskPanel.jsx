/** The open tasks beside the chat: they follow what the assistant does, and can be ticked off. */

import { useTasks } from "../hooks/useTasks.js";
import { dueOf } from "../utils/dates.js";

/**
 * @param {object} props
 * @param {import("../utils/apiClient.js").ApiClient} props.api
 * @param {string} props.userId
 * @param {number} props.pulse another number: look again
 */
export function TaskPanel({ api, userId, pulse }) {
  const { tasks, total, fault, isServed, outcome, toggle, undo } = useTasks(api, userId, pulse);
  if (!isServed) return null;
  const more = tasks ? total - tasks.filter(({ isDone }) => !isDone).length : 0;
  return (
    <aside className="task-panel" aria-labelledby="tasks-title">
      <h2 id="tasks-title">Open tasks</h2>
      {fault && (
        <div className="fault">
          <p role="alert">{fault.words}</p>
          <button type="button" className="quiet" onClick={fault.again}>
            Try again
          </button>
        </div>
      )}
      {tasks?.length === 0 && <p className="hint">Nothing is open. Tell the assistant what needs doing.</p>}
      <ul>
        {tasks?.map((task) => (
          <TaskRow key={task.id} task={task} onToggle={() => toggle(task)} />
        ))}
      </ul>
      {more > 0 && <p className="hint">… and {more} more. Ask the assistant for them.</p>}
      <div className="outcome">
        <p role="status">{outcome?.words}</p>
        {outcome?.undoToken && (
          <button type="button" className="quiet" onClick={undo}>
            Undo
          </button>
        )}
      </div>
    </aside>
  );
}

/** @param {{ task: import("../utils/shownTasks.js").ShownTask, onToggle: () => void }} props */
function TaskRow({ task, onToggle }) {
  const { title, due, overdue, labels = [], isDone = false } = task;
  return (
    <li className={isDone ? "done" : ""}>
      <label>
        <input type="checkbox" checked={isDone} onChange={onToggle} />
        <span dir="auto">{title}</span>
      </label>
      {(due || labels.length > 0) && (
        <p className="hint">
          {due && <span className={overdue ? "late" : ""}>{overdue ? `${dueOf(due)}, overdue` : dueOf(due)}</span>}
          {labels.map((label) => (
            <span key={label} className="label">
              {label}
            </span>
          ))}
        </p>
      )}
    </li>
  );
}
