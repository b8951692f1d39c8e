/** Where the person writes: grows with the text, sends on Enter, and never empties on an error. */

import { h, iconButton } from "./dom.js";

const MAX_HEIGHT_PX = 200;

export class Composer {
  #input = /** @type {HTMLTextAreaElement} */ (h("textarea", { rows: 1, "aria-label": "Message" }));
  #send = iconButton("send", "Send", { type: "submit", class: "icon main" });
  #stop;
  #onSend;
  #isRunning = false;
  element;

  /**
   * @param {object} options
   * @param {(text: string) => void} options.onSend
   * @param {() => void} options.onStop
   * @param {(text: string) => void} options.onInput
   */
  constructor({ onSend, onStop, onInput }) {
    this.#onSend = onSend;
    this.#stop = iconButton("stop", "Stop", { class: "icon main", hidden: true, onclick: onStop });
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#input.addEventListener("input", () => {
      this.#fit();
      onInput(this.text);
    });
    /** @param {Event} event */
    const onsubmit = (event) => {
      event.preventDefault();
      this.#submit();
    };
    this.element = h("form", { class: "composer", onsubmit }, this.#input, this.#send, this.#stop);
  }

  get text() {
    return this.#input.value;
  }

  set text(text) {
    this.#input.value = text;
    this.#fit();
  }

  /** @param {string} text */
  set placeholder(text) {
    this.#input.placeholder = text;
  }

  /** @param {{ isRunning: boolean, canStop: boolean }} state */
  show({ isRunning, canStop }) {
    this.#isRunning = isRunning;
    this.#send.hidden = isRunning && canStop;
    this.#send.toggleAttribute("disabled", isRunning);
    this.#stop.hidden = !(isRunning && canStop);
  }

  focus() {
    this.#input.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const text = this.text.trim();
    if (text && !this.#isRunning) this.#onSend(text);
  }

  #fit() {
    this.#input.style.height = "auto";
    this.#input.style.height = `${Math.min(this.#input.scrollHeight, MAX_HEIGHT_PX)}px`;
  }
}
