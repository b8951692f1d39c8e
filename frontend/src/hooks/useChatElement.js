/** Has the chat element loaded before the chat is mounted. */

import { useEffect, useState } from "react";
import { loadChatElement } from "../utils/chatElement.js";

/**
 * @param {string} domainKey
 * @returns {"loading" | "ready" | "failed"}
 */
export function useChatElement(domainKey) {
  const [state, setState] = useState(/** @type {"loading" | "ready" | "failed"} */ ("loading"));
  useEffect(() => {
    loadChatElement(domainKey).then(
      () => setState("ready"),
      () => setState("failed"),
    );
  }, [domainKey]);
  return state;
}
