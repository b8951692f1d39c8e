/** What a person starts, and how each ends: a message, a retry, an action, Stop, and looking on at a running answer. */

import { EMPTY } from "./draft.js";
import { FAILED, UNCERTAIN, wayOut } from "./failure.js";
import { Reconnection } from "./reconnection.js";
import { isUnreachable } from "./wire.js";

const STOPPED = "You stopped this answer.";
const TOOL_FAILED = "A step that this page was asked for failed. Try again.";
const UNANSWERED = "This message was not answered.";
const BUSY = 409;
const STOPPING_MS = 500; // until the server has heard of a Stop

/** @typedef {import("./exchange.js").Outcome} Outcome */

/**
 * @typedef {object} Request what was asked for, as far as its failure matters
 * @property {() => void} again
 * @property {string} [about] the item that it was about
 * @property {boolean} [isLook] nothing was asked for: this looks on at an answer
 */

/**
 * @typedef {object} Parts
 * @property {import("./conversation.js").Conversation} conversation
 * @property {import("./exchange.js").Exchange} exchange
 * @property {import("./loader.js").Loader} loader
 * @property {() => import("./wire.js").Wire} wire
 * @property {() => Record<string, any>} options
 * @property {(name: string, detail?: object) => void} emit
 * @property {(draft: import("./draft.js").Draft) => void} onNotSent the draft belongs to the person again
 * @property {() => void} onSendAgain
 * @property {() => void} onAnswered an answer came to its end
 */

