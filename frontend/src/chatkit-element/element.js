/** The element itself: its public methods and events, and how its parts work together. */

import { Actions } from "./actions.js";
import { Conversation } from "./conversation.js";
import { draftOf } from "./draft.js";
import { Exchange } from "./exchange.js";
import { History } from "./history.js";
import { Loader } from "./loader.js";
import { Ratings } from "./ratings.js";
import { Screen } from "./screen.js";
import { styleSheet } from "./styles/index.js";
import { applyTheme } from "./theme.js";
import { Turns } from "./turns.js";
import { Wire } from "./wire.js";
import { Writing } from "./writing.js";

const READY_MS = 50; // React attaches its listeners after the effect that sets the options
const HOSTED = "api.url is required; api.getClientSecret belongs to the hosted service, and is not served here";

export class ChatKitElement extends HTMLElement {
  /** It looks on at answers that were begun elsewhere; a page need not do that for it. */
  static followsAnswers = true;

  /** @type {Record<string, any>} */
  #options = {};
  #wire = new Wire({ url: "" });
  #isReady = false;
  #isAway = false;

  #conversation = new Conversation({
    onItem: (id) => this.#screen.drawItem(id),
    onRemove: (id) => this.#screen.removeItem(id),
  });
  #writing = new Writing(this.#conversation, () => this.#screen.composer);
  #screen = new Screen(() => this.#state, {
    onSend: (draft) => this.#send(draft),
    onStop: () => this.#exchange.stop(),
    onInput: () => this.#writing.keep(),
    host: this,
    wire: () => this.#wire,
    onSay: (words) => this.#screen.say(words),
    onError: (error) => this.#emit("error", { error }),
    entities: () => this.#options.entities ?? {},
    onTool: (toolId) => this.#emit("tool.change", { toolId }),
    onPrompt: (prompt) => this.#sendPrompt(prompt),
    onAction: (action, item, control) => this.#actions.press(action, item, control),
    onRetry: () => this.#turns.retry(),
    onRate: (id, kind) => this.#ratings.give(id, kind),
    onDeepLink: (link) => this.#emit("deeplink", link),
    onEarlier: () => this.#loader.earlier(),
    onHistory: () => this.showHistory(),
    onNew: () => this.#startAnew(),
  });
  #exchange = new Exchange({
    conversation: this.#conversation,
    emit: (name, detail) => this.#emit(name, detail),
    draw: () => this.#screen.drawFrame(),
    onBegin: () => this.#screen.begin(),
    onSent: (draft) => {
      this.#writing.send(draft);
      this.#screen.showEnd();
    },
    onStored: () => this.#writing.arrived(),
    onNamed: (threadId) => this.#writing.name(threadId),
  });
  #loader = new Loader({
    conversation: this.#conversation,
    wire: () => this.#wire,
    emit: (name, detail) => this.#emit(name, detail),
    onRead: () => this.#writing.settle(),
    onLoaded: () => this.#screen.drawAll(),
    onRefreshed: () => this.#screen.redraw(),
    onEarlier: () => this.#screen.drawEarlier(),
    onTryAgain: () => this.#turns.open(),
    onGone: (threadId) => {
      this.#writing.bury(threadId);
      this.setThreadId(null);
    },
  });
  #turns = new Turns({
    conversation: this.#conversation,
    exchange: this.#exchange,
    loader: this.#loader,
    wire: () => this.#wire,
    options: () => this.#options,
    emit: (name, detail) => this.#emit(name, detail),
    onNotSent: (draft) => this.#writing.giveBack(draft),
    onSendAgain: () => this.#screen.composer.sendAgain(),
    onAnswered: () => this.#screen.sayAnswer(),
  });
  #actions = new Actions({
    conversation: this.#conversation,
    exchange: this.#exchange,
    turns: this.#turns,
    wire: () => this.#wire,
    options: () => this.#options,
    onError: (error) => this.#emit("error", { error }),
  });
  #ratings = new Ratings({
    conversation: this.#conversation,
    wire: () => this.#wire,
    onSay: (words) => this.#screen.say(words),
  });
  #history = new History({
    onOpen: (threadId) => this.setThreadId(threadId),
    onDeleted: (threadId) => {
      this.#writing.bury(threadId);
      if (threadId === this.#conversation.threadId) this.#open(null);
    },
    onRenamed: (threadId, title) => this.#rename(threadId, title),
    onClose: () => this.#emit("history.close"),
  });

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styleSheet()];
    root.append(...this.#screen.nodes, this.#history.element);
  }

  connectedCallback() {
    if (this.#isAway) this.#show(this.#conversation.threadId);
    else if (this.#isReady) this.#screen.drawFrame(); // what is moved has lost its place in what scrolls
    this.#isAway = false;
  }

  /** What is only moved to another place of the page is back in it by then, and goes on. */
  disconnectedCallback() {
    queueMicrotask(() => {
      if (this.isConnected || this.#isAway) return;
      this.#isAway = true;
      this.#turns.leave();
      this.#screen.composer.abandon();
    });
  }

  /** Replaces all options; nothing is merged. @param {Record<string, any>} options */
  setOptions(options) {
    if (!options?.api?.url) throw new Error(options?.api?.getClientSecret ? HOSTED : "api.url is required");
    const isSame = options.api.url === this.#options.api?.url;
    this.#options = options;
    this.#wire = new Wire(options.api, options.locale);
    if (!isSame) this.#writing.keepFor(options.api.url);
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", options.frameTitle ?? "Chat");
    applyTheme(this, options.theme);
    this.#screen.configure();
    if (isSame) return;
    this.#history.close(); // another address is another person's
    this.#show(options.initialThread ?? null);
    if (this.#isReady) return;
    this.#isReady = true;
    setTimeout(() => this.#emit("ready"), READY_MS);
  }

  async focusComposer() {
    this.#screen.composer.focus();
  }

  /** @param {import("./writing.js").ComposerValue} value */
  async setComposerValue(value) {
    this.#writing.fill(value);
  }

  async showHistory() {
    this.#emit("history.open");
    await this.#history.open(this.#wire, this.#options.history);
  }

  async hideHistory() {
    this.#history.close();
  }

  /** `null` starts a new conversation; the thread is made by its first message. @param {string | null} threadId */
  async setThreadId(threadId) {
    await this.hideHistory();
    await this.#open(threadId);
  }

  /** Show what was said elsewhere meanwhile, and the answer that is being written. */
  async fetchUpdates() {
    await this.#turns.refresh();
  }

  /** @param {Record<string, any>} message */
  async sendUserMessage({ text, content, reply = "", attachments = [], newThread = false, toolChoice, model }) {
    if (this.#exchange.state.isRunning) return;
    if (newThread && this.#conversation.threadId) await this.setThreadId(null);
    await this.#send({ ...draftOf(content ?? [{ text }]), quote: reply, attachments }, { toolChoice, model });
  }

  /** @param {{ type: string, payload?: object }} action @param {string} [itemId] */
  async sendCustomAction(action, itemId) {
    await this.#actions.send(action, itemId);
  }

  /** @returns {import("./screen.js").State} */
  get #state() {
    const { isLoading, hasEarlier } = this.#loader;
    return { options: this.#options, conversation: this.#conversation, ...this.#exchange.state, isLoading, hasEarlier };
  }

  /** @param {import("./draft.js").Draft} draft @param {import("./writing.js").Choices} [choices] */
  async #send(draft, choices) {
    await this.#turns.send(this.#writing.inputOf(draft, choices), draft);
  }

  /** @param {string} threadId @param {string} title */
  #rename(threadId, title) {
    if (threadId === this.#conversation.threadId) this.#conversation.title = title;
    this.#screen.drawFrame();
  }

  /** @param {any} prompt */
  #sendPrompt(prompt) {
    this.sendUserMessage(typeof prompt === "string" ? { text: prompt } : { content: prompt });
    // Its button vanishes, and typing goes on; on a touch screen the keyboard would cover the answer.
    if (globalThis.matchMedia?.("(pointer: fine)").matches) this.focusComposer();
  }

  async #startAnew() {
    await this.setThreadId(null);
    this.#screen.composer.focus();
  }

  /** @param {string | null} threadId */
  async #open(threadId) {
    this.#emit("thread.change", { threadId });
    await this.#show(threadId);
  }

  /** @param {string | null} threadId */
  async #show(threadId) {
    this.#turns.leave();
    this.#loader.forget();
    this.#conversation.reset(threadId);
    this.#writing.open();
    this.#screen.drawAll();
    await this.#turns.open();
  }

  /** @param {string} name @param {object} [detail] */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(`chatkit.${name}`, { detail, bubbles: true, composed: true }));
  }
}
