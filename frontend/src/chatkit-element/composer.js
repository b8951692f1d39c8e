/** Where the person writes: grows with the text, sends on Enter, and never empties on an error. */

import { Choice } from "./choice.js";
import { h, iconButton } from "./dom.js";

const MAX_HEIGHT_PX = 200;
const COMPOSING = 229; // the key code of a key that an input method still works on; Safari says it in no other way

/**
 * @typedef {object} ComposerHandlers
 * @property {(text: string) => void} onSend
 * @property {() => void} onStop
 * @property {() => void} onInput
 * @property {(toolId: string | null) => void} onTool
 * @property {() => void} onTooEarly Enter was pressed while an answer is written
 */

export class Composer {
  #input = /** @type {HTMLTextAreaElement} */ (h("textarea", { rows: 1, "aria-label": "Message", dir: "auto" }));
  #send = iconButton("send", "Send", { type: "submit", class: "icon main" });
  #stop;
  #handlers;
  #isRunning = false;
  #placeholder = "";
  tool;
  model;
  element;

  /** @param {ComposerHandlers} handlers */
  constructor(handlers) {
    this.#handlers = handlers;
    this.#stop = iconButton("stop", "Stop", { class: "icon main", hidden: true, onclick: handlers.onStop });
    this.tool = new Choice("Tool", "No tool", (id) => {
      this.#showPlaceholder();
      handlers.onTool(id);
    });
    this.model = new Choice("Model", "", () => undefined);
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#input.addEventListener("input", () => {
      this.#fit();
      handlers.onInput();
    });
    /** @param {Event} event */
    const onsubmit = (event) => {
      event.preventDefault();
      this.#submit();
    };
    const choices = h("div", { class: "choices" }, this.tool.element, this.model.element);
    this.element = h("form", { class: "composer", onsubmit }, this.#input, choices, this.#send, this.#stop);
  }

  /** @param {Record<string, any>} options */
  configure({ placeholder = "Write a message", tools = [], models = [] }) {
    this.#placeholder = placeholder;
    this.tool.offer(tools);
    this.model.offer(models);
    this.#showPlaceholder();
  }

  get text() {
    return this.#input.value;
  }

  set text(text) {
    this.#input.value = text;
    this.#fit();
  }

  /** @param {{ isRunning: boolean, canStop: boolean }} state */
  show({ isRunning, canStop }) {
    this.#isRunning = isRunning;
    const hadFocus = isFocused(this.#send) || isFocused(this.#stop);
    this.#send.hidden = isRunning && canStop;
    this.#send.toggleAttribute("disabled", isRunning);
    this.#stop.hidden = !(isRunning && canStop);
    if (hadFocus && !isFocused(this.#send) && !isFocused(this.#stop))
      (isRunning && canStop ? this.#stop : this.#input).focus();
  }

  focus() {
    this.#input.focus();
  }

  /** The tool is for one message, unless it says otherwise. */
  sent() {
    if (this.tool.chosen && !this.tool.chosen.persistent) this.tool.choose(null);
  }

  #showPlaceholder() {
    this.#input.placeholder = this.tool.chosen?.placeholderOverride ?? this.#placeholder;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === COMPOSING) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const text = this.text.trim();
    if (!text) return;
    if (this.#isRunning) this.#handlers.onTooEarly();
    else this.#handlers.onSend(text);
  }

  #fit() {
    this.#input.style.height = "auto";
    this.#input.style.height = `${Math.min(this.#input.scrollHeight, MAX_HEIGHT_PX)}px`;
  }
}

/** @param {HTMLElement} element */
function isFocused(element) {
  return /** @type {ShadowRoot} */ (element.getRootNode()).activeElement === element && !element.hidden;
}
