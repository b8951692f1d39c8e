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
  /** Every conversation by its id; those after the first two were begun here. @type {Map<string, Talk>} */
  talks = new Map();
  /** Where a message of this key was stored. @type {Map<string, Talk>} */
  #keys = new Map();
  #count = 0;
  #random;
  #isHealthy = false;

  /** @param {() => number} random */
  constructor(random) {
    this.#random = random;
    for (const id of ["t1", "t2"]) this.talks.set(id, new Talk(id, this));
  }

  /** The routes, as `openChat` takes them. */
  get answers() {
    const talk = (/** @type {any} */ { thread_id }) => this.talk(thread_id);
    return {
      "threads.create": (/** @type {any} */ { input }, /** @type {Headers} */ headers) =>
        this.#late(() => this.#create(input.content[0].text, headers.get("idempotency-key"))),
      "threads.get_by_id": (/** @type {any} */ params) => this.#late(() => talk(params).read()),
      "threads.add_user_message": (/** @type {any} */ params, /** @type {Headers} */ headers) =>
        this.#late(() => this.#say(talk(params), params.input.content[0].text, headers.get("idempotency-key"))),
      "threads.retry_after_item": (/** @type {any} */ params) => this.#late(() => talk(params).retry(params.item_id)),
      "threads.follow": (/** @type {any} */ params) => this.#late(() => talk(params).listen()),
      "items.feedback": () => this.#late(() => ({})),
    };
  }

  /** From now on all goes well. */
  heal() {
    this.#isHealthy = true;
  }

  get isAnswering() {
    return [...this.talks.values()].some(({ isAnswering }) => isAnswering);
  }

  /** @param {string} id @returns {Talk} */
  talk(id) {
    return /** @type {Talk} */ (this.talks.get(id));
  }

  /** The person's Stop, should it arrive. @param {string | undefined} id or none: of what the key began @param {string | null} key */
  async stop(id, key) {
    const talk = id ? this.talk(id) : this.#keys.get(key ?? "");
    const turn = talk?.turn;
    await this.pass();
    if (talk && turn && turn === talk.turn && !this.fails()) talk.end(turn);
  }

  fails() {
    return !this.#isHealthy && this.#random() < FAILURES;
  }

  pass() {
    return new Promise((go) => setTimeout(go, this.#random() ** 3 * SLOWEST_MS));
  }

  /** @param {string} kind */
  id(kind) {
    this.#count += 1;
    return `${kind}${this.#count}`;
  }

  /** @param {string} text @param {string | null} key */
  #create(text, key) {
    const known = this.#keys.get(key ?? "");
    const talk = known ?? new Talk(this.id("new"), this);
    this.talks.set(talk.id, talk);
    return this.#say(talk, text, key, [{ type: "thread.created", thread: { ...thread, id: talk.id } }]);
  }

  /** What was stored under its key before is not stored again. @param {Talk} talk @param {string} text @param {string | null} key @param {object[]} [first] */
  #say(talk, text, key, first = []) {
    const isKnown = this.#keys.has(key ?? "");
    if (!isKnown && talk.isAnswering) return talk.refusal;
    if (key) this.#keys.set(key, talk);
    return isKnown ? talk.listen([...first, ...talk.since(text).map(done)]) : talk.say(text, first);
  }

  /** Answer after a while; the request may get lost on its way, or its answer. @param {() => unknown} answer */
  async #late(answer) {
    await this.pass();
    if (this.fails()) throw new TypeError("network error");
    const value = answer();
    await this.pass();
    if (this.fails()) throw new TypeError("network error");
    return value;
  }
}

/** One conversation. */
class Talk {
  /** What is stored, oldest first. @type {any[]} */
  items = [];
  /** @type {Turn | null} */
  turn = null;
  id;
  #world;

  /** @param {string} id @param {World} world */
  constructor(id, world) {
    this.id = id;
    this.#world = world;
  }

  get isAnswering() {
    return this.turn !== null;
  }

  get texts() {
    return this.items.map(({ content }) => content[0].text);
  }

  get refusal() {
    return refusal(409, { code: "turn_in_progress", message: "Still being answered." });
  }

  /** Somebody sends a message, here or elsewhere. @param {string} text @param {object[]} [first] events before it */
  say(text, first = []) {
    if (this.turn) return this.refusal;
    const question = userItem(this.#world.id("u"), text);
    this.items.push(question);
    return this.#begin([...first, done(question)]);
  }

  /** The message of this text, and what came after it. @param {string} text */
  since(text) {
    return this.items.slice(this.items.findIndex(({ content }) => content[0].text === text));
  }

  read() {
    const kept = this.turn && this.turn.said > 1 ? [this.#answer(this.turn)] : [];
    const metadata = { answering: this.isAnswering };
    return { ...thread, id: this.id, metadata, items: { data: [...this.items, ...kept], has_more: false } };
  }

  /** @param {string} itemId */
  retry(itemId) {
    if (this.turn) return this.refusal;
    const at = this.items.findIndex(({ id }) => id === itemId);
    const isLast = at !== -1 && !this.items.slice(at + 1).some(({ type }) => type === "user_message");
    if (!isLast) return refusal(409, { code: "conflict", message: "Only your last message can be answered again." });
    this.items.length = at + 1;
    return this.#begin();
  }

  /** @param {object[]} [first] events before those of the answer */
  listen(first = []) {
    const { turn } = this;
    const stream = eventStream();
    if (turn) stream.send({ type: "stream_options", stream_options: { allow_cancel: true } });
    stream.send(...first);
    if (!turn) {
      stream.end();
      return stream.response;
    }
    turn.listeners.add(stream);
    if (turn.said > 0) stream.send(added(this.#answer(turn)));
    if (this.#world.fails()) this.#world.pass().then(() => turn.listeners.delete(stream) && stream.cut());
    return stream.response;
  }

  /** @param {Turn} turn */
  end(turn) {
    if (turn.said > 0) {
      this.items.push(this.#answer(turn));
      this.#tell(turn, done(this.#answer(turn)));
    }
    this.turn = null;
    for (const stream of turn.listeners) stream.end();
  }

  /** @param {object[]} [first] */
  #begin(first) {
    const turn = { id: this.#world.id("a"), said: 0, listeners: new Set() };
    this.turn = turn;
    this.#write(turn);
    return this.listen(first);
  }

  /** @param {Turn} turn */
  async #write(turn) {
    for (const word of WORDS) {
      await this.#world.pass();
      if (turn !== this.turn) return;
      this.#tell(turn, ...(turn.said === 0 ? [added(assistantItem(turn.id, ""))] : []), delta(turn.id, word));
      turn.said += 1;
    }
    await this.#world.pass();
    if (turn === this.turn) this.end(turn);
  }

  /** @param {Turn} turn */
  #answer({ id, said }) {
    return assistantItem(id, WORDS.slice(0, said).join(""));
  }

  /** @param {Turn} turn @param {...object} events */
  #tell({ listeners }, ...events) {
    for (const stream of listeners) stream.send(...events);
  }
}
