/** The rows of the task panel: what the server lists, and what was ticked here since. */

/**
 * @typedef {object} ShownTask
 * @property {string} id
 * @property {string} title
 * @property {string} [due]
 * @property {boolean} [overdue]
 * @property {string[]} [labels]
 * @property {boolean} [isDone]
 * @property {string} [key] of the last press on it, where nobody knows whether that arrived
 */

/** @param {ShownTask[] | null} shown @param {string} id @param {Pick<ShownTask, "isDone" | "key">} state */
export function marked(shown, id, { isDone, key }) {
  return shown?.map((task) => (task.id === id ? { ...task, isDone, key } : task)) ?? null;
}

/**
 * What was completed here stays where it was, so that nothing jumps under the person's finger; so does a task that is
 * not open any more after a press that nobody answered: that press did it.
 * @param {ShownTask[]} fresh @param {ShownTask[]} shown
 */
export function inPlace(fresh, shown) {
  const merged = [...fresh];
  const ids = new Set(fresh.map(({ id }) => id));
  shown.forEach((task, at) => {
    if (ids.has(task.id) || !(task.isDone || task.key)) return;
    merged.splice(Math.min(at, merged.length), 0, { ...task, isDone: true, key: undefined });
  });
  return merged;
}
