/** The one web server of the page: sign-in service, run-time settings, health and the built files. */

import { getConnInfo } from "@hono/node-server/conninfo";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { compress } from "hono/compress";
import { cors } from "hono/cors";
import { ADDRESS_HEADER } from "./auth.js";
import { securityHeaders } from "./headers.js";
import { note } from "./log.js";

const MAX_BODY_BYTES = 64 * 1024;
const RETRY_SECONDS = "5";
const NO_SUCH_CHARACTER = ["22021", "22P05"]; // PostgreSQL's codes for a NUL in a text, and in one inside JSON

/** What an MCP client that is itself a page asks for: public or proved by a code, never by a cookie. */
const OPEN_TO_ANY_PAGE = [
  "/.well-known/*",
  "/api/auth/.well-known/*",
  "/api/auth/jwks",
  "/api/auth/oauth2/register",
  "/api/auth/oauth2/token",
];

/** @typedef {import("hono").Context<{ Bindings: import("@hono/node-server").HttpBindings }>} Context */

/**
 * @param {object} parts
 * @param {import("./settings.js").Settings} parts.settings
 * @param {ReturnType<typeof import("./auth.js").signInService>} parts.signIn
 * @param {() => Promise<void>} parts.ready
 * @param {string} parts.dist the folder of the built page
 */
export function createApp({ settings, signIn, ready, dist }) {
  /** @type {Hono<{ Bindings: import("@hono/node-server").HttpBindings }>} */
  const app = new Hono();
  app.use(securityHeaders(settings));
  app.onError((error, c) => answerError(error, c, ready));
  app.notFound((c) => problem(c, 404, "not_found", "There is nothing here."));
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", (c) =>
    ready().then(
      () => c.json({ status: "ok" }),
      (error) => unavailable(error, c),
    ),
  );
  const openly = cors({
    origin: "*",
    allowMethods: ["GET", "POST"],
    allowHeaders: ["Authorization", "Content-Type", "MCP-Protocol-Version"],
    maxAge: 600,
  });
  for (const path of OPEN_TO_ANY_PAGE) app.use(path, openly);
  app.use("/api/*", bodyLimit({ maxSize: MAX_BODY_BYTES, onError: tooLarge }));
  for (const path of ["/api/auth/*", "/.well-known/*"]) {
    app.on(["GET", "POST"], path, async (c) => {
      const answer = await forward(c, await signIn(), settings.clientAddressHeader);
      // To Better Auth a database that is away looks like a missing session, or hides behind a 500.
      if (answer.status === 401 || answer.status === 500) await ready();
      return answer;
    });
  }
  for (const path of ["/api/*", "/.well-known/*"]) app.all(path, (c) => c.notFound()); // never the page's HTML
  addPage(app, settings, dist);
  return app;
}

/**
 * @param {Hono<any>} app
 * @param {import("./settings.js").Settings} settings
 * @param {string} dist
 */
function addPage(app, settings, dist) {
  const { publicUrl, gatewayUrl, mcpUrl, chatkitDomainKey } = settings;
  app.use(compress());
  app.use(async (c, next) => {
    await next();
    const isForever = c.req.path.startsWith("/assets/") && c.res.ok; // these names change with their content
    c.header("Cache-Control", isForever ? "public, max-age=31536000, immutable" : "no-cache");
  });
  app.get("/config.json", (c) => c.json({ publicUrl, gatewayUrl, mcpUrl, chatkitDomainKey }));
  app.get("*", serveStatic({ root: dist }));
  app.get("/:path{[^.]*}", serveStatic({ root: dist, path: "index.html" })); // a route of the page, not a missing file
}

/**
 * Hand a request to Better Auth with the client's address from our own edge.
 * @param {Context} c
 * @param {{ handler: (request: Request) => Promise<Response> }} auth
 * @param {string} addressHeader
 */
async function forward(c, auth, addressHeader) {
  if (c.req.url.includes("%00")) return notText(c); // Better Auth answers some of these 500 by itself
  const headers = new Headers(c.req.raw.headers);
  const address = addressHeader ? c.req.header(addressHeader) : getConnInfo(c).remote.address;
  if (address) headers.set(ADDRESS_HEADER, address);
  else headers.delete(ADDRESS_HEADER);
  const answer = await auth.handler(new Request(c.req.raw, { headers }));
  if (!answer.headers.has("cache-control")) answer.headers.set("cache-control", "no-store"); // sessions and tokens
  const isJson = answer.headers.get("content-type")?.startsWith("application/json");
  if (answer.status === 404 && !isJson) return c.notFound();
  const wait = answer.headers.get("x-retry-after");
  if (answer.status !== 429 || !wait) return answer;
  return problem(c, 429, "rate_limited", `Too many attempts. Try again in ${wait} seconds.`, wait);
}

/**
 * Whatever went wrong: while the database is away, that is the reason.
 * @param {Error} error
 * @param {Context} c
 * @param {() => Promise<void>} ready
 */
function answerError(error, c, ready) {
  return ready().then(
    () => {
      if ("code" in error && NO_SUCH_CHARACTER.includes(String(error.code))) return notText(c);
      note(`${c.req.method} ${c.req.path}:`, error);
      return problem(c, 500, "internal", "The sign-in service failed. Try again.");
    },
    (reason) => unavailable(reason, c),
  );
}

/**
 * @param {Error} error
 * @param {Context} c
 */
function unavailable(error, c) {
  note(`${c.req.method} ${c.req.path}: ${error.message}`);
  return problem(c, 503, "unavailable", "The sign-in service cannot use its database. Try again.", RETRY_SECONDS);
}

/** @param {Context} c */
function notText(c) {
  return problem(c, 400, "invalid", "A text in the request has a character that cannot be stored.");
}

/** @param {Context} c */
function tooLarge(c) {
  return problem(c, 413, "too_large", "The request is too large.");
}

/**
 * @param {Context} c
 * @param {400 | 404 | 413 | 429 | 500 | 503} status
 * @param {string} code
 * @param {string} message
 * @param {string} [retryAfter] seconds
 */
function problem(c, status, code, message, retryAfter) {
  return c.json({ code, message }, status, retryAfter ? { "Retry-After": retryAfter } : {});
}
