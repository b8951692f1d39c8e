/** Opens a conversation and reads it page by page, the newest first. */

const PAGE = 40;
const NOT_FOUND = 404;

/** @typedef {"loaded" | "failed" | "gone" | "left" | "old"} Loaded `left`: for another conversation; `old`: more was said since */

/**
 * @typedef {object} Parts
 * @property {import("./conversation.js").Conversation} conversation
 * @property {() => import("./wire.js").Wire} wire
 * @property {(name: string, detail: object) => void} emit
 * @property {() => void} onRead what is stored is known
 * @property {() => void} onLoaded all must be drawn
 * @property {() => void} onRefreshed all must be drawn where it stands
 * @property {() => void} onEarlier
 * @property {() => void} onTryAgain
 * @property {(threadId: string) => void} onGone the conversation does not exist, or is another person's
 */

export class Loader {
  #parts;
  /** Where the page before the shown items begins; null: there is none. @type {string | null} */
  #earlier = null;
  isLoading = false;
  /** Counts what was opened: what is read for an earlier one comes too late. */
  #opened = 0;
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
    this.#opened += 1;
    this.#earlier = null;
    this.isLoading = false;
    this.isAnswering = false;
  }

  /** Open the conversation; what is said in it meanwhile stays. @returns {Promise<Loaded>} */
  async open() {
    const { conversation, onRead, onLoaded, onTryAgain } = this.#parts;
    const { threadId } = conversation;
    if (!threadId) return "loaded";
    const opened = this.#opened;
    conversation.clearLocal();
    this.isLoading = true;
    const { page, result, error } = await this.#read(threadId);
    if (result === "left" || opened !== this.#opened) return "left";
    this.isLoading = false;
    if (page && !conversation.isRead) {
      conversation.title ||= page.title;
      conversation.load(page.items);
      this.#earlier = page.earlier;
      onRead();
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
    const { conversation, onRead, onRefreshed } = this.#parts;
    const { threadId, version } = conversation;
    if (!threadId) return "loaded";
    const { page, result } = await this.#read(threadId);
    if (!page) return result;
    if (conversation.version !== version) return "old";
    conversation.title = page.title;
    if (conversation.items.size <= page.items.length) this.#earlier = page.earlier; // else older pages are shown
    if (!conversation.refresh(page.items, { isWhole: page.earlier === null })) onRefreshed();
    onRead();
    return result;
  }

  async earlier() {
    const { conversation, emit, onEarlier } = this.#parts;
    const { threadId } = conversation;
    const before = this.#earlier;
    if (!threadId || !before) return;
    const isOld = () => conversation.threadId !== threadId || this.#earlier !== before;
    try {
      const page = await this.#page(threadId, before);
      if (isOld()) return;
      this.#earlier = page.earlier;
      conversation.load(page.items);
      onEarlier();
    } catch (error) {
      if (isOld()) return;
      conversation.addLocal({ type: "error", text: /** @type {Error} */ (error).message });
      emit("error", { error });
    }
  }

  /**
   * @param {string} threadId
   * @returns {Promise<{ result: Loaded, page?: { title: string, items: any[], earlier: string | null }, error?: any }>}
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
      if (error.status === NOT_FOUND) onGone(threadId);
      return { result: error.status === NOT_FOUND ? "gone" : "failed", error };
    }
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
