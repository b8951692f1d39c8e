/** The scrolling part: the start screen, or the items of the conversation, each redrawn alone. */

import { h } from "./dom.js";
import { drawItem, textOf } from "./items.js";

const NEAR_END_PX = 60;

export class Log {
  element = h("main", { role: "log", "aria-label": "Conversation", tabindex: 0 });
  #items = h("div", { class: "items" });
  #dots = h("div", { class: "dots", role: "status", "aria-label": "The assistant is answering", hidden: true });
  #earlier;
  #act;
  /** @type {Map<string, Node>} */
  #nodes = new Map();

  /**
   * @param {object} options
   * @param {(action: any, item: any) => void} options.onAction
   * @param {() => void} options.onEarlier
   */
  constructor({ onAction, onEarlier }) {
    this.#act = onAction;
    this.#earlier = h(
      "button",
      { type: "button", class: "earlier", hidden: true, onclick: onEarlier },
      "Earlier messages",
    );
    this.#dots.append(h("i"), h("i"), h("i"));
    this.element.append(this.#earlier, this.#items, this.#dots);
  }

  /** @param {boolean} hasEarlier */
  set hasEarlier(hasEarlier) {
    if (!hasEarlier && this.#focused === this.#earlier) this.element.focus({ preventScroll: true });
    this.#earlier.hidden = !hasEarlier;
  }

  /** Screen readers wait for the end of an answer instead of reading each piece. @param {boolean} isBusy */
  set isBusy(isBusy) {
    this.element.setAttribute("aria-busy", String(isBusy));
  }

  /**
   * @param {object} start
   * @param {string} [start.greeting]
   * @param {{ label: string, prompt: string }[]} [start.prompts]
   * @param {(prompt: any) => void} onPrompt
   */
  drawStart({ greeting, prompts = [] }, onPrompt) {
    const buttons = prompts.map(({ label, prompt }) =>
      h("button", { type: "button", onclick: () => onPrompt(prompt) }, label),
    );
    const screen = h("div", { class: "start" }, h("h2", {}, greeting ?? "What can I help with today?"), ...buttons);
    this.#nodes.clear();
    this.#keepFocus(() => this.#items.replaceChildren(screen));
  }

  /** @param {Map<string, import("./conversation.js").Item>} items */
  drawAll(items) {
    this.#nodes.clear();
    this.#keepFocus(() => this.#items.replaceChildren(...[...items].map(([id, item]) => this.#node(id, item))));
  }

  /**
   * Draw one item again, or for the first time; whoever reads at the end stays at the end.
   * @param {string} id
   * @param {import("./conversation.js").Item} item
   */
  drawItem(id, item) {
    const isAtEnd = this.#isAtEnd;
    const old = this.#nodes.get(id);
    const node = this.#node(id, item);
    if (old) this.#keepFocus(() => old.parentNode?.replaceChild(node, old));
    else this.#items.append(node);
    if (isAtEnd) this.scrollToEnd();
  }

  /** @param {string} id */
  remove(id) {
    const node = this.#nodes.get(id);
    this.#keepFocus(() => node?.parentNode?.removeChild(node));
    this.#nodes.delete(id);
  }

  /**
   * The dots stand where the next words will come.
   * @param {boolean} isRunning
   * @param {import("./conversation.js").Item | undefined} last
   */
  showWaiting(isRunning, last) {
    const isSpeaking = last?.type === "assistant_message" && textOf(last) !== "";
    this.#dots.hidden = !isRunning || isSpeaking;
    if (isRunning && this.#isAtEnd) this.scrollToEnd();
  }

  scrollToEnd() {
    this.element.scrollTop = this.element.scrollHeight;
  }

  /** Keep what is read in place while something is put above it. @param {() => void} change */
  keepPlace(change) {
    const below = this.element.scrollHeight - this.element.scrollTop;
    change();
    this.element.scrollTop = this.element.scrollHeight - below;
  }

  /** Whoever was at a button that is drawn away stays in the conversation. @param {() => void} change */
  #keepFocus(change) {
    const wasInside = this.element.contains(this.#focused);
    change();
    if (wasInside && !this.element.contains(this.#focused)) this.element.focus({ preventScroll: true });
  }

  get #focused() {
    return /** @type {ShadowRoot} */ (this.element.getRootNode()).activeElement ?? null;
  }

  get #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  /**
   * @param {string} id
   * @param {import("./conversation.js").Item} item
   */
  #node(id, item) {
    const node = drawItem(item, this.#act) ?? document.createComment(item.type);
    this.#nodes.set(id, node);
    return node;
  }
}
