/** Opens a conversation and reads it page by page, the newest first. */

const PAGE = 40;
const NOT_FOUND = 404;

/** @typedef {"loaded" | "failed" | "gone" | "left"} Loaded `left`: the person went on while it loaded */

/**
 * @typedef {object} Parts
 * @property {import("./conversation.js").Conversation} conversation
 * @property {() => import("./wire.js").Wire} wire
 * @property {(name: string, detail: object) => void} emit
 * @property {() => void} onLoaded all must be drawn
 * @property {() => void} onRefreshed all must be drawn where it stands
 * @property {() => void} onEarlier
 * @property {() => void} onTryAgain
 * @property {() => void} onGone the conversation does not exist, or is another person's
 */

export class Loader {
  #parts;
  /** Where the page before the shown items begins; null: there is none. @type {string | null} */
  #earlier = null;
  isLoading = false;
  /** Whether what was read last is an answer as far as it had come. */
  isAnswering = false;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  get hasEarlier() {
    return this.#earlier !== null;
  }

  forget() {
    this.#earlier = null;
    this.isLoading = false;
    this.isAnswering = false;
  }

  /** Open the conversation. @returns {Promise<Loaded>} */
  async open() {
    const { conversation, onLoaded, onTryAgain } = this.#parts;
    const { threadId } = conversation;
    if (!threadId) return "loaded";
    conversation.clearLocal();
    this.isLoading = true;
    const { page, result, error } = await this.#read(threadId);
    if (result === "left") return result;
    this.isLoading = false;
    if (page) {
      conversation.load(page.items, { before: false });
      this.#earlier = page.earlier;
    }
    if (result === "failed") {
      const way = { label: "Try again", run: onTryAgain };
      conversation.addLocal({ type: "error", text: error.message, way });
    }
    if (result !== "gone") onLoaded();
    return result;
  }

  /** Bring what is shown up to date, without a word when that fails. @returns {Promise<Loaded>} */
  async refresh() {
    const { conversation, onRefreshed } = this.#parts;
    const { threadId } = conversation;
    if (!threadId) return "loaded";
    const { page, result } = await this.#read(threadId);
    if (!page) return result;
    if (conversation.items.size <= page.items.length) this.#earlier = page.earlier; // else older pages are shown
    if (!conversation.refresh(page.items, { isWhole: page.earlier === null })) onRefreshed();
    return result;
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

  /**
   * @param {string} threadId
   * @returns {Promise<{ result: Loaded, page?: { items: any[], earlier: string | null }, error?: any }>}
   */
  async #read(threadId) {
    const { conversation, emit, onGone } = this.#parts;
    emit("thread.load.start", { threadId });
    const [thread, error] = await this.#newest(threadId).then(
      (value) => [value, null],
      (reason) => [null, reason],
    );
    emit("thread.load.end", { threadId });
    if (conversation.threadId !== threadId) return { result: "left" };
    if (error) {
      emit("error", { error });
      if (error.status === NOT_FOUND) onGone();
      return { result: error.status === NOT_FOUND ? "gone" : "failed", error };
    }
    conversation.title = thread.title;
    this.isAnswering = thread.isAnswering;
    return { result: "loaded", page: thread };
  }

  /** @param {string} threadId */
  async #newest(threadId) {
    const thread = await this.#parts.wire().json("threads.get_by_id", { thread_id: threadId });
    // The thread brings its oldest items. A short conversation is whole with them.
    const isWhole = !thread.items.has_more;
    const page = isWhole ? { items: thread.items.data, earlier: null } : await this.#page(threadId, null);
    return { title: thread.title ?? "", isAnswering: thread.metadata?.answering === true, ...page };
  }

  /** @param {string} threadId @param {string | null} after */
  async #page(threadId, after) {
    const params = { thread_id: threadId, limit: PAGE, order: "desc", ...(after && { after }) };
    const page = await this.#parts.wire().json("items.list", params);
    return { items: page.data.toReversed(), earlier: page.has_more ? page.after : null };
  }
}
