/** What was written and is not stored at the server yet, kept for as long as the browser's tab lives. */

import { EMPTY, isEmpty } from "./draft.js";

/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {Draft & { after?: string | null }} Sent and the message before it; null: there was none, undefined: not known */

/** What the browser would not keep, because it has no room or may keep nothing for this page. @type {Map<string, Draft>} */
const notKept = new Map();

export class Drafts {
  #name;

  /** @param {string} url of the API: it names the person, so that nobody finds another's draft */
  constructor(url) {
    this.#name = `chatkit ${url}`;
  }

  /** @param {string | null} threadId null: the new conversation */
  written(threadId) {
    return get(this.#written(threadId));
  }

  /** @param {string | null} threadId @param {Draft} draft */
  write(threadId, draft) {
    put(this.#written(threadId), draft);
  }

  /** What left the composer and was not acknowledged. @param {string | null} threadId @returns {Sent} */
  sent(threadId) {
    return get(this.#sent(threadId));
  }

  /** @param {string | null} threadId @param {Sent} sent */
  send(threadId, sent) {
    put(this.#sent(threadId), sent);
  }

  /** @param {string | null} threadId */
  #written(threadId) {
    return `${this.#name} ${threadId ?? "new"}`;
  }

  /** @param {string | null} threadId */
  #sent(threadId) {
    return threadId ? `${this.#name} sent ${threadId}` : `${this.#name} sent`;
  }
}

/** @param {string} key @returns {Draft} */
function get(key) {
  const kept = notKept.get(key) ?? stored(key);
  if (typeof kept !== "string") return kept ?? EMPTY;
  return kept.startsWith('{"text":') ? JSON.parse(kept) : { text: kept }; // an older page kept the words alone
}

/** @param {string} key */
function stored(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null; // a page that may keep nothing has nothing there
  }
}

/** @param {string} key @param {Draft} draft */
function put(key, draft) {
  const { text, ...rest } = draft;
  notKept.delete(key);
  try {
    if (isEmpty(draft)) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify({ text, ...rest }));
  } catch {
    if (!isEmpty(draft)) notKept.set(key, draft);
  }
}
