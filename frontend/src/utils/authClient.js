/** The page's only way to the sign-in service: same origin, cookies that no script can read. */

import { oauthProviderClient } from "@better-auth/oauth-provider/client";
import { createAuthClient } from "better-auth/react";

export const authClient = createAuthClient({ plugins: [oauthProviderClient()] });

/**
 * What the sign-in service answered. That it was not reached is an error as well, one without a status.
 * @template {{ error: unknown }} Answer
 * @param {Promise<Answer>} asking
 * @returns {Promise<Answer | { data: null, error: { status?: number, code?: string, message?: string } }>}
 */
export function answerOf(asking) {
  return asking.catch(() => ({ data: null, error: {} }));
}

/**
 * Fetch a token for the gateway.
 * @returns {Promise<string | null>} null: nobody is signed in
 * @throws {Error} the sign-in service cannot be reached
 */
export async function fetchToken() {
  const { data, error } = await answerOf(authClient.$fetch("/token", { method: "GET" }));
  if (error?.status === 401) return null;
  if (error) throw new Error("The sign-in service cannot be reached. Try again.");
  return /** @type {{ token: string }} */ (data).token;
}
