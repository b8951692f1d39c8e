/** The one client of the gateway: every request is for the signed-in person, with a good token, or is not made. */

import { MessageKeys } from "./messageKeys.js";
import { StopRequests } from "./stopRequests.js";
import { claimsOf, createTokenSource } from "./token.js";
import { newTraceparent } from "./trace.js";

/** The session is over, or is another person's by now. */
export class SessionEndedError extends Error {
  constructor() {
    super("Your session ended. Sign in again; what you wrote is kept.");
    this.name = "SessionEndedError";
  }
}

/** The gateway refused, in its own words where it has some. */
export class RefusedError extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status) {
    super(message);
    this.name = "RefusedError";
    this.status = status;
  }

  /** Whether what was asked for may have been done all the same. */
  get isInDoubt() {
    return this.status === 0 || this.status >= 500;
  }
}

const FAILED = "This did not work. Try again in a moment.";
const UNREACHABLE = "The connection failed. Check it, then try again.";

/** @typedef {ReturnType<typeof createApiClient>} ApiClient */

/**
 * @param {object} options
 * @param {string} options.gatewayUrl
 * @param {string | null} options.userId from the session
 * @param {() => Promise<string | null>} options.fetchToken
 * @param {() => void} options.onSessionEnded
 * @param {(threadId: string) => void} [options.onAnswer] something was said or done in a conversation
 * @param {typeof fetch} [options.send]
 */
export function createApiClient({ gatewayUrl, userId, fetchToken, onSessionEnded, onAnswer, send = fetch }) {
  const tokens = createTokenSource(fetchToken);
  const keys = new MessageKeys();
  const home = `${gatewayUrl}/api/`;
  const own = `${home}${encodeURIComponent(userId ?? "")}/`;

  const endSession = () => {
    onSessionEnded();
    return new SessionEndedError();
  };

  /**
   * @param {string} url
   * @param {RequestInit} init
   * @param {boolean} fresh
   */
  async function sendOnce(url, init, fresh) {
    const token = await tokens.get({ fresh });
    if (!token || claimsOf(token).sub !== userId) throw endSession();
    const headers = new Headers(init.headers);
    headers.set("Authorization", `Bearer ${token}`);
    headers.set("X-Time-Zone", Intl.DateTimeFormat().resolvedOptions().timeZone);
    headers.set("traceparent", newTraceparent());
    return send(url, { ...init, headers, credentials: "omit" });
  }

  /** @param {string} url @param {RequestInit} init */
  async function sendAuthorized(url, init) {
    if (!userId) throw endSession();
    const answer = await sendOnce(url, init, false);
    if (answer.status !== 401) return answer;
    const second = await sendOnce(url, init, true); // the first token may just have expired
    if (second.status === 401) throw new Error("The assistant refuses your sign-in. Sign out, and in again.");
    return second;
  }

  /**
   * @param {string} method @param {string} url @param {object} [body]
   * @param {string} [key] under which it is done once, however often it is sent
   * @returns {Promise<Response>}
   * @throws {RefusedError}
   */
  async function ask(method, url, body, key) {
    const headers = { ...(body && { "Content-Type": "application/json" }), ...(key && { "Idempotency-Key": key }) };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await reached(sendAuthorized(url, init));
    if (answer.ok) return answer;
    const { message } = await answer.json().catch(() => ({}));
    throw new RefusedError(typeof message === "string" ? message : FAILED, answer.status);
  }

  const stops = new StopRequests(async (body) => read(await ask("POST", `${own}stop`, body)));

  return {
    chatkitUrl: `${own}chatkit`,

    /**
     * `fetch` for the chat. Ending the request stops the answer.
     * @param {string | URL | Request} target
     * @param {RequestInit} [init]
     * @throws {SessionEndedError}
     */
    async fetch(target, init = {}) {
      const url = String(target);
      if (userId && !url.startsWith(home)) throw new Error("The person's token is for the gateway alone.");
      const asked = typeof init.body === "string" ? JSON.parse(init.body) : null;
      const key = keys.of(asked);
      const sent = { key, hasHead: false };
      stops.watch(asked, init.signal, sent);
      const headers = new Headers(init.headers);
      if (key) headers.set("Idempotency-Key", key);
      const answer = await sendAuthorized(url, { ...init, headers });
      sent.hasHead = true;
      if (answer.ok && changes(asked)) onAnswer?.(asked.params.thread_id);
      return key ? keys.settle(asked, answer) : answer;
    },

    /** Who the gateway takes the person for, and which assistant it has. */
    me: async () => read(await ask("GET", `${home}me`)),

    /** @param {string} path below the person's own address */
    get: async (path) => read(await ask("GET", `${own}${path}`)),

    /** @param {string} path @returns {Promise<Blob>} */
    download: async (path) => reached((await ask("GET", `${own}${path}`)).blob()),

    /** @param {string} path @param {object} body @param {string} [key] under which it is done once */
    post: async (path, body, key) => read(await ask("POST", `${own}${path}`, body, key)),

    /** @param {string} path @param {object} body */
    patch: async (path, body) => read(await ask("PATCH", `${own}${path}`, body)),

    /** @param {string} path */
    async remove(path) {
      await ask("DELETE", `${own}${path}`);
    },
  };
}

/**
 * A network fault is a TypeError whose text differs from browser to browser.
 * @template T
 * @param {Promise<T>} attempt
 * @throws {RefusedError}
 */
async function reached(attempt) {
  try {
    return await attempt;
  } catch (error) {
    throw error instanceof TypeError ? new RefusedError(UNREACHABLE, 0) : error;
  }
}

/** @param {Response} answer @returns {Promise<any>} */
const read = (answer) => reached(answer.json());

const LOOKS_ONLY = /^(threads\.(follow|get_by_id|list)|items\.)/;

/** @param {{ type: string, params?: { thread_id?: string } } | null} asked */
function changes(asked) {
  return Boolean(asked?.params?.thread_id) && !LOOKS_ONLY.test(/** @type {{ type: string }} */ (asked).type);
}
