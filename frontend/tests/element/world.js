/** A gateway that is slow, fails and forgets by chance: the same seed always tells the same story. */

import { eventStream, refusal } from "../network.js";
import { added, assistantItem, delta, done, thread, userItem } from "./chat.js";

const SLOWEST_MS = 900;
const FAILURES = 0.2;
const WORDS = ["Once", " upon", " a", " time"];

/** @typedef {{ id: string, said: number, listeners: Set<ReturnType<typeof eventStream>> }} Turn the answer being written */

/** @param {number} seed @returns {() => number} from 0 to 1, as `Math.random` (mulberry32) */
export function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class World {
  /** What is stored, oldest first. @type {any[]} */
  items = [];
  /** @type {Turn | null} */
  #turn = null;
  #count = 0;
  #random;
  #isHealthy = false;

  /** @param {() => number} random */
  constructor(random) {
    this.#random = random;
  }

  /** The routes, as `openChat` takes them. */
  get answers() {
    return {
      "threads.get_by_id": () => this.#late(() => this.#read()),
      "threads.add_user_message": (/** @type {any} */ { input }) => this.#late(() => this.say(input.content[0].text)),
      "threads.retry_after_item": (/** @type {any} */ { item_id }) => this.#late(() => this.#retry(item_id)),
      "threads.follow": () => this.#late(() => this.#listen()),
      "items.feedback": () => this.#late(() => ({})),
    };
  }

  /** From now on all goes well. */
  heal() {
    this.#isHealthy = true;
  }

  get isAnswering() {
    return this.#turn !== null;
  }

  /** Somebody sends a message, here or elsewhere. @param {string} text */
  say(text) {
    if (this.#turn) return refusal(409, { code: "turn_in_progress", message: "Still being answered." });
    const question = userItem(this.#id("u"), text);
    this.items.push(question);
    return this.#begin(question);
  }

  /** The person's Stop, should it arrive. */
  async stop() {
    const turn = this.#turn;
    await this.#pass();
    if (turn && turn === this.#turn && !this.#fails()) this.#end(turn);
  }

  #read() {
    const kept = this.#turn && this.#turn.said > 1 ? [this.#answer(this.#turn)] : [];
    const metadata = { answering: this.#turn !== null };
    return { ...thread, metadata, items: { data: [...this.items, ...kept], has_more: false } };
  }

  /** @param {string} itemId */
  #retry(itemId) {
    if (this.#turn) return refusal(409, { code: "turn_in_progress", message: "Still being answered." });
    const at = this.items.findIndex(({ id }) => id === itemId);
    const isLast = at !== -1 && !this.items.slice(at + 1).some(({ type }) => type === "user_message");
    if (!isLast) return refusal(409, { code: "conflict", message: "Only your last message can be answered again." });
    this.items.length = at + 1;
    return this.#begin();
  }

  /** @param {object} [question] */
  #begin(question) {
    const turn = { id: this.#id("a"), said: 0, listeners: new Set() };
    this.#turn = turn;
    this.#write(turn);
    return this.#listen(question);
  }

  /** @param {Turn} turn */
  async #write(turn) {
    for (const word of WORDS) {
      await this.#pass();
      if (turn !== this.#turn) return;
      this.#tell(turn, ...(turn.said === 0 ? [added(assistantItem(turn.id, ""))] : []), delta(turn.id, word));
      turn.said += 1;
    }
    await this.#pass();
    if (turn === this.#turn) this.#end(turn);
  }

  /** @param {Turn} turn */
  #end(turn) {
    if (turn.said > 0) {
      this.items.push(this.#answer(turn));
      this.#tell(turn, done(this.#answer(turn)));
    }
    this.#turn = null;
    for (const stream of turn.listeners) stream.end();
  }

  /** @param {Turn} turn */
  #answer({ id, said }) {
    return assistantItem(id, WORDS.slice(0, said).join(""));
  }

  /** @param {object} [question] */
  #listen(question) {
    const turn = this.#turn;
    if (!turn) return new Response("");
    const stream = eventStream();
    turn.listeners.add(stream);
    stream.send(
      { type: "stream_options", stream_options: { allow_cancel: true } },
      ...(question ? [done(question)] : []),
    );
    if (turn.said > 0) stream.send(added(this.#answer(turn)));
    if (this.#fails()) this.#pass().then(() => turn.listeners.delete(stream) && stream.cut());
    return stream.response;
  }

  /** @param {Turn} turn @param {...object} events */
  #tell({ listeners }, ...events) {
    for (const stream of listeners) stream.send(...events);
  }

  /** Answer after a while; the request may get lost on its way, or its answer. @param {() => unknown} answer */
  async #late(answer) {
    await this.#pass();
    if (this.#fails()) throw new TypeError("network error");
    const value = answer();
    await this.#pass();
    if (this.#fails()) throw new TypeError("network error");
    return value;
  }

  #fails() {
    return !this.#isHealthy && this.#random() < FAILURES;
  }

  #pass() {
    return new Promise((go) => setTimeout(go, this.#random() ** 3 * SLOWEST_MS));
  }

  /** @param {string} kind */
  #id(kind) {
    this.#count += 1;
    return `${kind}${this.#count}`;
  }
}
