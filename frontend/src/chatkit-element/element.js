/** The element itself: its public methods and events, and how its parts work together. */

import { Conversation } from "./conversation.js";
import { Drafts } from "./drafts.js";
import css from "./element.css?inline";
import { Exchange } from "./exchange.js";
import { History } from "./history.js";
import { Loader } from "./loader.js";
import { Screen } from "./screen.js";
import { Wire } from "./wire.js";

const READY_MS = 50; // React attaches its listeners after the effect that sets the options

export class ChatKitElement extends HTMLElement {
  /** @type {Record<string, any>} */
  #options = {};
  #wire = new Wire({ url: "" });
  #drafts = new Drafts("");
  #isReady = false;

  #conversation = new Conversation({
    onItem: (id) => this.#screen.drawItem(id),
    onRemove: (id) => this.#screen.removeItem(id),
  });
  #screen = new Screen(() => this.#state, {
    onSend: (text) => this.sendUserMessage({ text }),
    onStop: () => this.#exchange.stop(),
    onInput: (text) => this.#drafts.write(this.#conversation.threadId, text),
    onPrompt: (prompt) => this.#sendPrompt(prompt),
    onAction: (action, item) => this.#act(action, item),
    onEarlier: () => this.#loader.earlier(),
    onHistory: () => this.showHistory(),
    onNew: () => this.#startAnew(),
  });
  #exchange = new Exchange({
    conversation: this.#conversation,
    composer: this.#screen.composer,
    drafts: () => this.#drafts,
    emit: (name, detail) => this.#emit(name, detail),
    draw: () => this.#screen.drawFrame(),
    reload: () => this.fetchUpdates(),
  });
  #loader = new Loader({
    conversation: this.#conversation,
    wire: () => this.#wire,
    emit: (name, detail) => this.#emit(name, detail),
    onLoaded: () => this.#screen.drawAll(),
    onEarlier: () => this.#screen.drawEarlier(),
    onGone: () => this.#leave(),
  });
  #history = new History({
    onOpen: (threadId) => this.setThreadId(threadId),
    onDeleted: (threadId) => threadId === this.#conversation.threadId && this.#open(null),
    onClose: () => this.#emit("history.close"),
  });

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet(); // a constructed sheet needs no 'unsafe-inline' of the page's policy
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    root.append(...this.#screen.nodes, this.#history.element);
  }

  disconnectedCallback() {
    this.#exchange.leave();
  }

  /** Replaces all options; nothing is merged. @param {Record<string, any>} options */
  setOptions(options) {
    if (!options?.api?.url) throw new Error("api.url is required");
    this.#options = options;
    this.#wire = new Wire(options.api);
    this.#drafts = new Drafts(options.api.url);
    this.#screen.drawFrame();
    if (this.#isReady) return;
    this.#isReady = true;
    setTimeout(() => this.#emit("ready"), READY_MS);
    this.#show(options.initialThread ?? null);
  }

  async focusComposer() {
    this.#screen.composer.focus();
  }

  /** @param {{ text?: string }} value */
  async setComposerValue({ text = "" }) {
    this.#screen.composer.text = text;
    this.#drafts.write(this.#conversation.threadId, text);
  }

  async showHistory() {
    this.#emit("history.open");
    await this.#history.open(this.#wire);
  }

  async hideHistory() {
    this.#history.close();
  }

  /** `null` starts a new conversation; the thread is made by its first message. @param {string | null} threadId */
  async setThreadId(threadId) {
    await this.hideHistory();
    await this.#open(threadId);
  }

  /** Load the conversation again. */
  async fetchUpdates() {
    await this.#loader.load();
  }

  /** @param {Record<string, any>} message */
  async sendUserMessage({ text, content, reply = "", attachments = [], newThread = false, toolChoice, model }) {
    if (this.#exchange.state.isRunning) return;
    if (newThread && this.#conversation.threadId) await this.setThreadId(null);
    const parts = content ?? [{ type: "input_text", text }];
    const input = {
      content: parts,
      quoted_text: reply,
      attachments: attachments.map((/** @type {{ id: string }} */ { id }) => id),
      inference_options: { ...(toolChoice && { tool_choice: toolChoice }), ...(model && { model }) },
    };
    const draft = parts.map((/** @type {{ text?: string }} */ part) => part.text ?? "").join("");
    const { threadId } = this.#conversation;
    if (threadId) await this.#run("threads.add_user_message", { thread_id: threadId, input }, draft);
    else await this.#run("threads.create", { input }, draft);
  }

  /** @param {{ type: string, payload?: object }} action @param {string} [itemId] */
  async sendCustomAction({ type, payload }, itemId) {
    if (this.#exchange.state.isRunning) return;
    const item = itemId ? { item_id: itemId } : {};
    const params = { thread_id: this.#conversation.threadId, ...item, action: { type, payload } };
    await this.#run("threads.custom_action", params);
  }

  /** @returns {import("./screen.js").State} */
  get #state() {
    const { isLoading, hasEarlier } = this.#loader;
    return {
      options: this.#options,
      conversation: this.#conversation,
      ...this.#exchange.state,
      isLoading,
      hasEarlier,
    };
  }

  /** @param {string} type @param {object} params @param {string} [draft] */
  async #run(type, params, draft) {
    const call = await this.#exchange.run(this.#wire, type, params, draft);
    if (!call) return;
    const result = await this.#options.onClientTool?.({ name: call.name, params: call.arguments });
    await this.#run("threads.add_client_tool_output", { thread_id: this.#conversation.threadId, result });
  }

  /** @param {any} action @param {any} item the widget that it belongs to */
  #act(action, item) {
    if (action?.handler === "client") this.#options.widgets?.onAction?.(action, { id: item.id, widget: item.widget });
    else if (action) this.sendCustomAction(action, item.id);
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

  /** A remembered conversation is gone, or another person's. What was being written in it is not. */
  async #leave() {
    const { text } = this.#screen.composer;
    await this.setComposerValue({ text: "" });
    await this.setThreadId(null);
    await this.setComposerValue({ text: [this.#screen.composer.text, text].filter(Boolean).join("\n") });
  }

  /** @param {string | null} threadId */
  async #open(threadId) {
    this.#emit("thread.change", { threadId });
    await this.#show(threadId);
  }

  /** @param {string | null} threadId */
  async #show(threadId) {
    this.#exchange.leave();
    this.#loader.forget();
    this.#conversation.reset(threadId);
    // What was sent and never acknowledged comes back: whether it arrived is not known.
    const kept = [this.#drafts.sent, this.#drafts.written(threadId)].filter(Boolean).join("\n");
    this.#drafts.sent = "";
    this.setComposerValue({ text: kept });
    this.#screen.drawAll();
    await this.#loader.load();
  }

  /** @param {string} name @param {object} [detail] */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(`chatkit.${name}`, { detail, bubbles: true, composed: true }));
  }
}
