/** The scrolling part: the start screen, or the items of the conversation, each redrawn alone. */

import { Answer, textOf } from "./answer.js";
import { h } from "./dom.js";
import { drawItem } from "./items.js";

const NEAR_END_PX = 60;
const WORDS = ".prose > *, .title, .text, .muted";

/** @typedef {import("./items.js").ItemHandlers & import("./answer.js").AnswerHandlers & { onEarlier: () => void }} LogHandlers */
/** @typedef {import("./conversation.js").Item} Item */
/** @typedef {{ answer?: Answer, end?: ChildNode }} Turn from one message of the person's to the next: its last answer, its last node */

export class Log {
  element = h("main", { role: "log", "aria-label": "Conversation", "aria-live": "off", tabindex: 0 });
  #items = h("div", { class: "items" });
  #dots = h("div", { class: "dots", "aria-hidden": "true", hidden: true }, h("i"), h("i"), h("i"));
  #earlier;
  #handlers;
  /** What is drawn of each item. @type {Map<string, { item: Item, node: ChildNode }>} */
  #drawn = new Map();
  /** @type {Map<string, Answer>} */
  #answers = new Map();
  /** @type {HTMLElement | null} */
  #start = null;
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

  /** @param {HTMLElement} screen what stands there before the first message */
  drawStart(screen) {
    this.#drawn.clear();
    this.#answers.clear();
    this.#start = screen;
    this.#keepFocus(() => this.#items.replaceChildren(screen));
  }

  /** What says the same as before stays as it is, with its countdown, its rating and the focus. @param {Map<string, Item>} items */
  drawAll(items) {
    this.#keepFocus(() => {
      this.#leaveStart();
      for (const id of [...this.#drawn.keys()]) if (!items.has(id)) this.#remove(id);
      for (const [id, item] of items) if (this.#drawn.get(id)?.item !== item) this.#draw(id, item);
      this.#arrange(inOrder(items));
    });
  }

  /** Draw one item again, or for the first time. @param {string} id @param {Item} item */
  drawItem(id, item) {
    this.#keepFocus(() => {
      this.#leaveStart();
      const isNew = !this.#drawn.has(id);
      const node = this.#draw(id, item);
      const place = this.#drawn.get(item.about)?.node;
      if (isNew && place) place.after(node);
      else if (isNew) this.#items.append(node);
    });
  }

  /** @param {string} id */
  remove(id) {
    this.#keepFocus(() => this.#remove(id));
  }

  /** @param {string} id */
  #remove(id) {
    this.#drawn.get(id)?.node.remove();
    this.#drawn.delete(id);
    this.#answers.get(id)?.tools.remove();
    this.#answers.delete(id);
  }

  #leaveStart() {
    this.#start?.remove();
    this.#start = null;
  }

  /**
   * What can be done with the answers that are whole, and the dots where the next words will come.
   * @param {import("./answer.js").ItemActions} actions
   * @param {{ isRunning: boolean, items: Map<string, Item> }} state
   */
  showState(actions, { isRunning, items }) {
    this.#keepFocus(() => this.#showTools(actions, this.#turns(items), isRunning));
    const newest = [...items.values()].at(-1);
    const isSpeaking = newest?.type === "assistant_message" && textOf(newest) !== "";
    this.#dots.hidden = !isRunning || isSpeaking;
  }

  /** @param {import("./answer.js").ItemActions} actions @param {Turn[]} turns @param {boolean} isRunning */
  #showTools(actions, turns, isRunning) {
    const last = turns.at(-1);
    for (const answer of this.#answers.values()) answer.tools.hidden = true;
    for (const { answer, end } of turns) {
      if (!answer || !end) continue;
      const isLast = answer === last?.answer;
      answer.offer(actions, { isWhole: !(isRunning && isLast), isLast: isLast && !isRunning });
      if (end.nextSibling !== answer.tools) end.after(answer.tools);
    }
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
    const node = this.#drawn.get(id)?.node;
    if (!(node instanceof HTMLElement)) return "";
    const parts = [...node.querySelectorAll(WORDS)].filter(({ parentElement }) => !parentElement?.closest(WORDS));
    return parts
      .map(({ textContent }) => textContent)
      .filter(Boolean)
      .join(" ");
  }

  /**
   * What belongs together: from one message of the person's to the next.
   * @param {Map<string, Item>} items
   * @returns {Turn[]}
   */
  #turns(items) {
    /** @type {Turn[]} */
    const turns = [{}];
    for (const [id, item] of items) {
      if (item.type === "user_message") turns.push({});
      if (!item.id) continue; // a line of our own
      const turn = /** @type {Turn} */ (turns.at(-1));
      turn.answer = this.#answers.get(id) ?? turn.answer;
      turn.end = this.#drawn.get(id)?.node;
    }
    return turns;
  }

  /** Whoever was at a button that is drawn away stays in the conversation. @param {() => void} change */
  #keepFocus(change) {
    const wasInside = this.element.contains(this.#focused);
    change();
    const isThere = this.element.contains(this.#focused) && !this.#focused?.closest("[hidden]");
    if (wasInside && !isThere) this.element.focus({ preventScroll: true });
  }

  get #focused() {
    return /** @type {ShadowRoot} */ (this.element.getRootNode()).activeElement ?? null;
  }

  /** In place of what was drawn of it before. @param {string} id @param {Item} item @returns {ChildNode} */
  #draw(id, item) {
    const old = this.#drawn.get(id)?.node;
    const node = this.#node(id, item);
    this.#drawn.set(id, { item, node });
    if (old !== node) old?.replaceWith(node);
    return node;
  }

  /** @param {string} id @param {Item} item @returns {ChildNode} */
  #node(id, item) {
    const isAnswer = item.type === "assistant_message" || this.#answers.has(id);
    if (!isAnswer) return drawItem(item, this.#handlers) ?? document.createComment(item.type);
    const answer = this.#answers.get(id) ?? new Answer(id, this.#handlers);
    this.#answers.set(id, answer);
    answer.show(item);
    return answer.element;
  }

  /** What stands in its place already is not touched: moved, it would lose the focus and be said again. @param {string[]} ids */
  #arrange(ids) {
    const tools = new Set([...this.#answers.values()].map((answer) => /** @type {Node} */ (answer.tools)));
    let at = this.#items.firstChild;
    for (const id of ids) {
      const { node } = /** @type {{ node: ChildNode }} */ (this.#drawn.get(id));
      while (at && tools.has(at)) at = at.nextSibling;
      if (node === at) at = node.nextSibling;
      else this.#items.insertBefore(node, at);
    }
  }
}

/** A line about an item stands by it: whoever pressed a button there looks there. @param {Map<string, Item>} items */
function inOrder(items) {
  const ids = [...items.keys()].filter((id) => !items.has(items.get(id)?.about));
  for (const [id, { about }] of items) if (items.has(about)) ids.splice(ids.indexOf(about) + 1, 0, id);
  return ids;
}
