/** Whether a media query holds, as it changes. */

import { useCallback, useSyncExternalStore } from "react";

/** @param {string} query */
export function useMediaQuery(query) {
  const subscribe = useCallback(
    (/** @type {() => void} */ listener) => {
      const list = window.matchMedia(query);
      list.addEventListener("change", listener);
      return () => list.removeEventListener("change", listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}
