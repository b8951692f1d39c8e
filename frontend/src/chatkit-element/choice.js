/** A list to choose one thing from for the next message: a tool, or a model. */

import { h } from "./dom.js";

/** @typedef {{ id: string, label: string, icon?: string, disabled?: boolean, default?: boolean, persistent?: boolean, placeholderOverride?: string }} Offered */

export class Choice {
  element;
  #select;
  #nothing;
  /** @type {Offered[]} */
  #offered = [];
  #onChange;

  /** @param {string} name @param {string} nothing the entry that chooses none; "": one is always chosen @param {(id: string | null) => void} onChange */
  constructor(name, nothing, onChange) {
    this.#nothing = nothing;
    this.#onChange = onChange;
    const onchange = () => onChange(this.id);
    this.#select = /** @type {HTMLSelectElement} */ (h("select", { "aria-label": name, onchange }));
    this.element = h("span", { class: "choice", hidden: true }, this.#select);
  }

  /** @param {Offered[]} offered */
  offer(offered) {
    const chosen = this.id;
    this.#offered = offered;
    const none = this.#nothing ? [h("option", { value: "" }, this.#nothing)] : [];
    const entries = offered.map(({ id, label, disabled }) => h("option", { value: id, disabled }, label));
    this.#select.replaceChildren(...none, ...entries);
    this.element.hidden = offered.length === 0;
    const first = offered.find(({ id }) => id === chosen) ?? offered.find((one) => one.default);
    if (first) this.#select.value = first.id;
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
    this.#onChange(this.id);
  }
}
