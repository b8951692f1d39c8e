/** The line above the conversation: its title, the way to others, and the buttons that the page asks for. */

import { h, iconButton } from "./dom.js";
import { headerIcon } from "./icons.js";

/**
 * @typedef {object} HeaderHandlers
 * @property {() => void} onHistory
 * @property {() => void} onNew
 */

/** @typedef {{ icon: string, onClick: () => void }} Action */

export class Header {
  element;
  #title = h("h2", { dir: "auto" });
  #fixedTitle = "";
  #history;
  #left = new Slot();
  #right = new Slot();

  /** @param {HeaderHandlers} handlers */
  constructor({ onHistory, onNew }) {
    this.#history = iconButton("history", "Conversations", { onclick: onHistory });
    const begin = iconButton("new", "New conversation", { onclick: onNew });
    this.element = h("header", {}, this.#left.element, this.#history, this.#title, begin, this.#right.element);
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
    this.#left.action = header.leftAction;
    this.#right.action = header.rightAction;
  }
}

/** A button of the page's: it stays, and the focus with it, while its picture does. */
class Slot {
  element = h("span", { class: "slot" });
  /** @type {Action | undefined} */
  #action;

  /** The option names a picture and no words: the picture's name is what a screen reader says. @param {Action | undefined} action */
  set action(action) {
    const isSame = action?.icon === this.#action?.icon;
    this.#action = action;
    if (isSame) return;
    this.element.replaceChildren();
    if (!action) return;
    const onclick = () => this.#action?.onClick();
    this.element.append(iconButton(headerIcon(action.icon), action.icon.replaceAll("-", " "), { onclick }));
  }
}
