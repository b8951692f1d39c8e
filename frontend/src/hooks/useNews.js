/** Calls back when something may have changed elsewhere: another tab said so, or this one was away for a while. */

import { useEffect, useRef } from "react";
import { hearTabs } from "../utils/tabs.js";

/** @param {(news: import("../utils/tabs.js").News | null) => void} onNews null: this tab came back */
export function useNews(onNews) {
  const latest = useRef(onNews);
  latest.current = onNews;
  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    const back = () => document.visibilityState === "visible" && latest.current(null);
    document.addEventListener("visibilitychange", back, { signal });
    window.addEventListener("online", back, { signal });
    const stopHearing = hearTabs((news) => !news.hasLeft && latest.current(news));
    return () => {
      ending.abort();
      stopHearing();
    };
  }, []);
}
