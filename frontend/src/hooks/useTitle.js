/** Names the page in the browser's tab. */

import { useEffect } from "react";

/** @param {string} title */
export function useTitle(title) {
  useEffect(() => {
    document.title = title === "Remit" ? title : `${title} · Remit`;
  }, [title]);
}
