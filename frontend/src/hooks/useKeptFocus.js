/** The focus never falls out of the page: when what held it goes, the nearest heading that is left takes it. */

import { useEffect } from "react";

export function useKeptFocus() {
  useEffect(() => {
    /** @type {Element[]} what holds the focus and all that it stands in, from the inside out */
    let place = [];
    const ending = new AbortController();
    const { signal } = ending;
    document.addEventListener(
      "focusin",
      ({ target }) => {
        place = placeOf(/** @type {Element} */ (target));
      },
      { signal },
    );
    document.addEventListener(
      "focusout",
      ({ target }) => {
        // A click beside it takes the focus away while it stays: then nobody waits for the focus.
        queueMicrotask(() => {
          if (isLost() && /** @type {Element} */ (target).isConnected) place = [];
        });
      },
      { signal },
    );
    const watching = new MutationObserver(() => {
      if (place.length === 0 || place[0].isConnected || !isLost()) return;
      const heading = place
        .filter((part) => part.isConnected)
        .map(headingIn)
        .find(Boolean);
      heading?.setAttribute("tabindex", "-1");
      heading?.focus();
    });
    watching.observe(document.body, { childList: true, subtree: true });
    return () => {
      ending.abort();
      watching.disconnect();
    };
  }, []);
}

function isLost() {
  return document.activeElement === null || document.activeElement === document.body;
}

/** @param {Element} holder */
function placeOf(holder) {
  const parts = [];
  for (let part = /** @type {Element | null} */ (holder); part; part = part.parentElement) parts.push(part);
  return parts;
}

/** @param {Element} part @returns {HTMLElement | null} */
function headingIn(part) {
  return part.querySelector("h1, h2");
}
