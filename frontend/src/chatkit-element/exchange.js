/** One request and the answer that streams back: shown as it comes, and nothing that was written gets lost by it. */

import { unreachable } from "./wire.js";

const NOT_STORED = "It is not known whether the message arrived. Send it again.";

/** Why a request is aborted. The page tells a wish to stop from somebody who only looks elsewhere by this name. */
const LEFT = "LeftError";
const LONGEST_SILENCE_MS = 15_000;

/**
 * @typedef {object} Parts
 * @property {import("./conversation.js").Conversation} conversation
 * @property {(name: string, detail?: object) => void} emit
 * @property {() => void} draw
 * @property {() => void} onBegin an answer begins: what was said aloud before is old
 * @property {(draft: import("./draft.js").Draft) => void} onSent the draft is on its way
 * @property {() => void} onStored the server has it
 * @property {(threadId: string) => void} onNamed the new conversation has a name
 */

/**
 * @typedef {object} Outcome
 * @property {number} count of the events that came
 * @property {boolean} isStored the server has what the person wrote
 * @property {any} failure the stream's own event of an error
 * @property {any} waiting a call of a client tool that waits for its result
 * @property {any} error
 * @property {boolean} isStopped
 * @property {boolean} isLeft another conversation is shown by now
 */

/** @typedef {{ abort: AbortController, isLive: boolean, isStopped: boolean, isDropped: boolean, heardAt: number }} Running */

export class Exchange {
  #parts;
  /** @type {Running | null} */
  #running = null;
  #canStop = true;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  get state() {
    return { isRunning: this.#running?.isLive === true, canStop: this.#canStop };
  }

  /** The person wants this answer to end. */
  stop() {
    if (!this.#running?.isLive) return;
    this.#running.isStopped = true;
    this.#running.abort.abort();
  }

  /** Nobody looks at this answer any more. */
  leave() {
    this.#running?.abort.abort(new DOMException("Another conversation is shown.", LEFT));
    this.#running = null;
  }

  /** After a change of networks a connection may be dead without a word: one that said nothing for long is taken for lost. */
  dropIfSilent() {
    const running = this.#running;
    if (!running?.isLive || Date.now() - running.heardAt < LONGEST_SILENCE_MS) return;
    running.isDropped = true;
    running.abort.abort(new DOMException("Nothing was heard of it for long.", LEFT));
  }

  /**
   * @param {import("./wire.js").Wire} wire
   * @param {string} type
   * @param {object} params
   * @param {{ draft?: import("./draft.js").Draft, replacesAfter?: string }} [options] what the person wrote; what is answered anew
   * @returns {Promise<Outcome>}
   */
  async run(wire, type, params, { draft, replacesAfter } = {}) {
    const { conversation, draw, onBegin, onSent } = this.#parts;
    const running = this.#begin({ isLive: true });
    onBegin();
    this.#parts.emit("response.start");
    conversation.clearLocal();
    if (draft) onSent(draft);
    draw();
    const first = () => replacesAfter && conversation.dropAfter(replacesAfter);
    const outcome = await this.#read(wire.stream(type, params, running.abort.signal), running, !draft, first);
    if (!outcome.isStored && !outcome.failure) outcome.error ??= new Error(NOT_STORED);
    return this.#end(running, outcome);
  }

  /**
   * Look on while an answer that was begun elsewhere is written.
   * @param {import("./wire.js").Wire} wire
   * @param {string} threadId
   * @param {() => void} [onFirst] there is one
   * @returns {Promise<Outcome>}
   */
  async follow(wire, threadId, onFirst) {
    const running = this.#begin({ isLive: false });
    const first = () => {
      running.isLive = true;
      this.#parts.onBegin();
      onFirst?.();
      this.#parts.emit("response.start");
    };
    const events = wire.stream("threads.follow", { thread_id: threadId }, running.abort.signal);
    return this.#end(running, await this.#read(events, running, true, first));
  }

  /** @param {{ isLive: boolean }} state */
  #begin({ isLive }) {
    this.leave();
    const running = { abort: new AbortController(), isLive, isStopped: false, isDropped: false, heardAt: Date.now() };
    this.#running = running;
    this.#canStop = true;
    return running;
  }

  /** @param {Running} running @param {Outcome} outcome */
  #end(running, outcome) {
    outcome.isLeft = this.#running !== running;
    outcome.isStopped = running.isStopped;
    if (!outcome.isLeft) this.#running = null;
    if (running.isLive) this.#parts.emit("response.end");
    this.#parts.draw();
    return outcome;
  }

  /**
   * @param {AsyncGenerator<any>} events
   * @param {Running} running
   * @param {boolean} isStored nothing was written, so nothing can get lost
   * @param {() => void} onFirst
   */
  async #read(events, running, isStored, onFirst) {
    /** @type {Outcome} */
    const outcome = { count: 0, isStored, failure: null, waiting: null, error: null, isStopped: false, isLeft: false };
    try {
      for await (const event of events) {
        if (this.#running !== running) break; // another conversation is shown by now
        running.heardAt = Date.now();
        if (outcome.count === 0) onFirst();
        outcome.count += 1;
        this.#apply(event, outcome);
      }
    } catch (error) {
      outcome.error = running.isDropped ? unreachable() : error;
    }
    return outcome;
  }

  /** @param {any} event @param {Outcome} outcome */
  #apply(event, outcome) {
    const { conversation, emit, draw, onStored, onNamed } = this.#parts;
    emit("log", { name: event.type });
    if (event.item?.type === "user_message" && !outcome.isStored) {
      outcome.isStored = true;
      onStored();
    }
    if (event.type === "thread.created") onNamed(event.thread.id);
    conversation.apply(event);
    switch (event.type) {
      case "thread.created":
        emit("thread.change", { threadId: event.thread.id });
        draw();
        break;
      case "thread.updated":
        draw(); // its title
        break;
      case "stream_options":
        this.#canStop = event.stream_options?.allow_cancel !== false;
        draw();
        break;
      case "client_effect":
        emit("effect", { name: event.name, data: event.data });
        break;
      case "error":
        outcome.failure = event;
        break;
      case "thread.item.done":
        if (event.item.type === "client_tool_call" && event.item.status === "pending") outcome.waiting = event.item;
        break;
    }
  }
}
