/** Which of the few pages is shown; going to another keeps the history of the browser. */

import { useSyncExternalStore } from "react";

/** @param {() => void} listener */
function subscribe(listener) {
  window.addEventListener("popstate", listener);
  return () => window.removeEventListener("popstate", listener);
}

export function usePath() {
  return useSyncExternalStore(subscribe, () => window.location.pathname);
}

/** @param {string} to */
export function navigate(to) {
  window.history.pushState(null, "", to);
  window.dispatchEvent(new PopStateEvent("popstate"));
}
