/** Does one thing at a time: what is pressed again meanwhile waits for no answer of its own. */

import { useCallback, useRef, useState } from "react";

/**
 * @template {unknown[]} Given
 * @param {(...given: Given) => Promise<void>} act
 * @returns {[(...given: Given) => Promise<void>, boolean]} does it unless it is being done, and whether it is
 */
export function useOneAtATime(act) {
  const running = useRef(false);
  const [isRunning, setIsRunning] = useState(false);
  const run = useCallback(
    async (/** @type {Given} */ ...given) => {
      if (running.current) return;
      running.current = true;
      setIsRunning(true);
      try {
        await act(...given);
      } finally {
        running.current = false;
        setIsRunning(false);
      }
    },
    [act],
  );
  return [run, isRunning];
}
