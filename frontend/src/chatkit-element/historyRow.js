/** One earlier conversation in the list: its title, a new title for it, and the question before it is deleted. */

import { h, iconButton } from "./dom.js";

const LONGEST_TITLE = 120;

/**
 * @typedef {object} RowHandlers
 * @property {(threadId: string) => void} onOpen
 * @property {(title: string) => Promise<boolean>} rename
 * @property {() => Promise<void>} remove
 */

export class HistoryRow {
  element = h("li");
  #thread;
  #options;
  #handlers;

  /**
   * @param {import("./history.js").Thread} thread
   * @param {{ showRename?: boolean, showDelete?: boolean }} options
   * @param {RowHandlers} handlers
   */
  constructor(thread, options, handlers) {
    this.#thread = { ...thread };
    this.#options = options;
    this.#handlers = handlers;
    this.#show();
  }

  get id() {
    return this.#thread.id;
  }

  get title() {
    return this.#thread.title || "Untitled";
  }

  #show() {
    const { showRename = true, showDelete = true } = this.#options;
    const onclick = () => this.#handlers.onOpen(this.id);
    const open = h("button", { type: "button", class: "entry", dir: "auto", onclick }, this.title);
    const rename = showRename && iconButton("rename", `Rename ${this.title}`, { onclick: () => this.#rename() });
    const remove = showDelete && iconButton("delete", `Delete ${this.title}`, { onclick: () => this.#confirm() });
    this.element.replaceChildren(...[open, rename, remove].filter((part) => part instanceof Node));
  }

  #rename() {
    const input = /** @type {HTMLInputElement} */ (
      h("input", { "aria-label": "Title", maxlength: LONGEST_TITLE, required: true, dir: "auto" })
    );
    input.value = this.#thread.title ?? "";
    /** @param {Event} event */
    const onsubmit = async (event) => {
      event.preventDefault();
      const title = input.value.trim();
      if (!title || !(await this.#handlers.rename(title))) return;
      this.#thread.title = title;
      this.#back();
    };
    const save = h("button", { type: "submit" }, "Save");
    const keep = h("button", { type: "button", onclick: () => this.#back() }, "Cancel");
    this.element.replaceChildren(h("form", { onsubmit }, input, save, keep));
    input.select();
  }

  #confirm() {
    const question = h("span", { class: "entry" }, `Delete “${this.title}”?`);
    const onclick = () => this.#handlers.remove();
    const remove = h("button", { type: "button", class: "danger", onclick }, "Delete");
    const keep = h("button", { type: "button", onclick: () => this.#back() }, "Keep");
    this.element.replaceChildren(question, remove, keep);
    keep.focus();
  }

  #back() {
    this.#show();
    /** @type {HTMLElement} */ (this.element.querySelector("button")).focus();
  }
}
