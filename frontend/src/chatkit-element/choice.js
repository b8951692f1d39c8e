/** A list to choose one thing from for the next message: a tool, or a model. */

import { h } from "./dom.js";
import { promptIcon } from "./icons.js";

/**
 * @typedef {object} Offered
 * @property {string} id
 * @property {string} label
 * @property {string} [shortLabel] what is shown of it while it is chosen
 * @property {string} [description]
 * @property {string} [icon]
 * @property {boolean} [pinned] it has a button of its own beside the list
 * @property {boolean} [disabled]
 * @property {boolean} [default]
 * @property {boolean} [persistent]
 * @property {string} [placeholderOverride]
 */

export class Choice {
  element;
  #select;
  #nothing;
  #pins = h("span", { class: "pins" });
  /** @type {Offered[]} */
  #offered = [];
  #wasChosen = false;
  #onChange;

  /** @param {string} name @param {string} nothing the entry that chooses none; "": one is always chosen @param {(id: string | null) => void} onChange */
  constructor(name, nothing, onChange) {
    this.#nothing = nothing;
    this.#onChange = onChange;
    const onchange = () => this.#changed();
    this.#select = /** @type {HTMLSelectElement} */ (h("select", { "aria-label": name, onchange }));
    this.element = h("span", { class: "choice", hidden: true }, this.#pins, this.#select);
  }

  /** What was chosen stays while it is offered, no tool too; and so does the button that has the focus. @param {Offered[]} offered */
  offer(offered) {
    if (JSON.stringify(offered) === JSON.stringify(this.#offered)) return;
    const chosen = this.id;
    this.#offered = offered;
    const none = this.#nothing ? [h("option", { value: "" }, this.#nothing)] : [];
    const entries = offered.map(({ id, disabled, pinned }) => h("option", { value: id, disabled, hidden: pinned }));
    this.#select.replaceChildren(...none, ...entries);
    this.#select.hidden = offered.every(({ pinned }) => pinned);
    this.#pins.replaceChildren(...offered.filter(({ pinned }) => pinned).map((one) => this.#pin(one)));
    this.element.hidden = offered.length === 0;
    const stays = chosen ? offered.some(({ id }) => id === chosen) : this.#wasChosen && this.#nothing !== "";
    const first = stays ? chosen : offered.find((one) => one.default)?.id;
    if (first) this.#select.value = first;
    this.#draw();
  }

  /** @returns {string | null} */
  get id() {
    return this.#select.value || null;
  }

  /** Each of what can be chosen, as a command. @returns {import("./suggestions.js").Suggestion[]} */
  get commands() {
    const usable = this.#offered.filter(({ disabled }) => !disabled);
    return usable.map(({ id, label, icon }) => ({ label, icon, choose: () => this.choose(id) }));
  }

  get chosen() {
    return this.#offered.find(({ id }) => id === this.id);
  }

  /** @param {string | null} id */
  choose(id) {
    if (this.id === id) return;
    this.#select.value = id ?? "";
    this.#changed();
  }

  #changed() {
    this.#wasChosen = true;
    this.#draw();
    this.#onChange(this.id);
  }

  /** @param {Offered} offered */
  #pin({ id, label, icon, disabled }) {
    const onclick = () => this.choose(this.id === id ? null : id);
    return h("button", { type: "button", class: "pin", value: id, disabled, onclick }, promptIcon(icon), label);
  }

  #draw() {
    for (const option of this.#select.options) {
      const offered = this.#offered.find(({ id }) => id === option.value);
      if (offered) option.textContent = wordsOf(offered, { isChosen: option.selected });
    }
    for (const pin of this.#pins.querySelectorAll("button")) {
      pin.setAttribute("aria-pressed", String(pin.value === this.id));
    }
  }
}

/** @param {Offered} offered @param {{ isChosen: boolean }} state */
function wordsOf({ label, shortLabel = label, description }, { isChosen }) {
  if (isChosen) return shortLabel;
  return description ? `${label}: ${description}` : label;
}
