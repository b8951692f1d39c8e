/** `npm run migrate`: brings the sign-in schema to this version, under a role that can use it and nothing else. */

import { getMigrations } from "better-auth/db/migration";
import pg from "pg";
import { authOptions, SCHEMA } from "./auth.js";
import { openPool } from "./database.js";
import { describe, readOwnerUrl, readSettings } from "./settings.js";

const LOCK = 5_614_001; // any number of our own: two deployments at once must not migrate together

await main();

async function main() {
  const { settings, faults } = readSettings(process.env);
  const { ownerUrl, faults: ownerFaults } = readOwnerUrl(process.env);
  faults.push(...ownerFaults);
  if (faults.length > 0) {
    console.error(describe(faults));
    process.exitCode = 1;
    return;
  }
  const owner = openPool(ownerUrl, { max: 2, queryMs: 0 }); // another deployment may migrate first, for long
  try {
    await migrate(settings, owner);
    await checkRole(settings.databaseUrl);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  } finally {
    await owner.end();
  }
}

/**
 * Idempotent. Only the lock, the role and the grants are one transaction; Better Auth takes its own connection.
 * @param {import("./settings.js").Settings} settings
 * @param {pg.Pool} owner
 */
async function migrate(settings, owner) {
  const client = await owner.connect().catch((error) => cannotUse("DATABASE_URL", error));
  try {
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
    const { runMigrations, toBeCreated, toBeAdded } = await getMigrations(authOptions(settings, owner));
    await runMigrations();
    await keepRole(client, settings.databaseUrl);
    await client.query("COMMIT");
    console.log(`sign-in schema: ${toBeCreated.length} tables created, ${toBeAdded.length} altered`);
  } finally {
    client.release();
  }
}

/**
 * Create the role of the sign-in service where there is none, give it its password, and its own tables alone.
 * @param {pg.PoolClient} client
 * @param {string} url
 */
async function keepRole(client, url) {
  const { username, password } = new URL(url);
  const name = decodeURIComponent(username);
  const role = client.escapeIdentifier(name);
  const secret = client.escapeLiteral(decodeURIComponent(password));
  const { rowCount } = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [name]);
  if (rowCount === 0) {
    await client.query(`CREATE ROLE ${role} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION NOINHERIT`);
  }
  for (const statement of [
    `ALTER ROLE ${role} LOGIN PASSWORD ${secret}`,
    `ALTER ROLE ${role} SET statement_timeout = '5s'`,
    `ALTER ROLE ${role} SET idle_in_transaction_session_timeout = '10s'`,
    `REVOKE ALL ON SCHEMA ${SCHEMA} FROM PUBLIC`,
    `GRANT USAGE ON SCHEMA ${SCHEMA} TO ${role}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${SCHEMA} TO ${role}`,
  ]) {
    await client.query(statement);
  }
}

/**
 * Sign in as the role: its password works, and it is no more than a guest in this database.
 * @param {string} url
 */
async function checkRole(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect().catch((error) => cannotUse("AUTH_DATABASE_URL", error));
  try {
    const { rows } = await client.query(
      `SELECT rolsuper OR rolbypassrls OR rolcreaterole AS "isStrong" FROM pg_roles WHERE rolname = current_user`,
    );
    if (rows[0].isStrong)
      throw new Error("The role of AUTH_DATABASE_URL can do more than sign people in: use another.");
  } finally {
    await client.end();
  }
}

/**
 * @param {string} name the setting
 * @param {Error & { code?: string }} error a name with several addresses fails without a message
 * @returns {never}
 */
function cannotUse(name, error) {
  const reason = error.message || error.code;
  throw new Error(`${name} cannot be used (${reason}): check its host, port, name, user and password.`);
}
