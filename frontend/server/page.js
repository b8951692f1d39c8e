/** Everything that answers for the page, made from the environment; the hosts differ only in who calls it. */

import { fileURLToPath } from "node:url";
import { createApp } from "./app.js";
import { signInService } from "./auth.js";
import { openPool, readinessOf } from "./database.js";
import { createFaultsApp } from "./faults.js";
import { readSettings } from "./settings.js";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));

/**
 * Wrong settings do not end the process: whoever opens the page is told, and `/readyz` is red.
 * @param {NodeJS.ProcessEnv} env
 */
export function createPage(env) {
  const { settings, faults } = readSettings(env);
  for (const { name, text } of faults) console.error(`${name} ${text}`);
  if (faults.length > 0) return { app: createFaultsApp(faults), settings, pool: undefined };
  const pool = openPool(settings.databaseUrl);
  const ready = readinessOf(settings, pool);
  return { app: createApp({ settings, signIn: signInService(settings, pool), ready, dist: DIST }), settings, pool };
}
