/** The person's open tasks beside the chat, and what can be done with them there. */

import { useCallback, useEffect, useRef, useState } from "react";
import { tellTabs } from "../utils/tabs.js";
import { useNews } from "./useNews.js";

const SHOWN = 50;
const NOT_SERVED = 404;

/** @typedef {{ id: string, title: string, due?: string, overdue?: boolean, labels?: string[], isDone?: boolean }} ShownTask */
/** @typedef {{ words: string, undoToken?: string }} Outcome what was done, and what takes it back */

/**
 * @param {import("../utils/apiClient.js").ApiClient} api
 * @param {string} userId
 * @param {number} pulse another number: the assistant may have changed something
 */
export function useTasks(api, userId, pulse) {
  const [tasks, setTasks] = useState(/** @type {ShownTask[] | null} */ (null));
  const [total, setTotal] = useState(0);
  const [fault, setFault] = useState("");
  const [isServed, setIsServed] = useState(true);
  const [outcome, setOutcome] = useState(/** @type {Outcome | null} */ (null));
  const asked = useRef(0);

  const refresh = useCallback(async () => {
    asked.current += 1;
    const mine = asked.current;
    try {
      const found = await api.get(`tasks?limit=${SHOWN}`);
      if (mine !== asked.current) return; // a later answer is on its way
      setTasks((shown) => inPlace(found.tasks, shown ?? []));
      setTotal(found.total);
      setFault("");
    } catch (error) {
      const { status, message } = /** @type {{ status?: number, message: string }} */ (error);
      if (status === NOT_SERVED) setIsServed(false);
      else setFault(message);
    }
  }, [api]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the pulse is the reason to look again
  useEffect(() => {
    refresh();
  }, [refresh, pulse]);
  useNews((news) => {
    if (news === null || news.userId === userId) refresh();
  });

  /** @param {object} action @param {(result: any) => Outcome} tell */
  const act = async (action, tell) => {
    try {
      const result = await api.post("tasks/actions", action);
      const [failure] = result.failed ?? [];
      if (failure) throw new Error(failure.message);
      setOutcome(tell(result));
      setFault("");
      tellTabs({ userId });
      await refresh();
    } catch (error) {
      setFault(/** @type {Error} */ (error).message);
    }
  };

  /** @param {ShownTask} task */
  const toggle = async ({ id, title, isDone = false }) => {
    const action = isDone ? "reopen" : "complete";
    await act({ action, id, title }, ({ undo_token: undoToken }) => {
      setTasks((shown) => shown?.map((task) => (task.id === id ? { ...task, isDone: !isDone } : task)) ?? null);
      return { words: isDone ? `“${title}” is open again.` : `“${title}” is done.`, undoToken };
    });
  };

  const undo = async () => {
    const undoToken = outcome?.undoToken;
    await act({ action: "undo", undo_token: undoToken }, ({ reverted, skipped }) => {
      setTasks((shown) => shown?.filter(({ isDone }) => !isDone) ?? null);
      return {
        words: reverted.length > 0 ? "Taken back." : (skipped?.[0]?.reason ?? "There was nothing to take back."),
      };
    });
  };

  return { tasks, total, fault, isServed, outcome, toggle, undo, refresh };
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
