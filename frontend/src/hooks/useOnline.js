/** Whether the browser has a network. */

import { useSyncExternalStore } from "react";

/** @param {() => void} listener */
function subscribe(listener) {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}

export function useOnline() {
  return useSyncExternalStore(subscribe, () => navigator.onLine);
}
