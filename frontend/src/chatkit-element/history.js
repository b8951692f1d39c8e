/** The list of earlier conversations: find, open, and what a row of it can do. */

import { h, iconButton } from "./dom.js";
import { HistoryRow } from "./historyRow.js";
import { reasonOf } from "./wire.js";

const PAGE = 20;
const SEARCHED_PAGE = 100; // a search reads on until it has seen all titles
const NOT_FOUND = 404;
const LOADING = "Loading…";

/** @typedef {{ id: string, title?: string, created_at: string }} Thread */

/**
 * @typedef {object} HistoryHandlers
 * @property {(threadId: string) => void} onOpen
 * @property {(threadId: string) => void} onDeleted
 * @property {(threadId: string, title: string) => void} onRenamed
 * @property {() => void} onClose
 */

export class History {
  #list = h("ul");
  #more = h("button", { type: "button", hidden: true, onclick: () => this.#load(PAGE) }, "Show more");
  #status = h("p", { role: "status", class: "muted" });
  #search = /** @type {HTMLInputElement} */ (
    h("input", { type: "search", "aria-label": "Search conversations", placeholder: "Search", dir: "auto" })
  );
  /** @type {HistoryRow[]} */
  #rows = [];
  /** @type {import("./wire.js").Wire | null} */
  #wire = null;
  /** @type {{ showRename?: boolean, showDelete?: boolean }} */
  #options = {};
  #after = "";
  #hasMore = true;
  /** Ends what is read for a list that is closed. */
  #abort = new AbortController();
  /** The page that is on its way: what comes after it is not known yet. @type {Promise<boolean> | null} */
  #loading = null;
  #isFinding = false;
  #handlers;
  element;

  /** @param {HistoryHandlers} handlers */
  constructor(handlers) {
    this.#handlers = handlers;
    const close = iconButton("close", "Close", { onclick: () => this.close() });
    const head = h("header", {}, h("h2", {}, "Conversations"), close);
    this.#search.addEventListener("input", () => this.#find());
    const label = { class: "history", "aria-label": "Conversations", onclose: () => this.#closed() };
    const parts = [head, this.#search, this.#list, this.#status, this.#more];
    this.element = /** @type {HTMLDialogElement} */ (h("dialog", label, ...parts));
  }

  /** @param {import("./wire.js").Wire} wire @param {{ showRename?: boolean, showDelete?: boolean }} [options] */
  async open(wire, options = {}) {
    this.#wire = wire;
    this.#options = options;
    this.#forget();
    this.#after = "";
    this.#hasMore = true;
    this.#rows = [];
    this.#search.value = "";
    this.#list.replaceChildren();
    if (!this.element.open) this.element.showModal(); // takes the focus, keeps it, and gives it back; Escape closes
    await this.#load(PAGE);
  }

  close() {
    this.element.close();
  }

  #closed() {
    if (!this.element.open) this.#forget(); // it is told late: the list may be open again by then
    this.#handlers.onClose();
  }

  #forget() {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#loading = null;
    this.#isFinding = false;
  }

  /** One page after the other. @param {number} limit @returns {Promise<boolean>} whether there is a reason to go on */
  async #load(limit) {
    const loading = this.#loading ?? this.#read(limit, this.#abort.signal);
    this.#loading = loading;
    const isWell = await loading;
    if (this.#loading !== loading) return isWell;
    this.#loading = null;
    this.#filter(isWell);
    return isWell;
  }

  /** @param {number} limit @param {AbortSignal} signal @returns {Promise<boolean>} */
  async #read(limit, signal) {
    this.#status.textContent = LOADING;
    this.#more.hidden = true;
    const params = { limit, order: "desc", ...(this.#after && { after: this.#after }) };
    const page = await this.#ask("threads.list", params, { signal });
    if (signal.aborted) return false;
    if (page) {
      this.#after = page.after ?? "";
      this.#hasMore = page.has_more;
      /** @type {HistoryRow[]} */
      const rows = page.data.map((/** @type {Thread} */ thread) => this.#row(thread));
      this.#rows.push(...rows);
      this.#list.append(...rows.map(({ element }) => element));
    }
    return page !== null;
  }

  /** The server knows no search: titles are short, so all of them are read and looked through here. */
  async #find() {
    this.#filter(true);
    if (this.#isFinding) return; // the words that are looked for are read anew for each page
    this.#isFinding = true;
    const { signal } = this.#abort;
    let isWell = true;
    while (isWell && this.#search.value && this.#hasMore) isWell = await this.#load(SEARCHED_PAGE);
    if (!signal.aborted) this.#isFinding = false;
  }

  /** @param {boolean} isWell otherwise the status says what went wrong */
  #filter(isWell) {
    const words = this.#search.value.trim().toLocaleLowerCase();
    for (const row of this.#rows) row.element.hidden = !row.title.toLocaleLowerCase().includes(words);
    this.#more.hidden = !this.#hasMore || (isWell && words !== "");
    if (!isWell) return;
    const found = this.#rows.filter(({ element }) => !element.hidden).length;
    const none = words ? "No title has these words." : "There is none yet.";
    const said = found > 0 ? "" : none;
    this.#status.textContent = this.#loading ? LOADING : said;
  }

  /** @param {Thread} thread */
  #row(thread) {
    return new HistoryRow(thread, this.#options, {
      onOpen: this.#handlers.onOpen,
      rename: async (title) => {
        const isDone = Boolean(await this.#ask("threads.update", { thread_id: thread.id, title }));
        if (isDone) this.#handlers.onRenamed(thread.id, title);
        return isDone;
      },
      remove: async () => {
        if (!(await this.#ask("threads.delete", { thread_id: thread.id }, { isDoneWhenGone: true }))) return;
        const gone = this.#rows.find(({ id }) => id === thread.id);
        gone?.element.remove();
        this.#rows = this.#rows.filter((row) => row !== gone);
        this.#filter(true);
        this.#search.focus();
        this.#handlers.onDeleted(thread.id);
      },
    });
  }

  /**
   * @param {string} type
   * @param {object} params
   * @param {{ signal?: AbortSignal, isDoneWhenGone?: boolean }} [options]
   * @returns {Promise<any>} null when it failed; the reason is shown
   */
  async #ask(type, params, { signal, isDoneWhenGone = false } = {}) {
    try {
      const answer = await /** @type {import("./wire.js").Wire} */ (this.#wire).json(type, params, signal);
      if (!signal?.aborted) this.#status.textContent = "";
      return answer;
    } catch (error) {
      const { status } = /** @type {import("./wire.js").WireError} */ (error);
      if (isDoneWhenGone && status === NOT_FOUND) return {}; // the answer to an earlier try got lost, or another tab was first
      if (!signal?.aborted) this.#status.textContent = reasonOf(error);
      return null;
    }
  }
}
