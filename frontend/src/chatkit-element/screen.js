/** What is seen of the element: header, conversation, composer and the line below; drawn from its state. */

import { Composer } from "./composer.js";
import { h } from "./dom.js";
import { Header } from "./header.js";
import { Log } from "./log.js";
import { Markdown } from "./markdown.js";
import { startScreen } from "./start.js";

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
 * @typedef {import("./log.js").LogHandlers & import("./composer.js").ComposerHandlers & import("./header.js").HeaderHandlers
 *   & { onPrompt: (prompt: any) => void }} Handlers
 */

export class Screen {
  #state;
  #handlers;
  #log;
  #header;
  #disclaimer = h("small");
  #disclaimerText;
  #said = h("p", { role: "status", class: "unseen" });
  #isFrameDue = false;
  /** The items that changed since the answer began. @type {Set<string>} */
  #changed = new Set();
  /** The start screen as the options had it when it was drawn. @type {string | undefined} */
  #start;
  composer;
  nodes;

  /** @param {() => State} state @param {Handlers} handlers */
  constructor(state, handlers) {
    this.#state = state;
    this.#handlers = handlers;
    this.#log = new Log(handlers);
    this.#header = new Header(handlers);
    this.composer = new Composer(handlers);
    this.#disclaimerText = new Markdown(this.#disclaimer, handlers.onDeepLink);
    this.nodes = [this.#header.element, this.#log.element, this.composer.element, this.#disclaimer, this.#said];
  }

  /** The options changed. */
  configure() {
    const { options } = this.#state();
    this.#header.configure(options);
    this.composer.configure(options);
    this.#disclaimerText.show(options.disclaimer?.text ?? "");
    this.#disclaimer.classList.toggle("strong", options.disclaimer?.highContrast === true);
    if (this.#hasStart && this.#start !== JSON.stringify(options.startScreen)) this.#drawItems();
    else this.drawFrame();
  }

  /** Everything around the items: cheap, and no node is ever replaced, so that no click and no caret gets lost. */
  drawFrame() {
    const { options, conversation, isRunning, canStop, isLoading, hasEarlier } = this.#state();
    this.#header.title = conversation.title;
    this.composer.show({ isRunning, canStop });
    this.#log.hasEarlier = hasEarlier;
    this.#log.isBusy = isRunning || isLoading;
    this.#log.showState(options.threadItemActions ?? {}, { isRunning, items: conversation.items });
    this.#follow();
  }

  /** A conversation was opened: all of it, at its end. */
  drawAll() {
    this.#drawItems();
    this.#log.scrollToEnd();
  }

  /** What is shown changed in many places: whoever reads at the end stays there, and so does who reads above. */
  redraw() {
    this.#log.keepPlace(() => this.#drawItems());
    this.#follow();
  }

  /** More was put above what is shown. */
  drawEarlier() {
    this.#log.keepPlace(() => this.#drawItems());
  }

  /** @param {string} id */
  drawItem(id) {
    const { items } = this.#state().conversation;
    this.#changed.add(id);
    this.#log.drawItem(id, /** @type {import("./conversation.js").Item} */ (items.get(id)));
    this.#drawFrameSoon();
  }

  /** @param {string} id */
  removeItem(id) {
    this.#changed.delete(id);
    this.#log.remove(id);
    this.#drawFrameSoon();
  }

  /** Told to screen readers, once. @param {string} words */
  say(words) {
    this.#said.textContent = words;
  }

  /** An answer begins: what was said before is old. */
  begin() {
    this.say("");
    this.#changed.clear();
  }

  /** What came with the answer, or was changed by it, for whoever only hears it. */
  sayAnswer() {
    const items = [...this.#state().conversation.items];
    const changed = items.filter(([id, { type }]) => this.#changed.has(id) && type !== "user_message");
    const words = changed.map(([id]) => this.#log.wordsOf(id));
    this.say(words.filter(Boolean).join(" "));
  }

  /** Whoever sends something wants to see it, wherever they read. */
  showEnd() {
    if (this.#state().options.thread?.autoScroll !== false) this.#log.scrollToEnd();
  }

  /** What is offered around the items depends on all of them: once, however many changed. */
  #drawFrameSoon() {
    if (this.#isFrameDue) return;
    this.#isFrameDue = true;
    queueMicrotask(() => {
      this.#isFrameDue = false;
      this.drawFrame();
    });
  }

  #follow() {
    if (this.#state().options.thread?.autoScroll !== false) this.#log.follow();
  }

  #drawItems() {
    const { options, conversation } = this.#state();
    if (this.#hasStart) {
      this.#start = JSON.stringify(options.startScreen);
      this.#log.drawStart(startScreen(options.startScreen ?? {}, this.#handlers.onPrompt));
    } else this.#log.drawAll(conversation.items);
    this.drawFrame();
  }

  get #hasStart() {
    const { threadId, items } = this.#state().conversation;
    return !threadId && items.size === 0;
  }
}
