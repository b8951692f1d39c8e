/** Where the person writes: grows with the text, sends on Enter, and never empties on an error. */

import { Choice } from "./choice.js";
import { h, iconButton } from "./dom.js";
import { Field } from "./field.js";
import { Suggesting } from "./suggesting.js";

const COMPOSING = 229; // the key code of a key that an input method still works on; Safari says it in no other way

/** @typedef {import("./draft.js").Draft} Draft */

/**
 * @typedef {object} ComposerHandlers
 * @property {(draft: Draft) => void} onSend
 * @property {() => void} onStop
 * @property {() => void} onInput
 * @property {(toolId: string | null) => void} onTool
 * @property {() => void} onTooEarly Enter was pressed while an answer is written
 * @property {(words: string) => void} onSay to screen readers
 * @property {(error: unknown) => void} onError
 */

export class Composer {
  #field = new Field(() => this.#changed());
  #send = iconButton("send", "Send", { type: "submit", class: "icon main" });
  #at = iconButton("at", "Name something", { hidden: true, onclick: () => this.#field.insert("@") });
  #stop;
  #suggesting;
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
    this.#suggesting = new Suggesting({
      field: this.#field,
      ownCommands: () => this.tool.commands,
      say: handlers.onSay,
      onError: handlers.onError,
    });
    this.#field.input.addEventListener("keydown", (event) => this.#key(event));
    this.#at.addEventListener("mousedown", (event) => event.preventDefault()); // the caret stays where it is
    /** @param {Event} event */
    const onsubmit = (event) => {
      event.preventDefault();
      this.submit();
    };
    const extras = h("div", { class: "extras" }, this.#at, this.tool.element, this.model.element);
    const parts = [this.#suggesting.element, this.#field.element, extras, this.#send, this.#stop];
    this.element = h("form", { class: "composer", onsubmit }, ...parts);
  }

  /** @param {Record<string, any>} options of the element */
  configure({ composer = {}, entities = {}, commands = {} }) {
    const { placeholder = "Write a message", tools = [], models = [] } = composer;
    this.#placeholder = placeholder;
    this.tool.offer(tools);
    this.model.offer(models);
    this.#suggesting.configure({ entities, commands });
    this.#at.hidden = !(entities.onTagSearch && entities.showComposerMenu);
    this.#showPlaceholder();
  }

  get draft() {
    return this.#field.draft;
  }

  set draft(draft) {
    this.#field.draft = draft;
    this.#suggesting.close();
  }

  /** @param {{ isRunning: boolean, canStop: boolean }} state */
  show({ isRunning, canStop }) {
    this.#isRunning = isRunning;
    const hadFocus = isFocused(this.#send) || isFocused(this.#stop);
    this.#send.hidden = isRunning && canStop;
    this.#send.toggleAttribute("disabled", isRunning);
    this.#stop.hidden = !(isRunning && canStop);
    if (hadFocus && !isFocused(this.#send) && !isFocused(this.#stop))
      (isRunning && canStop ? this.#stop : this.#field.input).focus();
  }

  focus() {
    this.#field.input.focus();
  }

  /** The tool is for one message, unless it says otherwise. */
  sent() {
    if (this.tool.chosen && !this.tool.chosen.persistent) this.tool.choose(null);
  }

  #changed() {
    this.#handlers.onInput();
    this.#suggesting.look();
  }

  #showPlaceholder() {
    this.#field.input.placeholder = this.tool.chosen?.placeholderOverride ?? this.#placeholder;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing || event.keyCode === COMPOSING) return;
    const isTaken = this.#suggesting.key(event);
    if (!isTaken) this.#field.key(event);
    if (!isTaken && (event.key !== "Enter" || event.shiftKey)) return;
    event.preventDefault();
    if (!isTaken) this.submit();
  }

  submit() {
    const draft = { ...this.draft, text: this.draft.text.trim() };
    if (!draft.text) return;
    if (this.#isRunning) this.#handlers.onTooEarly();
    else this.#handlers.onSend(draft);
  }
}

/** @param {HTMLElement} element */
function isFocused(element) {
  return /** @type {ShadowRoot} */ (element.getRootNode()).activeElement === element && !element.hidden;
}
