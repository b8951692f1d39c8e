/** Opens a conversation and reads it page by page, the newest first. */

const PAGE = 40;
const NOT_FOUND = 404;

/**
 * @typedef {object} Parts
 * @property {import("./conversation.js").Conversation} conversation
 * @property {() => import("./wire.js").Wire} wire
 * @property {(name: string, detail: object) => void} emit
 * @property {() => void} onLoaded
 * @property {() => void} onEarlier
 * @property {() => void} onGone the conversation does not exist, or is another person's
 */

export class Loader {
  #parts;
  /** Where the page before the shown items begins; null: there is none. @type {string | null} */
  #earlier = null;
  isLoading = false;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  get hasEarlier() {
    return this.#earlier !== null;
  }

  forget() {
    this.#earlier = null;
  }

  async load() {
    const { conversation, emit, onLoaded, onGone } = this.#parts;
    const { threadId } = conversation;
    if (!threadId) return;
    emit("thread.load.start", { threadId });
    conversation.clearLocal();
    this.isLoading = true;
    const error = await this.#newest(threadId).catch((reason) => reason);
    this.isLoading = false;
    emit("thread.load.end", { threadId });
    if (conversation.threadId !== threadId) return; // the person went on while it loaded
    if (error) emit("error", { error });
    if (error?.status === NOT_FOUND) {
      onGone();
      return;
    }
    if (error) {
      const again = { label: "Try again", run: () => this.load() };
      conversation.addLocal({ type: "error", text: error.message, again });
    }
    onLoaded();
  }

  async earlier() {
    const { conversation, emit, onEarlier } = this.#parts;
    const { threadId } = conversation;
    if (!threadId || !this.#earlier) return;
    try {
      const page = await this.#page(threadId, this.#earlier);
      if (conversation.threadId !== threadId) return;
      this.#earlier = page.earlier;
      conversation.load(page.items, { before: true });
      onEarlier();
    } catch (error) {
      conversation.addLocal({ type: "error", text: /** @type {Error} */ (error).message });
      emit("error", { error });
    }
  }

  /** @param {string} threadId */
  async #newest(threadId) {
    const { conversation, wire } = this.#parts;
    const thread = await wire().json("threads.get_by_id", { thread_id: threadId });
    // The thread brings its oldest items. A short conversation is whole with them.
    const isWhole = !thread.items.has_more;
    const page = isWhole ? { items: thread.items.data, earlier: null } : await this.#page(threadId, null);
    if (conversation.threadId !== threadId) return;
    conversation.title = thread.title ?? "";
    conversation.load(page.items, { before: false });
    this.#earlier = page.earlier;
  }

  /** @param {string} threadId @param {string | null} after */
  async #page(threadId, after) {
    const params = { thread_id: threadId, limit: PAGE, order: "desc", ...(after && { after }) };
    const page = await this.#parts.wire().json("items.list", params);
    return { items: page.data.toReversed(), earlier: page.has_more ? page.after : null };
  }
}
