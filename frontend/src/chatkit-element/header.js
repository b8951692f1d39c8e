/** The line above the conversation: its title, the way to others, and the buttons that the page asks for. */

import { h, iconButton } from "./dom.js";
import { headerIcon } from "./icons.js";

/**
 * @typedef {object} HeaderHandlers
 * @property {() => void} onHistory
 * @property {() => void} onNew
 */

export class Header {
  element;
  #title = h("h2", { dir: "auto" });
  #fixedTitle = "";
  #history;
  #left = h("span", { class: "slot" });
  #right = h("span", { class: "slot" });

  /** @param {HeaderHandlers} handlers */
  constructor({ onHistory, onNew }) {
    this.#history = iconButton("history", "Conversations", { onclick: onHistory });
    const begin = iconButton("new", "New conversation", { onclick: onNew });
    this.element = h("header", {}, this.#left, this.#history, this.#title, begin, this.#right);
  }

  /** @param {string} title of the conversation */
  set title(title) {
    this.#title.textContent = this.#fixedTitle || title;
  }

  /** @param {Record<string, any>} options */
  configure({ header = {}, history = {} }) {
    this.element.hidden = header.enabled === false;
    this.#history.hidden = history.enabled === false;
    this.#title.classList.toggle("unseen", header.title?.enabled === false);
    this.#fixedTitle = header.title?.text ?? "";
    this.#left.replaceChildren(...custom(header.leftAction));
    this.#right.replaceChildren(...custom(header.rightAction));
  }
}

/** The option names a picture and no words: the picture's name is what a screen reader says. @param {any} action */
function custom(action) {
  if (!action) return [];
  const label = action.icon.replaceAll("-", " ");
  return [iconButton(headerIcon(action.icon), label, { onclick: () => action.onClick() })];
}
