/** What the browser keeps for this page. Where it keeps nothing, because site data is blocked or full, the page forgets. */

/** For every tab, until it is taken out. */
export const forBrowser = keptIn(() => localStorage);

/** For this tab alone, as long as it lives. */
export const forTab = keptIn(() => sessionStorage);

/** @param {() => Storage} open which the browser may refuse as well */
function keptIn(open) {
  return {
    /** @param {string} key @returns {string | null} */
    read: (key) => unlessRefused(() => open().getItem(key)) ?? null,

    /** @param {string} key @param {string | null} value null: take it out */
    write: (key, value) => unlessRefused(() => (value === null ? open().removeItem(key) : open().setItem(key, value))),

    clear: () => unlessRefused(() => open().clear()),
  };
}

/** @template T @param {() => T} attempt */
function unlessRefused(attempt) {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof DOMException) return undefined; // SecurityError, QuotaExceededError
    throw error;
  }
}
