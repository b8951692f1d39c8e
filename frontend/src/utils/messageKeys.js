/** Keys by which the gateway knows a message that is sent again: it is stored and answered once. */

const MESSAGES = new Set(["threads.create", "threads.add_user_message"]);
const UNKNOWN_FROM = 500;

/** @typedef {{ type: string, params?: any }} Asked a request of the ChatKit protocol */

/** Kept until it is known what became of the message: until the answer shows it stored, or it was refused for good. */
export class MessageKeys {
  /** @type {Map<string | null, Map<string, string>>} by conversation, null for a new one, and by what was said */
  #kept = new Map();

  /** @param {Asked | null} asked @returns {string | null} null: the request is no message */
  of(asked) {
    if (!asked || !MESSAGES.has(asked.type)) return null;
    const { place, words } = saidIn(asked);
    const key = this.#kept.get(place)?.get(words) ?? crypto.randomUUID();
    this.#keep(place, words, key);
    return key;
  }

  /**
   * The gateway answered a message. What it refuses for now, or failed at, may be sent again as the same. What it
   * begins to answer it has stored; but whoever sent it knows that by the message in the answer alone, which may break
   * off before.
   * @param {Asked} asked @param {Response} answer
   * @returns {Response} the same answer, read along until it shows the message
   */
  settle(asked, answer) {
    const { place, words } = saidIn(asked);
    if (answer.ok && answer.body) {
      return new Response(answer.body.pipeThrough(readAlong(this.#reader(place, words))), answer);
    }
    const isOpen = answer.status >= UNKNOWN_FROM || answer.headers.has("Retry-After");
    if (!isOpen) this.#kept.get(place)?.delete(words);
    return answer;
  }

  /** @param {string | null} place @param {string} words @returns {(event: any) => boolean} true: the message is stored */
  #reader(place, words) {
    let here = place;
    return (event) => {
      if (event?.type === "thread.created") {
        here = event.thread.id; // there it is sent again
        this.#move(words, event.thread.id);
      }
      if (event?.item?.type !== "user_message") return false;
      this.#kept.delete(here); // whoever goes on after a message that was lost has let that one go
      return true;
    };
  }

  /** @param {string} words @param {string} place the name of the new conversation */
  #move(words, place) {
    const key = this.#kept.get(null)?.get(words);
    this.#kept.get(null)?.delete(words);
    if (key) this.#keep(place, words, key);
  }

  /** @param {string | null} place @param {string} words @param {string} key */
  #keep(place, words, key) {
    const kept = this.#kept.get(place) ?? new Map();
    this.#kept.set(place, kept.set(words, key));
  }
}

/** How it is to be answered, which tool or model by, makes no other message of it. @param {Asked} asked */
function saidIn({ params }) {
  const words = JSON.stringify({ ...params?.input, inference_options: undefined });
  return { place: /** @type {string | null} */ (params?.thread_id ?? null), words };
}

/** Lets everything through, and tells each event until it was told enough. @param {(event: any) => boolean} tell */
function readAlong(tell) {
  const decoder = new TextDecoder();
  let rest = "";
  let isEnough = false;
  return new TransformStream({
    transform(chunk, out) {
      out.enqueue(chunk);
      if (isEnough) return;
      const frames = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
      rest = frames.pop() ?? "";
      isEnough = frames.some((frame) => tell(eventOf(frame)));
    },
  });
}

/** @param {string} frame @returns {any} null: one that only keeps the line open, or cannot be read; that is said elsewhere */
function eventOf(frame) {
  try {
    return JSON.parse(frame.replace(/^data: /, ""));
  } catch {
    return null;
  }
}
