/** A list above the composer of what could be meant, chosen from while the caret stays in the text. */

import { h, reveal } from "./dom.js";
import { promptIcon } from "./icons.js";

const ID = "suggestions";
const OPTION = "suggestion-";

/**
 * @typedef {object} Suggestion
 * @property {string} label
 * @property {string} [description]
 * @property {string} [icon]
 * @property {string} [group]
 * @property {() => void} choose
 */

export class Suggestions {
  /** It may scroll, so it takes the focus as far as a checker can see; while it is open, the text has that. */
  element = h("div", { role: "listbox", id: ID, class: "suggestions", tabindex: 0, hidden: true });
  #input;
  /** @type {Suggestion[]} in the order in which they stand */
  #shown = [];
  #at = 0;

  /** @param {HTMLTextAreaElement} input that keeps the focus */
  constructor(input) {
    this.#input = input;
    this.element.addEventListener("mousedown", (event) => event.preventDefault()); // which would take the focus away
  }

  get isOpen() {
    return this.#shown.length > 0;
  }

  /** @param {string} name what a screen reader calls the list @param {Suggestion[]} suggestions */
  show(name, suggestions) {
    const groups = [...new Set(suggestions.map(({ group = "" }) => group))];
    this.#shown = groups.flatMap((name) => suggestions.filter(({ group = "" }) => group === name));
    const options = this.#shown.map(option);
    const drawn = groups.flatMap((name) => {
      const members = options.filter((_, at) => (this.#shown[at].group ?? "") === name);
      return name ? h("div", { role: "group", "aria-label": name }, heading(name), ...members) : members;
    });
    this.element.setAttribute("aria-label", name);
    this.element.replaceChildren(...drawn);
    this.element.hidden = !this.isOpen;
    if (this.isOpen) this.#input.setAttribute("aria-controls", ID);
    else for (const name of ["aria-controls", "aria-activedescendant"]) this.#input.removeAttribute(name);
    this.#move(0);
  }

  close() {
    this.show("", []);
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether it was for the list */
  key({ key, shiftKey }) {
    if (!this.isOpen) return false;
    if (key === "ArrowDown") this.#move(this.#at + 1);
    else if (key === "ArrowUp") this.#move(this.#at - 1);
    else if ((key === "Enter" && !shiftKey) || (key === "Tab" && !shiftKey)) this.#shown[this.#at].choose();
    else return false;
    return true;
  }

  /** @param {number} at round the ends */
  #move(at) {
    const options = /** @type {HTMLElement[]} */ ([...this.element.querySelectorAll("[role=option]")]);
    this.#at = options.length ? (at + options.length) % options.length : 0;
    for (const [n, one] of options.entries()) one.setAttribute("aria-selected", String(n === this.#at));
    const active = options[this.#at];
    if (!active) return;
    this.#input.setAttribute("aria-activedescendant", active.id);
    reveal(this.element, active);
  }
}

/** @param {string} group */
function heading(group) {
  return h("p", { class: "muted", "aria-hidden": "true", dir: "auto" }, group);
}

/** @param {Suggestion} suggestion @param {number} at */
function option({ label, description, icon, choose }, at) {
  const words = h("span", { class: "text", dir: "auto" }, label);
  const more = description && h("span", { class: "muted", dir: "auto" }, description);
  const props = { role: "option", id: `${OPTION}${at}`, class: "row", onclick: choose };
  return h("div", props, promptIcon(icon), words, more);
}
