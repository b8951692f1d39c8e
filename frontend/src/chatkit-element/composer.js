/** Where the person writes: grows with the text, sends on Enter, and never empties on an error. */

import { Choice } from "./choice.js";
import { Dictation } from "./dictation.js";
import { h, iconButton } from "./dom.js";
import { isEmpty } from "./draft.js";
import { NOT_DONE } from "./failure.js";
import { Field } from "./field.js";
import { Filing } from "./filing.js";
import { Shelf } from "./shelf.js";
import { Suggesting } from "./suggesting.js";

const WAIT = "An answer is being written. Stop it, or wait for its end.";
const COMPOSING = 229; // the key code of a key that an input method still works on; Safari says it in no other way

/** @typedef {import("./draft.js").Draft} Draft */

/**
 * @typedef {object} ComposerHandlers
 * @property {(draft: Draft) => void} onSend
 * @property {() => void} onStop
 * @property {() => void} onInput
 * @property {(toolId: string | null) => void} onTool
 * @property {(words: string) => void} onSay to screen readers
 * @property {() => import("./wire.js").Wire} wire
 * @property {HTMLElement} host the whole element
 * @property {(error: unknown) => void} onError
 */

export class Composer {
  #field = new Field(() => this.#changed());
  #send = iconButton("send", "Send", { type: "submit", class: "icon main" });
  #at = iconButton("at", "Name something", { hidden: true, onclick: () => this.#putApart("@") });
  #stop;
  #shelf;
  #filing;
  #dictation;
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
    const { wire, onSay, onError, onInput } = handlers;
    this.#shelf = new Shelf({ wire, onSay, onError, onInput, onEmpty: () => this.focus() });
    this.#filing = new Filing(handlers.host, this.#field.input, (files) => this.addFiles(files));
    this.#dictation = new Dictation({
      wire,
      onError,
      onText: (words) => this.#putApart(words),
      onComplain: (words) => this.#shelf.complain(words),
      onEnd: () => this.focus(),
    });
    this.#suggesting = new Suggesting({
      field: this.#field,
      ownCommands: () => this.#commands,
      say: onSay,
      onError: (error) => {
        this.#shelf.complain(NOT_DONE);
        onError(error);
      },
    });
    this.#field.input.addEventListener("keydown", (event) => this.#key(event));
    this.#at.addEventListener("mousedown", (event) => event.preventDefault()); // the caret stays where it is
    this.element = this.#form();
  }

  #form() {
    /** @param {Event} event */
    const onsubmit = (event) => {
      event.preventDefault();
      this.submit();
    };
    const choices = [this.tool.element, this.model.element];
    const extras = [...this.#filing.nodes, this.#dictation.button, this.#at, ...choices];
    return h(
      "form",
      { class: "composer", onsubmit },
      this.#shelf.element,
      this.#dictation.element,
      this.#field.element,
      this.#suggesting.element,
      h("div", { class: "extras" }, ...extras),
      this.#send,
      this.#stop,
    );
  }

  /** @param {Record<string, any>} options of the element */
  configure({ composer = {}, entities = {}, commands = {} }) {
    const { placeholder = "Write a message", tools = [], models = [] } = composer;
    this.#placeholder = placeholder;
    this.tool.offer(tools);
    this.model.offer(models);
    this.#suggesting.configure({ entities, commands });
    this.#filing.configure(composer.attachments ?? {});
    this.#dictation.button.hidden = !composer.dictation?.enabled;
    this.#at.hidden = !(entities.onTagSearch && entities.showComposerMenu);
    this.#showPlaceholder();
  }

  /** @returns {Draft} */
  get draft() {
    const { quote, files } = this.#shelf;
    return { ...this.#field.draft, quote, attachments: files.uploaded };
  }

  /** Files that are still on their way stay. */
  set draft({ quote = "", attachments = [], ...written }) {
    this.#field.draft = written;
    this.#shelf.quote = quote;
    this.#shelf.files.uploaded = attachments;
    this.#shelf.complain("");
    this.#suggesting.close();
  }

  /** @param {Iterable<File>} files */
  addFiles(files) {
    this.#shelf.files.add(files, this.#filing.options);
  }

  /** Another conversation is shown. */
  abandon() {
    this.#dictation.cancel();
    this.#shelf.files.abandon();
    this.#suggesting.abandon();
  }

  /** @param {{ isRunning: boolean, canStop: boolean }} state */
  show({ isRunning, canStop }) {
    if (this.#isRunning && !isRunning) this.#shelf.withdraw(WAIT);
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

  /** The tool that went with a message was for that one alone, unless it says otherwise. @param {string | null} toolId */
  sent(toolId) {
    const { chosen } = this.tool;
    if (chosen && chosen.id === toolId && !chosen.persistent) this.tool.choose(null);
  }

  /** What this composer can do, for the list of commands. @returns {import("./suggestions.js").Suggestion[]} */
  get #commands() {
    const files = { label: "Add files", icon: "paperclip", choose: () => this.#filing.open() };
    const speech = { label: "Dictate", icon: "mic", choose: () => this.#dictation.start() };
    return [
      ...(this.#filing.options.enabled ? [files] : []),
      ...(this.#dictation.button.hidden ? [] : [speech]),
      ...this.tool.commands,
    ];
  }

  /** Where the caret is, apart from the word before it. @param {string} words */
  #putApart(words) {
    const { value, selectionStart } = this.#field.input;
    const isApart = /(^|\s)$/.test(value.slice(0, selectionStart));
    this.#field.insert(isApart ? words : ` ${words}`);
    this.focus();
  }

  #changed() {
    this.#shelf.complain("");
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

  /** What came back into it. */
  sendAgain() {
    this.submit();
    this.focus();
  }

  submit() {
    const draft = { ...this.draft, text: this.draft.text.trim() };
    const { obstacle } = this.#shelf.files;
    if (isEmpty({ ...draft, quote: "" }) && !obstacle) return;
    if (obstacle) this.#shelf.complain(obstacle);
    else if (this.#isRunning) this.#shelf.complain(WAIT);
    else this.#handlers.onSend(draft);
  }
}

/** @param {HTMLElement} element */
function isFocused(element) {
  return /** @type {ShadowRoot} */ (element.getRootNode()).activeElement === element && !element.hidden;
}
