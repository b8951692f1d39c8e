/** What is seen of the element: header, conversation, composer and the line below; drawn from its state. */

import { Composer } from "./composer.js";
import { h, iconButton } from "./dom.js";
import { Log } from "./log.js";

/**
 * @typedef {object} State
 * @property {Record<string, any>} options
 * @property {import("./conversation.js").Conversation} conversation
 * @property {boolean} isRunning
 * @property {boolean} canStop
 * @property {boolean} isLoading
 * @property {boolean} hasEarlier
 */

/**
 * @typedef {object} Handlers
 * @property {(text: string) => void} onSend
 * @property {() => void} onStop
 * @property {(text: string) => void} onInput
 * @property {(prompt: any) => void} onPrompt
 * @property {(action: any, item: any) => void} onAction
 * @property {() => void} onEarlier
 * @property {() => void} onHistory
 * @property {() => void} onNew
 */

export class Screen {
  #state;
  #handlers;
  #log;
  #title = h("h2");
  #historyButton;
  #newButton;
  #header;
  #disclaimer = h("small");
  composer;
  nodes;

  /** @param {() => State} state @param {Handlers} handlers */
  constructor(state, handlers) {
    this.#state = state;
    this.#handlers = handlers;
    this.#log = new Log(handlers);
    this.composer = new Composer(handlers);
    this.#historyButton = iconButton("history", "Conversations", { onclick: handlers.onHistory });
    this.#newButton = iconButton("new", "New conversation", { onclick: handlers.onNew });
    this.#header = h("header", {}, this.#historyButton, this.#title, this.#newButton);
    this.nodes = [this.#header, this.#log.element, this.composer.element, this.#disclaimer];
  }

  /** Everything around the items: cheap, and no node is ever replaced, so that no click and no caret gets lost. */
  drawFrame() {
    const { options, conversation, isRunning, canStop, isLoading, hasEarlier } = this.#state();
    const { header, history, composer, disclaimer } = options;
    this.#header.hidden = header?.enabled === false;
    this.#title.textContent = header?.title?.text ?? conversation.title;
    this.#historyButton.hidden = history?.enabled === false;
    this.composer.placeholder = composer?.placeholder ?? "Write a message";
    this.composer.show({ isRunning, canStop });
    this.#disclaimer.textContent = disclaimer?.text ?? "";
    this.#log.hasEarlier = hasEarlier;
    this.#log.isBusy = isRunning || isLoading;
    this.#log.showWaiting(isRunning, [...conversation.items.values()].at(-1));
  }

  /** A conversation was opened: all of it, at its end. */
  drawAll() {
    const { options, conversation } = this.#state();
    this.drawFrame();
    if (conversation.threadId || conversation.items.size > 0) this.#log.drawAll(conversation.items);
    else this.#log.drawStart(options.startScreen ?? {}, this.#handlers.onPrompt);
    this.#log.scrollToEnd();
  }

  /** More was put above what is shown. */
  drawEarlier() {
    this.#log.keepPlace(() => {
      this.drawFrame();
      this.#log.drawAll(this.#state().conversation.items);
    });
  }

  /** @param {string} id */
  drawItem(id) {
    const { items } = this.#state().conversation;
    if (items.size === 1) this.#log.drawAll(new Map()); // away with the start screen
    this.#log.drawItem(id, /** @type {import("./conversation.js").Item} */ (items.get(id)));
  }

  /** @param {string} id */
  removeItem(id) {
    this.#log.remove(id);
  }
}
