/** What the browser remembers for a person between visits: the conversation that was open last. */

import { forBrowser, forTab } from "./storage.js";

/** @param {string} userId */
const key = (userId) => `remit.thread.${userId}`;

/**
 * The one that this tab showed; in a new tab the one that any showed last.
 * @param {string} userId
 * @returns {string | null}
 */
export function recallThread(userId) {
  return (forTab.read(key(userId)) ?? forBrowser.read(key(userId))) || null;
}

/**
 * @param {string} userId
 * @param {string | null} threadId
 */
export function rememberThread(userId, threadId) {
  forTab.write(key(userId), threadId ?? ""); // a new conversation is remembered too
  forBrowser.write(key(userId), threadId);
}

/** Forget what this tab shows, and what was begun and not sent: whoever signs out may leave the computer to others. */
export function forgetTab() {
  forTab.clear();
}
