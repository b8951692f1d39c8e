/** One thread as the server tells it: its items in order, kept up to date by the events of a stream. */

import { applyUpdate } from "./updates.js";

/** @typedef {Record<string, any> & { type: string }} Item */

/**
 * @typedef {object} Changes who is told what changed
 * @property {(id: string) => void} onItem
 * @property {(id: string) => void} onRemove
 */

const LOCAL = "local-";
const PROGRESS = `${LOCAL}progress`;
const PENDING = `${LOCAL}pending`;

export class Conversation {
  /** @type {string | null} */
  threadId = null;
  title = "";
  /** @type {Map<string, Item>} */
  items = new Map();
  /** Whether what the server has is known; of a new conversation it has nothing. */
  isRead = false;
  /** Counts what was said and done here: what was read before that is old. */
  version = 0;
  #changes;
  #localId = 0;
  /** What went wrong with an item: the id of that line, by the id of the item. @type {Map<string, string>} */
  #notes = new Map();
  /** The line that offers to have the last message answered. @type {string | null} */
  #offer = null;

  /** @param {Changes} changes */
  constructor(changes) {
    this.#changes = changes;
  }

  /** @param {string | null} threadId */
  reset(threadId) {
    this.threadId = threadId;
    this.title = "";
    this.items = new Map();
    this.isRead = threadId === null;
    this.version += 1;
    this.#notes.clear();
    this.#offer = null;
  }

  /** Put older items before those that are shown; one that is in both is newer here. @param {Item[]} items oldest first */
  load(items) {
    this.items = new Map([...items.map((item) => /** @type {const} */ ([item.id, item])), ...this.items]);
    this.isRead = true;
  }

  /**
   * Bring what is shown in line with what the server has, and touch only what differs.
   * @param {Item[]} items the newest, oldest first
   * @param {{ isWhole: boolean }} page whether there is nothing before them
   * @returns {boolean} false when the order changed, so that all must be drawn
   */
  refresh(items, { isWhole }) {
    this.isRead = true;
    const fresh = new Map(items.map((item) => [item.id, this.#known(item)]));
    const shown = [...this.items].filter(([id]) => !id.startsWith(LOCAL));
    const first = shown.findIndex(([id]) => fresh.has(id));
    const before = isWhole || first === -1 ? [] : shown.slice(0, first);
    const kept = shown.slice(before.length).filter(([id]) => fresh.has(id));
    const isInOrder = kept.every(([id], at) => id === items[at].id);
    if (!isInOrder || this.items.size > shown.length || kept.length + before.length === 0) {
      for (const [id, { widget }] of shown) if (!isSame(widget, fresh.get(id)?.widget)) this.forgetNote(id);
      const local = [...this.items].filter(([id]) => id.startsWith(LOCAL));
      this.items = new Map([...before, ...fresh, ...local]);
      this.#dropOffer();
      return false;
    }
    for (const [id] of shown.slice(before.length)) if (!fresh.has(id)) this.remove(id);
    for (const [id, item] of fresh) if (this.items.get(id) !== item) this.set(id, item);
    return true;
  }

  /** What is shown of it already, where that says the same. @param {Item} item */
  #known(item) {
    const shown = this.items.get(item.id);
    return shown && isSame(shown, item) ? shown : item;
  }

  /** What comes after an item is about to be answered anew. @param {string} itemId */
  dropAfter(itemId) {
    const ids = [...this.items.keys()];
    for (const id of ids.slice(ids.indexOf(itemId) + 1)) this.remove(id);
  }

  /** The last item that the server knows. @returns {Item | undefined} */
  get last() {
    return [...this.items.values()].filter(({ id }) => id).at(-1);
  }

  /** The message that the last answer answers. @returns {string | null} */
  get lastQuestion() {
    return [...this.items.values()].findLast(({ type, id }) => type === "user_message" && id)?.id ?? null;
  }

  /** What was sent and not acknowledged yet. @param {object} message */
  addPending(message) {
    this.version += 1;
    this.set(PENDING, { type: "user_message", ...message, isPending: true });
  }

  removePending() {
    this.remove(PENDING);
  }

  /**
   * A line of the element's own: a notice or an error. One that is `about` an item stands by it until that item changes.
   * @param {Item} item
   * @returns {string} its id, by which it is removed
   */
  addLocal(item) {
    this.#localId += 1;
    const id = `${LOCAL}${this.#localId}`;
    if (item.about) {
      this.forgetNote(item.about);
      this.#notes.set(item.about, id);
    }
    this.set(id, item);
    return id;
  }

  /**
   * The last message has no answer: a line says so, and offers one, until there is one.
   * @param {Item} item
   * @returns {string} its id
   */
  offerAnswer(item) {
    if (this.#offer) this.remove(this.#offer);
    this.#offer = this.addLocal(item);
    return this.#offer;
  }

  /** The person goes on: what went wrong before is no longer of interest, but for buttons that can still be pressed. */
  clearLocal() {
    for (const [id, { about }] of [...this.items]) {
      const isOver = id.startsWith(LOCAL) && id !== PENDING;
      if (isOver && this.items.get(about)?.type !== "widget") this.remove(id);
    }
  }

  /**
   * @param {string} id
   * @param {Item} item
   */
  set(id, item) {
    this.forgetNote(id);
    this.items.set(id, item);
    this.#changes.onItem(id);
    this.#dropOffer();
  }

  /** @param {string} id */
  remove(id) {
    this.forgetNote(id);
    if (this.items.delete(id)) this.#changes.onRemove(id);
  }

  /** What went wrong with an item is tried again, or over. @param {string} itemId */
  forgetNote(itemId) {
    const note = this.#notes.get(itemId);
    this.#notes.delete(itemId);
    if (note) this.remove(note);
  }

  #dropOffer() {
    if (this.#offer && this.last?.type !== "user_message") this.remove(this.#offer);
  }

  /** Apply one event of a stream; unknown ones change nothing. @param {any} event */
  apply(event) {
    this.version += 1;
    if (event.type !== "progress_update") this.remove(PROGRESS);
    switch (event.type) {
      case "thread.created":
      case "thread.updated":
        this.threadId = event.thread.id;
        this.title = event.thread.title ?? "";
        break;
      case "thread.item.added":
      case "thread.item.replaced":
      case "thread.item.done":
        if (event.item.type === "user_message") this.removePending();
        this.set(event.item.id, event.item);
        break;
      case "thread.item.updated":
        this.#update(event.item_id, event.update);
        break;
      case "thread.item.removed":
        this.remove(event.item_id);
        break;
      case "progress_update":
        this.set(PROGRESS, { type: "task", task: { title: event.text } });
        break;
      case "notice":
        this.addLocal({ type: event.level === "danger" ? "error" : "notice", title: event.title, text: event.message });
        break;
    }
  }

  /**
   * @param {string} id
   * @param {any} update
   */
  #update(id, update) {
    const item = this.items.get(id);
    if (!item) return;
    this.forgetNote(id);
    applyUpdate(item, update);
    this.#changes.onItem(id);
  }
}

/** @param {unknown} shown @param {unknown} fresh */
function isSame(shown, fresh) {
  return JSON.stringify(shown) === JSON.stringify(fresh);
}
