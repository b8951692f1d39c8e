/** `node server/index.js`: serves the page and the sign-in service until it is told to stop. */

import { serve } from "@hono/node-server";
import { createPage } from "./page.js";

const DRAIN_MS = 2_000;

const { app, settings, pool } = createPage(process.env);
listen();

function listen() {
  const { host = "127.0.0.1", port = 3000 } = settings; // these two may be the wrong ones
  const server = /** @type {import("node:http").Server} */ (
    serve({ fetch: app.fetch, hostname: host, port }, () => console.log(`listening on ${host}, port ${port}`))
  );
  server.on("error", (error) => {
    console.error(error.message);
    process.exit(1);
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop(server));
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
