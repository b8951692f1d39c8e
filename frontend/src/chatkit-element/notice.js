/** A line of the element's own: what happened, and a button that mends it, at once or after the wait that was asked for. */

import { h } from "./dom.js";

const SECOND_MS = 1000;

/** @typedef {{ label: string, run: () => void, seconds?: number }} Way what the person can do about it */

export class Notice {
  element;
  /** @type {HTMLElement | undefined} */
  #button;

  /** @param {import("./conversation.js").Item} item */
  constructor({ type, title, text, way }) {
    const role = type === "error" ? "alert" : "status";
    const words = h("p", { role, dir: "auto" }, title && `${title}. `, text);
    this.#button = way && h("button", { type: "button", onclick: () => way.run() }, way.label);
    this.element = h("div", { class: type }, words, this.#button);
    if (way?.seconds) this.#countDown(way, Date.now() + way.seconds * SECOND_MS);
  }

  /** @param {Way} way @param {number} end */
  #countDown(way, end) {
    const left = Math.ceil((end - Date.now()) / SECOND_MS);
    const button = /** @type {HTMLElement} */ (this.#button);
    button.textContent = left > 0 ? `${way.label} in ${left} s` : way.label;
    button.toggleAttribute("disabled", left > 0);
    if (left > 0) setTimeout(() => this.element.isConnected && this.#countDown(way, end), SECOND_MS);
  }
}
