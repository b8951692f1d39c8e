/** Leads the focus to what takes the place of what was pressed. */

import { useLayoutEffect, useRef } from "react";

/**
 * @param {unknown} state another one: what was pressed is gone
 * @returns {import("react").RefObject<any>} for the element that comes in its place
 */
export function useSuccessor(state) {
  const successor = useRef(/** @type {HTMLElement | null} */ (null));
  const before = useRef(state);
  useLayoutEffect(() => {
    if (before.current === state) return;
    before.current = state;
    successor.current?.focus();
  }, [state]);
  return successor;
}
