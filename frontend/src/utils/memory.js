/** What the browser remembers for a person between visits: the conversation that was open last. */

/** @param {string} userId */
const key = (userId) => `remit.thread.${userId}`;

/**
 * @param {string} userId
 * @returns {string | null}
 */
export function recallThread(userId) {
  return localStorage.getItem(key(userId));
}

/**
 * @param {string} userId
 * @param {string | null} threadId
 */
export function rememberThread(userId, threadId) {
  if (threadId) localStorage.setItem(key(userId), threadId);
  else localStorage.removeItem(key(userId));
}

/** Forget what was begun and not sent: whoever signs out may leave the computer to others. */
export function forgetDrafts() {
  sessionStorage.clear();
}
