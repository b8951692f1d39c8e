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

  /** @param {Changes} changes */
  constructor(changes) {
    this.#changes = changes;
  }

  /** @param {string | null} threadId */
  reset(threadId) {
    this.threadId = threadId;
    this.title = "";
    this.items = new Map();
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

  /** What was sent and not acknowledged yet. @param {string} text */
  addPending(text) {
    this.set(PENDING, { type: "user_message", content: [{ text }], isPending: true });
  }

  removePending() {
    this.remove(PENDING);
  }

  /** A line of the element's own: a notice or an error. @param {Item} item */
  addLocal(item) {
    this.#localId += 1;
    this.set(`${LOCAL}${this.#localId}`, item);
  }

  /** The person goes on: what went wrong before is no longer of interest. */
  clearLocal() {
    for (const id of [...this.items.keys()]) if (id.startsWith(LOCAL)) this.remove(id);
  }

  /**
   * @param {string} id
   * @param {Item} item
   */
  set(id, item) {
    this.items.set(id, item);
    this.#changes.onItem(id);
  }

  /** @param {string} id */
  remove(id) {
    if (this.items.delete(id)) this.#changes.onRemove(id);
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
        this.addLocal({ type: "notice", title: event.title, text: event.message });
        break;
      case "error":
        this.addLocal({ type: "error", text: event.message ?? "The answer failed. Try again." });
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
    switch (update.type) {
      case "assistant_message.content_part.added":
      case "assistant_message.content_part.done":
        item.content[update.content_index] = update.content;
        break;
      case "assistant_message.content_part.text_delta":
        item.content[update.content_index] ??= { text: "" };
        item.content[update.content_index].text += update.delta;
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
