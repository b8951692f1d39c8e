/** The person's open tasks beside the chat, and what can be done with them there. */

import { useCallback, useEffect, useState } from "react";
import { RefusedError } from "../utils/apiClient.js";
import { Presses } from "../utils/presses.js";
import { inPlace, marked } from "../utils/shownTasks.js";
import { tellTabs } from "../utils/tabs.js";
import { useNews } from "./useNews.js";

const SHOWN = 50;
const NOT_SERVED = 404;

/** @typedef {import("../utils/shownTasks.js").ShownTask} ShownTask */
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
  const [presses] = useState(() => new Presses());

  const refresh = useCallback(async () => {
    if (presses.isBusy) return; // the last press looks again
    const holds = presses.read();
    try {
      const found = await api.get(`tasks?limit=${SHOWN}`);
      if (!holds()) return;
      setTasks((shown) => inPlace(found.tasks, shown ?? []));
      setTotal(found.total);
      setUnread(null);
    } catch (error) {
      if (!holds()) return;
      const { status, message } = /** @type {{ status?: number, message: string }} */ (error);
      if (status === NOT_SERVED) setIsServed(false);
      else setUnread({ words: message, again: refresh });
    }
  }, [api, presses]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the pulse is the reason to look again
  useEffect(() => {
    refresh();
  }, [refresh, pulse]);
  useNews((news) => {
    if (news === null || news.userId === userId) refresh();
  });

  /** @param {string} id @param {Pick<ShownTask, "isDone" | "key">} state */
  const mark = (id, state) => setTasks((shown) => marked(shown, id, state));

  /**
   * @param {object} action @param {string} key under which it is done once, however often it is sent
   * @param {(result: any) => Outcome} tell
   * @param {(keptKey?: string) => () => void} failed told the key when it may have been done all the same; what does it again
   */
  const press = async (action, key, tell, failed) => {
    setUndone(null); // now, not at its turn: what fails until then was not seen yet
    await presses.do(async () => {
      try {
        const result = await api.post("tasks/actions", action, key);
        const [failure] = result.failed ?? [];
        if (failure) throw new Error(failure.message);
        setOutcome(tell(result));
        tellTabs({ userId });
      } catch (error) {
        const isInDoubt = error instanceof RefusedError && error.isInDoubt;
        setUndone({ words: /** @type {Error} */ (error).message, again: failed(isInDoubt ? key : undefined) });
      }
    });
    await refresh();
  };

  /** Ticked at once; should it not work, the tick goes again. @param {ShownTask} task */
  const toggle = async (task) => {
    const { id, title, isDone = false, key = crypto.randomUUID() } = task;
    mark(id, { isDone: !isDone });
    const words = isDone ? `“${title}” is open again.` : `“${title}” is done.`;
    const action = { action: isDone ? "reopen" : "complete", id, title };
    /** @param {any} result @returns {Outcome} */
    const tell = ({ undo_token: undoToken }) => ({ words, undoToken });
    await press(action, key, tell, (keptKey) => {
      mark(id, { isDone, key: keptKey });
      return () => toggle({ ...task, key: keptKey });
    });
  };

  const undo = async () => {
    const undoToken = outcome?.undoToken;
    /** @param {any} result @returns {Outcome} */
    const tell = ({ reverted, skipped }) => {
      for (const { id } of reverted) mark(id, { isDone: false });
      const [left] = skipped ?? [];
      return { words: reverted.length > 0 ? "Taken back." : (left?.reason ?? "There was nothing to take back.") };
    };
    // One change is taken back once: the key is the change's.
    await press({ action: "undo", undo_token: undoToken }, `undo:${undoToken}`, tell, () => undo);
  };

  return { tasks, total, fault: undone ?? unread, isServed, outcome, toggle, undo };
}
