/** One request and the answer that streams back: shown as it comes, and nothing that was written gets lost by it. */

const STOPPED = "Stopped here. The assistant may still finish this answer.";
const NOT_STORED = "The message did not arrive. Send it again.";

/**
 * @typedef {object} Parts
 * @property {import("./conversation.js").Conversation} conversation
 * @property {import("./composer.js").Composer} composer
 * @property {() => import("./drafts.js").Drafts} drafts
 * @property {(name: string, detail?: object) => void} emit
 * @property {() => void} draw
 * @property {() => void} reload
 */

/**
 * @typedef {object} Outcome
 * @property {boolean} isStored the server has what the person wrote
 * @property {boolean} isExplained the stream itself told what went wrong
 * @property {any} waiting a call of a client tool that waits for its result
 * @property {Error | null} error
 */

export class Exchange {
  #parts;
  /** @type {AbortController | null} */
  #running = null;
  #isStopped = false;
  #canStop = true;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  get state() {
    return { isRunning: this.#running !== null, canStop: this.#canStop };
  }

  /** The person wants to see no more of this answer. */
  stop() {
    this.#isStopped = true;
    this.#running?.abort();
  }

  /** Nobody looks at this answer any more. */
  leave() {
    this.#running?.abort();
    this.#running = null;
  }

  /**
   * @param {import("./wire.js").Wire} wire
   * @param {string} type
   * @param {object} params
   * @param {string} [draft] what the person wrote
   * @returns {Promise<any>} a call of a client tool that waits for its result, or null
   */
  async run(wire, type, params, draft = "") {
    const { conversation, emit, draw } = this.#parts;
    const running = new AbortController();
    this.#running = running;
    this.#isStopped = false;
    this.#canStop = true;
    emit("response.start");
    conversation.clearLocal();
    if (draft) this.#takeDraft(draft);
    draw();
    const outcome = await this.#follow(wire.stream(type, params, running.signal), running, !draft);
    if (this.#running === running) {
      this.#running = null;
      this.#settle(outcome, draft);
    }
    emit("response.end");
    draw();
    return outcome.error ? null : outcome.waiting;
  }

  /**
   * @param {AsyncGenerator<any>} events
   * @param {AbortController} running
   * @param {boolean} isStored nothing was written, so nothing can get lost
   */
  async #follow(events, running, isStored) {
    /** @type {Outcome} */
    const outcome = { isStored, isExplained: false, waiting: null, error: null };
    try {
      for await (const event of events) {
        if (this.#running !== running) break; // another conversation is shown by now
        this.#apply(event, outcome);
      }
      if (!outcome.isStored && !outcome.isExplained) throw new Error(NOT_STORED);
    } catch (error) {
      outcome.error = /** @type {Error} */ (error);
    }
    return outcome;
  }

  /** @param {any} event @param {Outcome} outcome */
  #apply(event, outcome) {
    const { conversation, drafts, emit, draw } = this.#parts;
    emit("log", { name: event.type });
    if (event.item?.type === "user_message") {
      outcome.isStored = true;
      drafts().sent = "";
    }
    if (event.type === "thread.created") this.#nameDraft(event.thread.id);
    conversation.apply(event);
    switch (event.type) {
      case "thread.created":
        emit("thread.change", { threadId: event.thread.id });
        break;
      case "stream_options":
        this.#canStop = event.stream_options?.allow_cancel !== false;
        break;
      case "client_effect":
        emit("effect", { name: event.name, data: event.data });
        break;
      case "error":
        outcome.isExplained = true;
        emit("error", { error: new Error(event.message ?? event.code) });
        break;
      case "thread.item.done":
        if (event.item.type === "client_tool_call" && event.item.status === "pending") outcome.waiting = event.item;
        break;
    }
    draw();
  }

  /** Out of the composer, into the conversation, and still kept. @param {string} draft */
  #takeDraft(draft) {
    const { conversation, composer, drafts } = this.#parts;
    drafts().sent = draft;
    drafts().write(conversation.threadId, "");
    composer.text = "";
    conversation.addPending(draft);
  }

  /** What is being written meanwhile belongs to the conversation that now has a name. @param {string} threadId */
  #nameDraft(threadId) {
    const { composer, drafts } = this.#parts;
    drafts().write(null, "");
    drafts().write(threadId, composer.text);
  }

  /** @param {Outcome} outcome @param {string} draft */
  #settle({ isStored, isExplained, error }, draft) {
    const { conversation, composer, drafts, emit, reload } = this.#parts;
    conversation.removePending();
    if (!isStored) {
      composer.text = [draft, composer.text].filter(Boolean).join("\n");
      drafts().sent = "";
      drafts().write(conversation.threadId, composer.text);
    }
    const again = isStored && conversation.threadId ? { label: "Show the answer", run: reload } : undefined;
    if (this.#isStopped) conversation.addLocal({ type: "notice", text: STOPPED, again });
    else if (error && !isExplained) {
      conversation.addLocal({ type: "error", text: error.message, again });
      emit("error", { error });
    }
  }
}
