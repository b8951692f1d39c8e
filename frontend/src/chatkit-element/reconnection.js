/** A connection that broke while an answer came: tried again by itself, sooner when the network is back. */

const WAITS_MS = [500, 1000, 2000, 4000, 8000, 15_000];
const LOST = "The connection was lost. What you wrote is safe; trying to reach the assistant again…";

export class Reconnection {
  #conversation;
  #attempt;
  /** Counts the starts: an older one ends where a newer one began. */
  #round = 0;
  #isTrying = false;
  /** @type {string | null} the notice */
  #said = null;

  /**
   * @param {import("./conversation.js").Conversation} conversation
   * @param {() => Promise<boolean>} attempt true: the server was reached, or nobody looks any more
   */
  constructor(conversation, attempt) {
    this.#conversation = conversation;
    this.#attempt = attempt;
  }

  cancel() {
    this.#round += 1;
    this.#isTrying = false;
    if (this.#said) this.#conversation.remove(this.#said);
    this.#said = null;
  }

  /** @param {{ isSilent?: boolean }} [options] nothing is to be said, or something else says it; what is tried goes on */
  async start({ isSilent = false } = {}) {
    if (isSilent && this.#isTrying) return;
    this.cancel();
    this.#isTrying = true;
    const round = this.#round;
    const wake = new EventTarget();
    const way = { label: "Try now", run: () => wake.dispatchEvent(new Event("online")) };
    if (!isSilent) this.#said = this.#conversation.addLocal({ type: "notice", text: LOST, way });
    for (let tries = 0; ; tries += 1) {
      await pause(WAITS_MS[Math.min(tries, WAITS_MS.length - 1)], [wake, globalThis]);
      if (round !== this.#round) return;
      if (await this.#attempt()) break;
      if (round !== this.#round) return;
    }
    if (round === this.#round) this.cancel();
  }
}

/** Wait, or less when one of the targets says that it is worth a try. @param {number} ms @param {EventTarget[]} targets */
function pause(ms, targets) {
  const over = new AbortController();
  return new Promise((done) => {
    const go = () => {
      over.abort();
      clearTimeout(timer);
      done(undefined);
    };
    const timer = setTimeout(go, ms);
    for (const target of targets) target.addEventListener("online", go, { signal: over.signal });
  });
}
