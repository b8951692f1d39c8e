/** The sign-in service's connections, and whether its schema is the one that this version needs. */

import { getMigrations } from "better-auth/db/migration";
import pg from "pg";
import { authOptions } from "./auth.js";

const CONNECT_MS = 5_000;
const QUERY_MS = 10_000;

/**
 * @param {string} connectionString
 * @param {object} [options]
 * @param {number} [options.max] connections
 * @param {number} [options.queryMs] how long a statement may take; 0 is as long as it takes
 */
export function openPool(connectionString, { max = 10, queryMs = QUERY_MS } = {}) {
  const pool = new pg.Pool({
    connectionString,
    max,
    application_name: "remit-sign-in",
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: queryMs,
  });
  // An idle connection that the server ends is replaced at the next use; unheard, its event would end the process.
  pool.on("error", (error) => console.error(`database: ${error.message}`));
  return pool;
}

/**
 * @param {import("./settings.js").Settings} settings
 * @param {import("pg").Pool} pool
 * @returns {() => Promise<void>} rejects while the database is away or not migrated
 */
export function readinessOf(settings, pool) {
  let isMigrated = false;
  return async () => {
    if (isMigrated) {
      await pool.query("SELECT 1");
      return;
    }
    const { toBeCreated, toBeAdded } = await getMigrations(authOptions(settings, pool));
    if (toBeCreated.length + toBeAdded.length > 0) throw new Error("the sign-in schema is not migrated");
    isMigrated = true;
  };
}
