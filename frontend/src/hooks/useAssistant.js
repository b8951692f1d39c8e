/** Which assistant answers here; asked before the chat is shown, so that nothing moves when the answer comes. */

import { useEffect, useState } from "react";

const PATIENCE_MS = 1500;

/** @typedef {{ offline?: boolean, model?: string | null }} Assistant */

/**
 * @param {import("../utils/apiClient.js").ApiClient} api
 * @returns {Assistant | null} null: not known yet; `{}`: it could not be learnt, and nothing is said
 */
export function useAssistant(api) {
  const [assistant, setAssistant] = useState(/** @type {Assistant | null} */ (null));
  useEffect(() => {
    let isOver = false;
    const late = setTimeout(() => setAssistant((known) => known ?? {}), PATIENCE_MS);
    api.me().then(
      (me) => !isOver && setAssistant(me.assistant ?? {}),
      () => !isOver && setAssistant((known) => known ?? {}),
    );
    return () => {
      isOver = true;
      clearTimeout(late);
    };
  }, [api]);
  return assistant;
}
