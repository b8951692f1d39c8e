/** The list of earlier conversations: open, rename, delete. */

import { h, iconButton } from "./dom.js";

const PAGE = 20;

export class History {
  #list = h("ul");
  #more = h("button", { type: "button", hidden: true, onclick: () => this.#load() }, "Show more");
  #status = h("p", { role: "status", class: "muted" });
  /** @type {import("./wire.js").Wire | null} */
  #wire = null;
  #after = "";
  #opened = 0;
  #onOpen;
  #onDeleted;
  element;

  /**
   * @param {object} options
   * @param {(threadId: string) => void} options.onOpen
   * @param {(threadId: string) => void} options.onDeleted
   * @param {() => void} options.onClose
   */
  constructor({ onOpen, onDeleted, onClose }) {
    this.#onOpen = onOpen;
    this.#onDeleted = onDeleted;
    const head = h(
      "header",
      {},
      h("h2", {}, "Conversations"),
      iconButton("close", "Close", { onclick: () => this.close() }),
    );
    const label = { class: "history", "aria-label": "Conversations", onclose: onClose };
    const parts = [head, this.#list, this.#status, this.#more];
    this.element = /** @type {HTMLDialogElement} */ (h("dialog", label, ...parts));
  }

  /** @param {import("./wire.js").Wire} wire */
  async open(wire) {
    this.#wire = wire;
    this.#after = "";
    this.#opened += 1;
    this.#list.replaceChildren();
    if (!this.element.open) this.element.showModal(); // takes the focus, keeps it, and gives it back; Escape closes
    await this.#load();
  }

  close() {
    this.element.close();
  }

  async #load() {
    const opened = this.#opened;
    this.#status.textContent = "Loading…";
    this.#more.hidden = true;
    const page = await this.#ask("threads.list", {
      limit: PAGE,
      order: "desc",
      ...(this.#after && { after: this.#after }),
    });
    if (opened !== this.#opened) return; // closed and opened again meanwhile
    this.#more.hidden = page ? !page.has_more : !this.#after;
    if (!page) return;
    this.#list.append(...page.data.map((/** @type {any} */ thread) => this.#row(thread)));
    this.#after = page.after ?? "";
    this.#status.textContent = this.#list.hasChildNodes() ? "" : "There is none yet.";
  }

  /** @param {{ id: string, title?: string, created_at: string }} thread */
  #row(thread) {
    const row = h("li");
    const title = thread.title || "Untitled";
    const open = h("button", { type: "button", class: "entry", onclick: () => this.#onOpen(thread.id) }, title);
    const rename = iconButton("rename", `Rename ${title}`, { onclick: () => this.#rename(row, thread) });
    const remove = iconButton("delete", `Delete ${title}`, { onclick: () => this.#confirm(row, thread) });
    row.append(open, rename, remove);
    return row;
  }

  /** @param {HTMLElement} row @param {any} thread */
  #rename(row, thread) {
    const input = /** @type {HTMLInputElement} */ (
      h("input", { "aria-label": "Title", maxlength: 120, required: true })
    );
    input.value = thread.title ?? "";
    /** @param {Event} event */
    const onsubmit = async (event) => {
      event.preventDefault();
      const title = input.value.trim();
      if (title && (await this.#ask("threads.update", { thread_id: thread.id, title }))) back({ ...thread, title });
    };
    /** @param {any} changed */
    const back = (changed) => this.#swap(row, this.#row(changed));
    const keep = h("button", { type: "button", onclick: () => back(thread) }, "Cancel");
    row.replaceChildren(h("form", { onsubmit }, input, h("button", { type: "submit" }, "Save"), keep));
    input.select();
  }

  /** @param {HTMLElement} row @param {any} thread */
  #confirm(row, thread) {
    const drop = async () => {
      if (!(await this.#ask("threads.delete", { thread_id: thread.id }))) return;
      row.remove();
      this.#onDeleted(thread.id);
    };
    const keep = h("button", { type: "button", onclick: () => this.#swap(row, this.#row(thread)) }, "Keep");
    const question = h("span", { class: "entry" }, `Delete “${thread.title || "Untitled"}”?`);
    row.replaceChildren(question, h("button", { type: "button", class: "danger", onclick: drop }, "Delete"), keep);
    keep.focus();
  }

  /** @param {HTMLElement} row @param {HTMLElement} fresh */
  #swap(row, fresh) {
    row.replaceWith(fresh);
    /** @type {HTMLElement} */ (fresh.querySelector("button")).focus();
  }

  /**
   * @param {string} type
   * @param {object} params
   * @returns {Promise<any>} null when it failed; the reason is shown
   */
  async #ask(type, params) {
    try {
      const answer = await /** @type {import("./wire.js").Wire} */ (this.#wire).json(type, params);
      this.#status.textContent = "";
      return answer;
    } catch (error) {
      this.#status.textContent = /** @type {Error} */ (error).message;
      return null;
    }
  }
}
