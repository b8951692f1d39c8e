/** The page's only way to the sign-in service: same origin, cookies that no script can read. */

import { oauthProviderClient } from "@better-auth/oauth-provider/client";
import { createAuthClient } from "better-auth/react";

export const authClient = createAuthClient({ plugins: [oauthProviderClient()] });

/**
 * Fetch a token for the gateway.
 * @returns {Promise<string | null>} null: nobody is signed in
 * @throws {Error} the sign-in service cannot be reached
 */
export async function fetchToken() {
  const { data, error } = await authClient.$fetch("/token", { method: "GET" });
  if (error?.status === 401) return null;
  if (error) throw new Error("The sign-in service cannot be reached. Try again.");
  return /** @type {{ token: string }} */ (data).token;
}
