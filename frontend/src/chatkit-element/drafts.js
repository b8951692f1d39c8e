/** What was written and is not stored at the server yet, kept for as long as the browser's tab lives. */

import { EMPTY, isEmpty } from "./draft.js";

/** @typedef {import("./draft.js").Draft} Draft */

export class Drafts {
  #name;

  /** @param {string} url of the API: it names the person, so that nobody finds another's draft */
  constructor(url) {
    this.#name = `chatkit ${url}`;
  }

  /** @param {string | null} threadId null: the new conversation */
  written(threadId) {
    return get(this.#key(threadId));
  }

  /** @param {string | null} threadId @param {Draft} draft */
  write(threadId, draft) {
    put(this.#key(threadId), draft);
  }

  /** What left the composer and was not acknowledged. */
  get sent() {
    return get(`${this.#name} sent`);
  }

  set sent(draft) {
    put(`${this.#name} sent`, draft);
  }

  /** @param {string | null} threadId */
  #key(threadId) {
    return `${this.#name} ${threadId ?? "new"}`;
  }
}

/** @param {string} key @returns {Draft} */
function get(key) {
  const kept = sessionStorage.getItem(key);
  if (!kept) return EMPTY;
  return kept.startsWith('{"text":') ? JSON.parse(kept) : { text: kept }; // an older page kept the words alone
}

/** @param {string} key @param {Draft} draft */
function put(key, draft) {
  const { text, ...rest } = draft;
  if (isEmpty(draft)) sessionStorage.removeItem(key);
  else sessionStorage.setItem(key, JSON.stringify({ text, ...rest }));
}
