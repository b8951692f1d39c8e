/** The scrolling part: the start screen, or the items of the conversation, each redrawn alone. */

import { Answer, textOf } from "./answer.js";
import { h } from "./dom.js";
import { drawItem } from "./items.js";

const NEAR_END_PX = 60;

/** @typedef {import("./items.js").ItemHandlers & import("./answer.js").AnswerHandlers & { onEarlier: () => void }} LogHandlers */
/** @typedef {import("./conversation.js").Item} Item */

export class Log {
  element = h("main", { role: "log", "aria-label": "Conversation", "aria-live": "off", tabindex: 0 });
  #items = h("div", { class: "items" });
  #dots = h("div", { class: "dots", "aria-hidden": "true", hidden: true }, h("i"), h("i"), h("i"));
  #earlier;
  #handlers;
  /** @type {Map<string, Node>} */
  #nodes = new Map();
  /** @type {Map<string, Answer>} */
  #answers = new Map();
  #isAtEnd = true;
  #isFollowing = false;
  #scrollTop = 0;

  /** @param {LogHandlers} handlers */
  constructor(handlers) {
    this.#handlers = handlers;
    const more = { type: "button", class: "earlier", hidden: true, onclick: handlers.onEarlier };
    this.#earlier = h("button", more, "Earlier messages");
    this.element.append(this.#earlier, this.#items, this.#dots);
    this.element.addEventListener("scroll", () => this.#noteScroll());
  }

  /** @param {boolean} hasEarlier */
  set hasEarlier(hasEarlier) {
    if (!hasEarlier && this.#focused === this.#earlier) this.element.focus({ preventScroll: true });
    this.#earlier.hidden = !hasEarlier;
  }

  /** @param {boolean} isBusy */
  set isBusy(isBusy) {
    this.element.setAttribute("aria-busy", String(isBusy));
  }

  /** @param {Node} screen what stands there before the first message */
  drawStart(screen) {
    this.#clear();
    this.#keepFocus(() => this.#items.replaceChildren(screen));
  }

  /** @param {Map<string, Item>} items */
  drawAll(items) {
    this.#clear();
    this.#keepFocus(() => {
      this.#items.replaceChildren(...[...items].map(([id, item]) => this.#node(id, item)));
      for (const [id, item] of items) if (item.about) this.#insert(/** @type {Node} */ (this.#nodes.get(id)), item);
    });
  }

  /** Draw one item again, or for the first time. @param {string} id @param {Item} item */
  drawItem(id, item) {
    const answer = this.#answers.get(id);
    if (answer) {
      this.#keepFocus(() => answer.show(item));
      return;
    }
    const old = this.#nodes.get(id);
    const node = this.#node(id, item);
    if (old) this.#keepFocus(() => old.parentNode?.replaceChild(node, old));
    else this.#insert(node, item);
  }

  /** At the end, or by the item that it is about: whoever pressed a button there looks there. @param {Node} node @param {Item} item */
  #insert(node, { about }) {
    const place = /** @type {ChildNode | undefined} */ (this.#nodes.get(about));
    if (place) place.after(node);
    else this.#items.append(node);
  }

  /** @param {string} id */
  remove(id) {
    const node = this.#nodes.get(id);
    this.#keepFocus(() => node?.parentNode?.removeChild(node));
    this.#answers.get(id)?.tools.remove();
    this.#nodes.delete(id);
    this.#answers.delete(id);
  }

  /**
   * What can be done with the answers that are whole, and the dots where the next words will come.
   * @param {import("./answer.js").ItemActions} actions
   * @param {{ isRunning: boolean, items: Map<string, Item> }} state
   */
  showState(actions, { isRunning, items }) {
    const turns = this.#turns(items);
    const last = turns.at(-1);
    for (const answer of this.#answers.values()) answer.tools.hidden = true;
    for (const { answer, end } of turns) {
      if (!answer || !end) continue;
      const isLast = answer === last?.answer;
      answer.offer(actions, { isWhole: !(isRunning && isLast), isLast: isLast && !isRunning });
      if (end.nextSibling !== answer.tools) /** @type {ChildNode} */ (end).after(answer.tools);
    }
    const newest = [...items.values()].at(-1);
    const isSpeaking = newest?.type === "assistant_message" && textOf(newest) !== "";
    this.#dots.hidden = !isRunning || isSpeaking;
  }

  /** Whoever reads at the end stays at the end; looked at once a frame, because measuring is dear. */
  follow() {
    if (!this.#isAtEnd || this.#isFollowing) return;
    this.#isFollowing = true;
    requestAnimationFrame(() => {
      this.#isFollowing = false;
      if (this.#isAtEnd) this.scrollToEnd();
    });
  }

  scrollToEnd() {
    this.element.scrollTop = this.element.scrollHeight;
    this.#isAtEnd = true;
  }

  /** Only the person scrolls up. Told of a way down, the end may have moved on by then, and is followed all the same. */
  #noteScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    if (scrollHeight - scrollTop - clientHeight < NEAR_END_PX) this.#isAtEnd = true;
    else if (scrollTop < this.#scrollTop) this.#isAtEnd = false;
    this.#scrollTop = scrollTop;
  }

  /** Keep what is read in place while something is put above it. @param {() => void} change */
  keepPlace(change) {
    const below = this.element.scrollHeight - this.element.scrollTop;
    change();
    this.element.scrollTop = this.element.scrollHeight - below;
  }

  /** The words of an item, as they are drawn. @param {string} id */
  wordsOf(id) {
    const node = this.#nodes.get(id);
    if (!(node instanceof HTMLElement)) return "";
    const parts = [...node.querySelectorAll(".prose > *, .title, .text, .muted")].map(({ textContent }) => textContent);
    return parts.filter(Boolean).join(" ");
  }

  /**
   * What belongs together: from one message of the person's to the next.
   * @param {Map<string, Item>} items
   * @returns {{ answer?: Answer, end?: Node }[]} the last answer of each, and its last node
   */
  #turns(items) {
    /** @type {{ answer?: Answer, end?: Node }[]} */
    const turns = [{}];
    for (const [id, item] of items) {
      if (item.type === "user_message") turns.push({});
      if (!item.id) continue; // a line of our own
      const turn = /** @type {{ answer?: Answer, end?: Node }} */ (turns.at(-1));
      turn.answer = this.#answers.get(id) ?? turn.answer;
      turn.end = this.#nodes.get(id);
    }
    return turns;
  }

  #clear() {
    this.#nodes.clear();
    this.#answers.clear();
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

  /** @param {string} id @param {Item} item */
  #node(id, item) {
    const node = this.#drawn(id, item);
    this.#nodes.set(id, node);
    return node;
  }

  /** @param {string} id @param {Item} item @returns {Node} */
  #drawn(id, item) {
    if (item.type !== "assistant_message") return drawItem(item, this.#handlers) ?? document.createComment(item.type);
    const answer = new Answer(id, this.#handlers);
    this.#answers.set(id, answer);
    answer.show(item);
    return answer.element;
  }
}
