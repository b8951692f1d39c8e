/** What stands above the text that is being written: what it answers, its files, and what is wrong. */

import { Attachments } from "./attachments.js";
import { h, iconButton } from "./dom.js";

/**
 * @typedef {object} ShelfHandlers
 * @property {() => import("./wire.js").Wire} wire
 * @property {(words: string) => void} onSay to screen readers
 * @property {(error: unknown) => void} onError
 * @property {() => void} onInput what would be sent is another by now
 * @property {() => void} onEmpty what had the focus is gone
 */

export class Shelf {
  #words = h("blockquote", { dir: "auto" });
  #quote;
  #complaint = h("p", { role: "alert", class: "complaint", dir: "auto", hidden: true });
  files;
  element;

  /** @param {ShelfHandlers} handlers */
  constructor(handlers) {
    const onclick = () => {
      this.quote = "";
      handlers.onInput();
      handlers.onEmpty();
    };
    const remove = iconButton("close", "Remove the quote", { onclick });
    this.#quote = h("div", { class: "quote", role: "group", "aria-label": "In answer to", hidden: true });
    this.#quote.append(this.#words, remove);
    this.files = new Attachments({ ...handlers, onComplain: (words) => this.complain(words) });
    this.element = h("div", { class: "shelf" }, this.#quote, this.files.element, this.#complaint);
  }

  get quote() {
    return this.#words.textContent ?? "";
  }

  set quote(quote) {
    this.#words.textContent = quote;
    this.#quote.hidden = !quote;
  }

  /** Said until something changes. @param {string} words */
  complain(words) {
    this.#complaint.textContent = words;
    this.#complaint.hidden = !words;
  }

  /** What it says is no longer so. @param {string} words */
  withdraw(words) {
    if (this.#complaint.textContent === words) this.complain("");
  }
}
