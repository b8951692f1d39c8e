/** Who signs in, and what is signed for them: Better Auth's options, and the running service. */

import { oauthProvider } from "@better-auth/oauth-provider";
import { betterAuth } from "better-auth";
import { APIError, createAuthMiddleware } from "better-auth/api";
import { jwt } from "better-auth/plugins";
import { PostgresDialect } from "kysely";
import { connectedApps } from "./connectedApps.js";
import { note } from "./log.js";
import { registered } from "./registration.js";
import { isLoopback } from "./settings.js";

export const SCHEMA = "auth";

/** Carries the client's address from our own edge to Better Auth; what a client sends under this name is replaced. */
export const ADDRESS_HEADER = "x-remit-client-address";

/**
 * What the page has no use for, and a stranger has: apps register themselves, people see them under /connected-apps,
 * and a password is asked for by what needs it.
 */
const CLOSED = [
  "/oauth2/create-client",
  "/oauth2/update-client",
  "/oauth2/delete-client",
  "/oauth2/client/rotate-secret",
  "/oauth2/update-consent",
  "/verify-password",
];

const APP_SCOPES = ["tasks:read", "tasks:write", "conversations:read", "offline_access"];

/**
 * @param {import("./settings.js").Settings} settings
 * @param {import("pg").Pool} pool
 */
export function authOptions(settings, pool) {
  return /** @satisfies {import("better-auth").BetterAuthOptions} */ ({
    appName: "Remit",
    baseURL: settings.publicUrl,
    basePath: "/api/auth",
    secret: settings.secret,
    ...(settings.secrets.length > 0 && { secrets: settings.secrets }),
    trustedOrigins: [settings.publicUrl],
    database: { dialect: new PostgresDialect({ pool }), type: "postgres", schemaName: SCHEMA },
    emailAndPassword: { enabled: true, minPasswordLength: 8 },
    user: { deleteUser: { enabled: true } },
    // On one machine everybody has the same address: a limit by address would only lock its owner out.
    rateLimit: {
      enabled: !isLoopback(new URL(settings.publicUrl).hostname),
      storage: "database",
      customRules: { "/delete-user": { window: 10, max: 3 } }, // it takes a password, as signing in does
    },
    telemetry: { enabled: false },
    logger: { log: noteOf },
    disabledPaths: CLOSED,
    onAPIError: { throw: true }, // an unexpected fault is the edge's to answer (app.js)
    advanced: { cookiePrefix: "remit", ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] } },
    hooks: { before: beforeEach },
    plugins: [pageToken(settings), mcpAuthorization(settings), connectedApps()],
  });
}

/**
 * Start the service at its first use. A start that fails, because the database is away, is tried again by the next.
 * @param {import("./settings.js").Settings} settings
 * @param {import("pg").Pool} pool
 * @returns {() => Promise<{ handler: (request: Request) => Promise<Response> }>}
 */
export function signInService(settings, pool) {
  /** @type {Promise<{ handler: (request: Request) => Promise<Response> }> | undefined} */
  let started;
  const start = async () => {
    const auth = betterAuth(authOptions(settings, pool));
    await auth.$context;
    return auth;
  };
  return () => {
    started ??= start().catch((error) => {
      started = undefined;
      throw error;
    });
    return started;
  };
}

/**
 * The page's token for the gateway. Its only claim about the person is `sub`: nothing that they can edit is signed.
 * @param {import("./settings.js").Settings} settings
 */
function pageToken(settings) {
  return jwt({
    disableSettingJwtHeader: true, // else every look at the session signs a token
    jwt: {
      issuer: `${settings.publicUrl}/api/auth`,
      audience: settings.gatewayAudience,
      expirationTime: "15m",
      definePayload: () => ({}),
    },
  });
}

/**
 * OAuth 2.1 for people's own MCP clients, which register themselves.
 * @param {import("./settings.js").Settings} settings
 */
function mcpAuthorization(settings) {
  return oauthProvider({
    loginPage: "/sign-in",
    consentPage: "/consent",
    scopes: ["openid", "profile", "email", ...APP_SCOPES],
    resources: [{ identifier: settings.mcpUrl, allowedScopes: APP_SCOPES }],
    clientRegistrationDefaultResources: [settings.mcpUrl],
    allowDynamicClientRegistration: true,
    allowUnauthenticatedClientRegistration: true,
    accessTokenExpiresIn: 3600,
  });
}

/** Of what comes with a message the error alone is told: the rest is what somebody sent. */
function noteOf(/** @type {string} */ level, /** @type {string} */ message, /** @type {unknown[]} */ ...more) {
  note(
    `${level}: ${message}`,
    more.find((one) => one instanceof Error),
  );
}

const beforeEach = createAuthMiddleware(async ({ path, body }) => {
  if (path === "/oauth2/register") return registered(body);
  if (path === "/delete-user" && !body?.password) {
    throw new APIError("BAD_REQUEST", { message: "The password is missing.", code: "PASSWORD_MISSING" });
  }
});
