/** One thread as the server tells it: its items in order, kept up to date by the events of a stream. */

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
    this.#notes.clear();
    this.#offer = null;
  }

  /**
   * Put items in front of or in place of those that are shown.
   * @param {Item[]} items oldest first
   * @param {{ before: boolean }} where
   */
  load(items, { before }) {
    const loaded = items.map((item) => /** @type {const} */ ([item.id, item]));
    this.items = new Map(before ? [...loaded, ...this.items] : loaded);
  }

  /**
   * Bring what is shown in line with what the server has, and touch only what differs.
   * @param {Item[]} items the newest, oldest first
   * @param {{ isWhole: boolean }} page whether there is nothing before them
   * @returns {boolean} false when the order changed, so that all must be drawn
   */
  refresh(items, { isWhole }) {
    const fresh = new Map(items.map((item) => [item.id, item]));
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
    for (const [id, item] of fresh) if (!isSame(this.items.get(id), item)) this.set(id, item);
    return true;
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
      if (id.startsWith(LOCAL) && this.items.get(about)?.type !== "widget") this.remove(id);
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
    switch (update.type) {
      case "assistant_message.content_part.added":
      case "assistant_message.content_part.done":
        item.content[update.content_index] = update.content;
        break;
      case "assistant_message.content_part.text_delta":
        item.content[update.content_index] ??= { text: "" };
        item.content[update.content_index].text += update.delta;
        break;
      case "assistant_message.content_part.annotation_added":
        item.content[update.content_index].annotations ??= [];
        item.content[update.content_index].annotations[update.annotation_index] = update.annotation;
        break;
      case "generated_image.updated":
        item.image = update.image;
        break;
      case "workflow.task.added":
      case "workflow.task.updated":
        item.workflow.tasks[update.task_index] = update.task;
        break;
      case "widget.root.updated":
        item.widget = update.widget;
        break;
      case "widget.component.updated":
      case "widget.streaming_text.value_delta":
        updateComponent(item.widget, update);
        break;
    }
    this.#changes.onItem(id);
  }
}

/** @param {unknown} shown @param {unknown} fresh */
function isSame(shown, fresh) {
  return JSON.stringify(shown) === JSON.stringify(fresh);
}

/**
 * @param {any} node a widget's component, with its children
 * @param {any} update
 */
function updateComponent(node, update) {
  if (!node || typeof node !== "object") return;
  if (node.id === update.component_id) {
    if (update.component) Object.assign(node, update.component);
    else node.value = (node.value ?? "") + update.delta;
  }
  for (const child of [].concat(node.children ?? [])) updateComponent(child, update);
}