export class Turns {
  #parts;
  #reconnection;
  /** Counts the conversations that were left: what waits for one of them waits in vain. */
  #left = 0;
  /** The line that says that no answer may have been begun: one that runs is what came of it. */
  #inDoubt = "";
  /** Whether what was read is old, because an answer began meanwhile. */
  #isBehind = false;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#reconnection = new Reconnection(parts.conversation, () => this.#reconnect());
  }

  /** Another conversation is shown. */
  leave() {
    this.#left += 1;
    this.#reconnection.cancel();
    this.#parts.exchange.leave();
  }

  /** @param {object} input @param {import("./draft.js").Draft} draft */
  async send(input, draft) {
    const { threadId } = this.#parts.conversation;
    if (threadId) await this.#run("threads.add_user_message", { thread_id: threadId, input }, { draft });
    else await this.#run("threads.create", { input }, { draft });
  }

  /** Have the last message answered anew. */
  async retry() {
    const { conversation, exchange } = this.#parts;
    const itemId = conversation.lastQuestion;
    if (!itemId || exchange.state.isRunning) return;
    const params = { thread_id: conversation.threadId, item_id: itemId };
    await this.#run("threads.retry_after_item", params, { replacesAfter: itemId });
  }

  /** @param {{ item_id?: string, action: object }} params @param {() => void} again the same press once more */
  async act(params, again) {
    const full = { thread_id: this.#parts.conversation.threadId, ...params };
    await this.#run("threads.custom_action", full, { about: params.item_id, again });
  }

  /** A conversation was opened: show it, and the answer that is being written in it. */
  async open() {
    if ((await this.#parts.loader.open()) === "loaded") await this.#lookOn();
  }

  /**
   * Something may have changed elsewhere. What streams in here is up to date already.
   * @param {{ isChanging?: boolean }} [options] something was pressed just now, and may change while this looks
   */
  async refresh({ isChanging = false } = {}) {
    const { exchange } = this.#parts;
    exchange.dropIfSilent();
    if (exchange.state.isRunning) return;
    const result = await this.#read();
    if (result === "loaded") await this.#lookOn({ isChanging });
    else if (result === "failed") this.#reconnection.start({ isSilent: true });
  }

  /**
   * @param {string} type
   * @param {object} params
   * @param {{ draft?: import("./draft.js").Draft, replacesAfter?: string, about?: string, again?: () => void }} [options]
   */
  async #run(type, params, options = {}) {
    const { conversation, exchange, wire, onNotSent } = this.#parts;
    this.#reconnection.cancel();
    const outcome = await exchange.run(wire(), type, params, options);
    if (outcome.isLeft) return;
    if (options.draft) conversation.removePending();
    if (!outcome.isStored) onNotSent(options.draft ?? EMPTY);
    const { about, again = () => this.#run(type, params, options) } = options;
    const isWell = await this.#settle(outcome, { about, again });
    if (isWell && outcome.waiting) await this.#answerTool(outcome.waiting);
    else await this.#catchUp();
  }

  /** What was said before is read, where it could not be read yet, or where what was read is old. */
  async #catchUp() {
    const { conversation, loader } = this.#parts;
    if (this.#isBehind || !(conversation.isRead || loader.isLoading)) await this.refresh();
  }

  /** What is said here while this reads makes it old: it reads again, at once or when the answer has ended. */
  async #read() {
    const { exchange, loader } = this.#parts;
    let result = await loader.refresh();
    while (result === "old" && !exchange.state.isRunning) result = await loader.refresh();
    this.#isBehind = result === "old";
    return result;
  }

  /** @param {any} call of a tool that the page itself offers */
  async #answerTool(call) {
    const { conversation, exchange, options, emit } = this.#parts;
    const left = this.#left;
    let result;
    try {
      result = await options().onClientTool?.({ name: call.name, params: call.arguments });
    } catch (error) {
      emit("error", { error });
      const way = { label: "Try again", run: () => this.#answerTool(call) };
      if (left === this.#left) conversation.addLocal({ type: "error", text: TOOL_FAILED, way });
      return;
    }
    if (left !== this.#left || exchange.state.isRunning) return; // the person went on: it would end what runs now
    await this.#run("threads.add_client_tool_output", { thread_id: conversation.threadId, result });
  }

  /**
   * @param {Outcome} outcome
   * @param {Request} request
   * @returns {Promise<boolean>} whether all went well
   */
  async #settle(outcome, request) {
    const { conversation, emit, onAnswered } = this.#parts;
    const { failure, error } = outcome;
    if (outcome.isStopped) await this.#afterStop();
    else if (failure) {
      const way = failure.allow_retry && conversation.lastQuestion ? this.#retryWay : undefined;
      conversation.addLocal({ type: "error", text: failure.message ?? FAILED, way });
      emit("error", { error: new Error(failure.message ?? failure.code) });
    } else if (error) {
      emit("error", { error });
      this.#sayError(outcome, request);
      if (error.status === BUSY) this.refresh(); // what keeps the conversation busy was begun elsewhere: show it
    }
    const isWell = !outcome.isStopped && !failure && !error;
    if (isWell) onAnswered();
    return isWell;
  }

  /**
   * An answer that broke off comes again by itself. What may not even have arrived is said, and stays said while what
   * is stored is looked at: if it did arrive, its item has changed.
   * @param {Outcome} outcome @param {Request} request
   */
  #sayError(outcome, { again, about, isLook = false }) {
    const { conversation, onSendAgain } = this.#parts;
    const { error, isStored, count } = outcome;
    const isLost = isStored && conversation.threadId !== null && isUnreachable(error);
    if (isLost && (isLook || count > 0)) {
      this.#reconnection.start();
      return;
    }
    const text = isLost ? UNCERTAIN : error.message;
    const way = wayOut(outcome, { again, sendAgain: onSendAgain });
    const note = conversation.addLocal({ type: "error", text, about, way });
    if (!isLost) return;
    if (!about) this.#inDoubt = note;
    this.#reconnection.start({ isSilent: true });
  }

  /** What was said so far stays. Should the answer have gone on after all, then that is what must be seen. */
  async #afterStop() {
    const { conversation, exchange, wire } = this.#parts;
    const { threadId } = conversation;
    const said = this.#isUnanswered
      ? this.#offerAnswer(STOPPED)
      : conversation.addLocal({ type: "notice", text: STOPPED });
    if (!threadId) return;
    const left = this.#left;
    await new Promise((done) => setTimeout(done, STOPPING_MS));
    if (left !== this.#left || exchange.state.isRunning) return;
    const { error, isLeft } = await exchange.follow(wire(), threadId);
    if (error || isLeft || (await this.#read()) === "old") return;
    if (!this.#isUnanswered || conversation.threadId !== threadId) return;
    conversation.remove(said); // what was asked for again is gone, and nothing came in its place
    this.#offerAnswer(STOPPED);
  }

  /**
   * Show an answer that was begun before, in another tab or on another device, until its end.
   * @param {{ isChanging?: boolean }} [options] something was said or pressed just now, if only on a card
   */
  async #lookOn({ isChanging = false } = {}) {
    const { conversation, exchange, loader, wire } = this.#parts;
    const { threadId } = conversation;
    if (!threadId || exchange.state.isRunning) return;
    const outcome = await exchange.follow(wire(), threadId, () => conversation.remove(this.#inDoubt));
    if (outcome.isLeft) return;
    const mayBeOld = loader.isAnswering || this.#isUnanswered;
    if (outcome.count > 0 || isUnreachable(outcome.error)) {
      await this.#settle(outcome, { again: () => this.refresh(), isLook: true });
      await this.#catchUp();
    } else if ((mayBeOld || isChanging) && !outcome.error) {
      const result = await this.#read(); // an answer may have ended after that was read and before it could be looked at
      if (result !== "old" && this.#isUnanswered && conversation.threadId === threadId) this.#offerAnswer(UNANSWERED);
    }
  }

  get #isUnanswered() {
    return this.#parts.conversation.last?.type === "user_message";
  }

  /** @param {string} text @returns {string} the id of the line */
  #offerAnswer(text) {
    return this.#parts.conversation.offerAnswer({ type: "notice", text, way: this.#retryWay });
  }

  get #retryWay() {
    return { label: "Answer again", run: () => this.retry() };
  }

  async #reconnect() {
    const result = await this.#read();
    if (result === "failed") return false;
    if (result === "loaded") this.#lookOn({ isChanging: true });
    return true;
  }
}
