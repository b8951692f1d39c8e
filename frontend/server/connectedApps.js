/** The apps that a person let in: told, and taken back. An app that was taken back gets no new token. */

import { APIError, createAuthEndpoint, sessionMiddleware } from "better-auth/api";

const MODELS = ["oauthAccessToken", "oauthRefreshToken", "oauthConsent"]; // in the order in which they point at each other

const NEWEST = /** @type {const} */ ({ field: "createdAt", direction: "desc" });
const MOST_APPS = 1000; // unsaid, the adapter reads a hundred rows in no order

/** A plugin of Better Auth: its session, its check of the origin, its tables. */
export function connectedApps() {
  return {
    id: "connected-apps",
    endpoints: {
      listConnectedApps: createAuthEndpoint(
        "/connected-apps",
        { method: "GET", use: [sessionMiddleware] },
        async ({ context, json }) => json(await appsOf(context.adapter, context.session.user.id)),
      ),
      revokeConnectedApp: createAuthEndpoint(
        "/connected-apps/revoke",
        { method: "POST", use: [sessionMiddleware] },
        async ({ context, body, json }) => {
          const clientId = body?.clientId;
          if (typeof clientId !== "string") throw new APIError("BAD_REQUEST", { message: "clientId is missing." });
          await revoke(context.adapter, context.session.user.id, clientId);
          return json({ ok: true });
        },
      ),
    },
  };
}

/**
 * @typedef {{ clientId: string, name: string, scopes: string[], allowedAt: string, lastUsedAt: string }} App
 * @param {import("better-auth").DBAdapter} adapter
 * @param {string} userId
 * @returns {Promise<App[]>} the most recently used first; `lastUsedAt` is when it last got a token
 */
async function appsOf(adapter, userId) {
  const own = [{ field: "userId", value: userId }];
  const consents = /** @type {any[]} */ (
    await adapter.findMany({ model: "oauthConsent", where: own, sortBy: NEWEST, limit: MOST_APPS })
  );
  const ids = [...new Set(consents.map(({ clientId }) => clientId))];
  const apps = ids.map(async (clientId) => {
    const where = [{ field: "clientId", value: clientId }];
    const client = /** @type {any} */ (await adapter.findOne({ model: "oauthClient", where }));
    const given = consents.filter((consent) => consent.clientId === clientId);
    const used = /** @type {any[]} */ (
      await adapter.findMany({ model: "oauthRefreshToken", where: [...own, ...where], sortBy: NEWEST, limit: 1 })
    );
    return {
      clientId,
      name: client?.name || "An app without a name",
      scopes: [...new Set(given.flatMap(({ scopes }) => scopes))],
      allowedAt: timeOf(given, Math.min),
      lastUsedAt: timeOf([...given, ...used], Math.max),
    };
  });
  return (await Promise.all(apps)).sort((a, b) => b.lastUsedAt.localeCompare(a.lastUsedAt));
}

/**
 * @param {import("better-auth").DBAdapter} adapter
 * @param {string} userId
 * @param {string} clientId
 */
async function revoke(adapter, userId, clientId) {
  const where = [
    { field: "userId", value: userId },
    { field: "clientId", value: clientId },
  ];
  await adapter.transaction(async (within) => {
    for (const model of MODELS) await within.deleteMany({ model, where });
  });
}

/** @param {{ createdAt: Date | string }[]} rows @param {(...times: number[]) => number} choose */
function timeOf(rows, choose) {
  return new Date(choose(...rows.map(({ createdAt }) => new Date(createdAt).getTime()))).toISOString();
}
