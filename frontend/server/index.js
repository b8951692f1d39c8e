/** `node server/index.js`: serves the page and the sign-in service until it is told to stop. */

import { fileURLToPath } from "node:url";
import { serve } from "@hono/node-server";
import { createApp } from "./app.js";
import { signInService } from "./auth.js";
import { openPool, readinessOf } from "./database.js";
import { createFaultsApp } from "./faults.js";
import { readSettings } from "./settings.js";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const DRAIN_MS = 2_000;

const { settings, faults } = readSettings(process.env);
const pool = faults.length > 0 ? undefined : openPool(settings.databaseUrl);
listen();

function listen() {
  const { host = "127.0.0.1", port = 3000 } = settings; // these two may be the wrong ones
  const server = /** @type {import("node:http").Server} */ (
    serve({ fetch: app().fetch, hostname: host, port }, () => console.log(`listening on ${host}, port ${port}`))
  );
  server.on("error", (error) => {
    console.error(error.message);
    process.exit(1);
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop(server));
}

/** Wrong settings do not end the process: whoever opens the page is told, and `/readyz` is red. */
function app() {
  for (const { name, text } of faults) console.error(`${name} ${text}`);
  if (!pool) return createFaultsApp(faults);
  const ready = readinessOf(settings, pool);
  return createApp({ settings, signIn: signInService(settings, pool), ready, dist: DIST });
}

/**
 * Finish what runs; a connection that a browser merely keeps open does not hold up the end.
 * @param {import("node:http").Server} server
 */
function stop(server) {
  server.close(async () => {
    await pool?.end();
    process.exit(0);
  });
  setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
}
