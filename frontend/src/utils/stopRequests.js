/** A person's Stop: whoever shows the chat ends its request, and only this tells the gateway that the answer is to end. */

const LOOK = "threads.follow";
const ANEW = "threads.retry_after_item";
const ANSWERS = new Set([
  "threads.create",
  "threads.add_user_message",
  ANEW,
  "threads.add_client_tool_output",
  "threads.add_structured_input",
  "threads.custom_action",
  LOOK,
]);
const LEFT = "LeftError"; // our element ends a request under this name when another conversation is opened
const TRIES = 4;
const PAUSE_MS = 500;

/** @typedef {{ key: string | null, hasHead: boolean }} Sent what is known of the request so far */

export class StopRequests {
  #stop;
  /** @type {Map<string, number>} how often an answer was begun, by all that names it */
  #begun = new Map();

  /** @param {(body: object) => Promise<{ stopped: boolean }>} stop */
  constructor(stop) {
    this.#stop = stop;
  }

  /**
   * Ask for a stop when the request is ended. A page that closes ends its requests without a word: that is no wish.
   * @param {{ type: string, params: any } | null} asked
   * @param {AbortSignal | null | undefined} signal
   * @param {Sent} sent
   */
  watch(asked, signal, sent) {
    if (!asked || !ANSWERS.has(asked.type)) return;
    const { key } = sent;
    const threadId = asked.params?.thread_id;
    if (asked.type !== LOOK) this.#begin([asked.type, threadId, key].filter(Boolean));
    signal?.addEventListener("abort", () => {
      if (signal.reason?.name === LEFT) return;
      // A message that is answered anew, or sent again, has the key that it had.
      if (key) this.#askUntilStopped({ idempotency_key: key }, sent, this.#holds([key, ANEW]));
      else if (threadId) this.#askUntilStopped({ conversation_id: threadId }, sent, this.#holds([threadId]));
    });
  }

  /** @param {string[]} names */
  #begin(names) {
    for (const name of names) this.#begun.set(name, this.#count(name) + 1);
  }

  /** The wish was about the answer of these names, and must not end the next one. @param {string[]} names */
  #holds(names) {
    const begun = names.map((name) => this.#count(name));
    return () => names.every((name, at) => this.#count(name) === begun[at]);
  }

  /**
   * The wish may overtake the message itself, as long as that was not answered, and it may get lost on its way. When
   * the gateway stays away, the answer goes on, and is shown so.
   * @param {object} body @param {Sent} sent @param {() => boolean} isWished
   */
  async #askUntilStopped(body, sent, isWished) {
    for (let tries = 1; tries <= TRIES && isWished(); tries += 1) {
      const heard = await this.#stop(body).catch(() => null);
      if (heard && (heard.stopped || sent.hasHead)) return;
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
  }

  /** @param {string} name */
  #count(name) {
    return this.#begun.get(name) ?? 0;
  }
}
