/** Speaks the ChatKit protocol: one POST a request, answered by JSON or by a stream of events. */

/** @typedef {{ type: "two_phase" } | { type: "direct", uploadUrl: string }} UploadStrategy */
/** @typedef {{ url: string, fetch?: typeof fetch, domainKey?: string, uploadStrategy?: UploadStrategy }} Api */

const LONGEST_WAIT_S = 3600;
const PASSING = [401, 408, 409, 425, 429]; // refusals that depend on the moment

/** What went wrong, in a sentence for the person; `status` is 0 when no answer came. */
export class WireError extends Error {
  /** @type {number | undefined} seconds that the server asks to wait */
  retryAfter;

  /**
   * @param {string} message
   * @param {number} status
   * @param {string} code
   */
  constructor(message, status, code) {
    super(message);
    this.name = "WireError";
    this.status = status;
    this.code = code;
  }
}

/** @param {unknown} error @returns {error is WireError} */
export function isUnreachable(error) {
  return error instanceof WireError && error.code === "unreachable";
}

/** Whether the same may go well the next time: most refusals will not. @param {unknown} error */
export function mayPass(error) {
  return !(error instanceof WireError) || error.status < 400 || error.status >= 500 || PASSING.includes(error.status);
}

/** Why something other than a message did not arrive. @param {unknown} error */
export function reasonOf(error) {
  return isUnreachable(error) ? "The connection failed." : /** @type {Error} */ (error).message;
}

export function unreachable() {
  return new WireError("The connection failed. Check it, then send again.", 0, "unreachable");
}

/** @type {Record<number, string>} */
const SENTENCES = {
  401: "Your session ended. Sign in again.",
  404: "This conversation is not there any more.",
  409: "An answer is still being written here. Wait for it, then send again.",
  413: "This message is too long.",
  429: "That was a lot at once. Wait a moment, then send again.",
  503: "The assistant cannot be reached just now. Send again in a moment.",
};

export class Wire {
  api;
  #locale;

  /** @param {Api} api @param {string} [locale] the language that is asked for */
  constructor(api, locale) {
    this.api = api;
    this.#locale = locale;
  }

  /**
   * @param {string} type
   * @param {object} params
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  async json(type, params, signal) {
    const answer = await this.#post(type, params, signal);
    return parse(await this.#reached(answer.text()));
  }

  /**
   * A form instead of a request of the protocol.
   * @param {string} url
   * @param {FormData} form
   * @param {AbortSignal} signal
   * @returns {Promise<any>}
   */
  async send(url, form, signal) {
    const answer = await this.#asked(url, { method: "POST", body: form, signal });
    return parse(await this.#reached(answer.text()));
  }

  /**
   * @param {string} type
   * @param {object} params
   * @param {AbortSignal} [signal]
   * @returns {AsyncGenerator<any>} the events
   */
  async *stream(type, params, signal) {
    const answer = await this.#post(type, params, signal);
    if (!answer.body) throw new WireError("The answer was empty.", answer.status, "internal");
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    try {
      for (;;) {
        const { value, done } = await this.#reached(reader.read());
        if (done) return;
        const frames = (rest + value).split("\n\n");
        rest = frames.pop() ?? "";
        for (const frame of frames) {
          if (frame.startsWith("data: ")) yield parse(frame.slice("data: ".length)); // others keep the line open
        }
      }
    } finally {
      reader.cancel().catch(() => undefined); // nobody reads on: one that broke has nothing to let go
    }
  }

  /**
   * @param {string} type
   * @param {object} params
   * @param {AbortSignal} [signal]
   */
  async #post(type, params, signal) {
    const headers = new Headers({ "Content-Type": "application/json" });
    if (this.#locale) headers.set("Accept-Language", this.#locale);
    const body = JSON.stringify({ type, params, metadata: {} });
    return this.#asked(this.api.url, { method: "POST", headers, signal, body });
  }

  /** @param {string} url @param {RequestInit} init */
  async #asked(url, init) {
    const send = this.api.fetch ?? fetch;
    const answer = await this.#reached(send(url, init));
    if (!answer.ok) throw await refusal(answer);
    return answer;
  }

  /**
   * A network fault is a TypeError whose text differs from browser to browser.
   * @template T
   * @param {Promise<T>} attempt
   */
  async #reached(attempt) {
    try {
      return await attempt;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw unreachable();
    }
  }
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new WireError("The answer could not be read. Try again.", 0, "unreadable");
  }
}

/** @param {Response} answer */
async function refusal(answer) {
  const body = await answer.json().catch(() => null);
  const known = typeof body?.message === "string" && typeof body?.code === "string";
  const sentence = known ? body.message : (SENTENCES[answer.status] ?? "Something went wrong. Try again.");
  const error = new WireError(sentence, answer.status, known ? body.code : "");
  const wait = Number(answer.headers.get("Retry-After"));
  if (wait > 0 && wait <= LONGEST_WAIT_S) error.retryAfter = wait;
  return error;
}
