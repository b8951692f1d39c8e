/** Tries again by itself what failed: later and later, and at once when the network or the person is back. */

import { useEffect } from "react";

const WAITS_MS = [2000, 4000, 8000, 15_000, 30_000];

/** @param {() => Promise<void>} attempt made again and again, until nobody uses this hook any more */
export function useRetry(attempt) {
  useEffect(() => {
    const ending = new AbortController();
    let tries = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const wait = () => {
      clearTimeout(timer);
      if (!ending.signal.aborted) timer = setTimeout(next, WAITS_MS[Math.min(tries, WAITS_MS.length - 1)]);
    };
    const next = async () => {
      clearTimeout(timer);
      tries += 1;
      await attempt();
      wait();
    };
    const back = () => document.visibilityState === "visible" && next();
    window.addEventListener("online", next, { signal: ending.signal });
    document.addEventListener("visibilitychange", back, { signal: ending.signal });
    wait();
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, [attempt]);
}
