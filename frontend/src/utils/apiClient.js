/** The one client of the gateway: every request is for the signed-in person, with a good token, or is not made. */

import { MessageKeys } from "./messageKeys.js";
import { claimsOf, createTokenSource } from "./token.js";

/** The session is over, or is another person's by now. */
export class SessionEndedError extends Error {
  constructor() {
    super("Your session ended. Sign in again; what you wrote is kept.");
    this.name = "SessionEndedError";
  }
}

/**
 * @param {object} options
 * @param {string} options.gatewayUrl
 * @param {string | null} options.userId from the session
 * @param {() => Promise<string | null>} options.fetchToken
 * @param {() => void} options.onSessionEnded
 * @param {typeof fetch} [options.send]
 */
export function createApiClient({ gatewayUrl, userId, fetchToken, onSessionEnded, send = fetch }) {
  const tokens = createTokenSource(fetchToken);
  const keys = new MessageKeys();
  const home = `${gatewayUrl}/api/`;

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
    const key = keys.of(init.body);
    if (key) headers.set("Idempotency-Key", key);
    const answer = await send(url, { ...init, headers, credentials: "omit" });
    keys.settle(init.body, answer);
    return answer;
  }

  return {
    chatkitUrl: `${home}${encodeURIComponent(userId ?? "")}/chatkit`,

    /**
     * `fetch` for the gateway. A 401 is tried once more with a fresh token: the first may just have expired.
     * @param {string | URL | Request} target
     * @param {RequestInit} [init]
     * @throws {SessionEndedError}
     */
    async fetch(target, init = {}) {
      const url = String(target);
      if (!userId) throw endSession();
      if (!url.startsWith(home)) throw new Error("The person's token is for the gateway alone.");
      const answer = await sendOnce(url, init, false);
      if (answer.status !== 401) return answer;
      const second = await sendOnce(url, init, true);
      if (second.status === 401) throw new Error("The assistant refuses your sign-in. Sign out, and in again.");
      return second;
    },
  };
}
