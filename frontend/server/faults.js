/** What is served while a setting is wrong: the names, what to set, and never a value. */

import { Hono } from "hono";
import { html } from "hono/html";
import { lockedHeaders } from "./headers.js";
import { describe } from "./settings.js";

/** @param {import("./settings.js").Fault[]} faults */
export function createFaultsApp(faults) {
  const app = new Hono();
  app.use(lockedHeaders());
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.all("/api/*", (c) => c.json({ code: "unavailable", message: describe(faults) }, 503));
  app.get("/readyz", (c) => c.json({ code: "unavailable", message: describe(faults) }, 503));
  app.get("*", (c) => c.html(page(faults), 503));
  return app;
}

/** @param {import("./settings.js").Fault[]} faults */
function page(faults) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <title>Remit is not set up</title>
      </head>
      <body>
        <h1>Remit is not set up</h1>
        <p>Whoever runs this server has to change its settings and start it again:</p>
        <ul>
          ${faults.map(({ name, text }) => html`<li><code>${name}</code> ${text}</li>`)}
        </ul>
      </body>
    </html>`;
}
