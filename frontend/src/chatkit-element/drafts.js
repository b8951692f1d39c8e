/** What was written and is not stored at the server yet, kept for as long as the browser's tab lives. */

export class Drafts {
  #name;

  /** @param {string} url of the API: it names the person, so that nobody finds another's draft */
  constructor(url) {
    this.#name = `chatkit ${url}`;
  }

  /** @param {string | null} threadId null: the new conversation */
  written(threadId) {
    return sessionStorage.getItem(this.#key(threadId)) ?? "";
  }

  /** @param {string | null} threadId @param {string} text */
  write(threadId, text) {
    put(this.#key(threadId), text);
  }

  /** What left the composer and was not acknowledged. */
  get sent() {
    return sessionStorage.getItem(`${this.#name} sent`) ?? "";
  }

  set sent(text) {
    put(`${this.#name} sent`, text);
  }

  /** @param {string | null} threadId */
  #key(threadId) {
    return `${this.#name} ${threadId ?? "new"}`;
  }
}

/** @param {string} key @param {string} text */
function put(key, text) {
  if (text) sessionStorage.setItem(key, text);
  else sessionStorage.removeItem(key);
}
