/** The person's open tasks beside the chat, and what can be done with them there. */

import { useCallback, useEffect, useRef, useState } from "react";
import { tellTabs } from "../utils/tabs.js";
import { useNews } from "./useNews.js";

const SHOWN = 50;
const NOT_SERVED = 404;

/** @typedef {{ id: string, title: string, due?: string, overdue?: boolean, labels?: string[], isDone?: boolean }} ShownTask */
/** @typedef {{ words: string, again: () => void }} Fault what did not work, and what does it again */
/** @typedef {{ words: string, undoToken?: string }} Outcome what was done, and what takes it back */

/**
 * @param {import("../utils/apiClient.js").ApiClient} api
 * @param {string} userId
 * @param {number} pulse another number: the assistant may have changed something
 */
export function useTasks(api, userId, pulse) {
  const [tasks, setTasks] = useState(/** @type {ShownTask[] | null} */ (null));
  const [total, setTotal] = useState(0);
  const [unread, setUnread] = useState(/** @type {Fault | null} */ (null));
  const [undone, setUndone] = useState(/** @type {Fault | null} */ (null));
  const [isServed, setIsServed] = useState(true);
  const [outcome, setOutcome] = useState(/** @type {Outcome | null} */ (null));
  const asked = useRef(0);
  const pressed = useRef(Promise.resolve());

  const refresh = useCallback(async () => {
    asked.current += 1;
    const mine = asked.current;
    try {
      const found = await api.get(`tasks?limit=${SHOWN}`);
      if (mine !== asked.current) return; // a later answer is on its way
      setTasks((shown) => inPlace(found.tasks, shown ?? []));
      setTotal(found.total);
      setUnread(null);
    } catch (error) {
      const { status, message } = /** @type {{ status?: number, message: string }} */ (error);
      if (status === NOT_SERVED) setIsServed(false);
      else setUnread({ words: message, again: refresh });
    }
  }, [api]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the pulse is the reason to look again
  useEffect(() => {
    refresh();
  }, [refresh, pulse]);
  useNews((news) => {
    if (news === null || news.userId === userId) refresh();
  });

  /**
   * @param {object} action @param {(result: any) => Outcome} tell @param {() => void} again
   * @returns {Promise<boolean>} whether it was done
   */
  const act = async (action, tell, again) => {
    setUndone(null);
    try {
      const result = await api.post("tasks/actions", action);
      const [failure] = result.failed ?? [];
      if (failure) throw new Error(failure.message);
      setOutcome(tell(result));
    } catch (error) {
      setUndone({ words: /** @type {Error} */ (error).message, again });
      return false;
    }
    tellTabs({ userId });
    await refresh();
    return true;
  };

  /** @param {string} id @param {boolean} isDone */
  const mark = (id, isDone) =>
    setTasks((shown) => shown?.map((task) => (task.id === id ? { ...task, isDone } : task)) ?? null);

  /**
   * Ticked at once; should it not work, the tick goes again. A second press waits for the first.
   * @param {ShownTask} task
   */
  const toggle = async (task) => {
    const { id, title, isDone = false } = task;
    mark(id, !isDone);
    const words = isDone ? `“${title}” is open again.` : `“${title}” is done.`;
    const action = { action: isDone ? "reopen" : "complete", id, title };
    const before = pressed.current;
    pressed.current = before.then(async () => {
      const isWell = await act(
        action,
        ({ undo_token: undoToken }) => ({ words, undoToken }),
        () => toggle(task),
      );
      if (!isWell) mark(id, isDone);
    });
    await pressed.current;
  };

  /** @returns {Promise<boolean>} */
  const undo = () => {
    const action = { action: "undo", undo_token: outcome?.undoToken };
    /** @param {any} result @returns {Outcome} */
    const tell = ({ reverted, skipped }) => {
      for (const { id } of reverted) mark(id, false);
      const [left] = skipped ?? [];
      return { words: reverted.length > 0 ? "Taken back." : (left?.reason ?? "There was nothing to take back.") };
    };
    return act(action, tell, undo);
  };

  return { tasks, total, fault: undone ?? unread, isServed, outcome, toggle, undo };
}

/**
 * What was completed here stays where it was, so that nothing jumps under the person's finger.
 * @param {ShownTask[]} fresh @param {ShownTask[]} shown
 */
function inPlace(fresh, shown) {
  const merged = [...fresh];
  const ids = new Set(fresh.map(({ id }) => id));
  shown.forEach((task, at) => {
    if (task.isDone && !ids.has(task.id)) merged.splice(Math.min(at, merged.length), 0, task);
  });
  return merged;
}
