/** What the sign-in service and the page are told: read once, checked whole, every fault named at once. */

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;
const MIN_SECRET_LENGTH = 32;

/**
 * @typedef {object} Settings
 * @property {string} host
 * @property {number} port
 * @property {string} publicUrl the page's origin, as the browser shows it
 * @property {string} secret signs cookies and encrypts the signing keys
 * @property {{ version: number, value: string }[]} secrets while the secret is replaced: the first one signs
 * @property {string} databaseUrl the sign-in service's own role
 * @property {string} gatewayUrl the gateway's origin, as the browser reaches it
 * @property {string} gatewayAudience `aud` of the page's token
 * @property {string} mcpUrl the OAuth resource, byte for byte what MCP clients send
 * @property {string} chatkitDomainKey empty: our own chat element
 * @property {string} clientAddressHeader empty: the address is the socket's
 */

/**
 * @typedef {object} Fault
 * @property {string} name the setting
 * @property {string} text what is wrong and what to set; never the value
 */

/** @type {Record<string, { wanted: string, parse: (value: string) => unknown, fallback?: string }>} */
const RULES = {
  HOST: { wanted: "the address to listen on", parse: String, fallback: "127.0.0.1" },
  PORT: { wanted: "a port from 1 to 65535", parse: port, fallback: "3000" },
  BETTER_AUTH_URL: { wanted: "the page's own origin, such as https://remit.example", parse: origin },
  BETTER_AUTH_SECRET: { wanted: `${MIN_SECRET_LENGTH} or more random characters, kept over restarts`, parse: secret },
  BETTER_AUTH_SECRETS: {
    wanted: `version:secret,version:secret of ${MIN_SECRET_LENGTH} or more characters each, the newest first, or nothing`,
    parse: versionedSecrets,
    fallback: "",
  },
  AUTH_DATABASE_URL: { wanted: "postgresql://user:password@host:5432/name of the sign-in role", parse: postgresUrl },
  GATEWAY_PUBLIC_URL: { wanted: "the gateway's origin, such as https://api.remit.example", parse: origin },
  GATEWAY_JWT_AUDIENCE: { wanted: "the same name as the gateway's GATEWAY_JWT_AUDIENCE", parse: String },
  MCP_PUBLIC_URL: { wanted: "the MCP endpoint, such as https://mcp.remit.example/mcp", parse: resource },
  CHATKIT_DOMAIN_KEY: { wanted: "a key of the ChatKit domain allowlist, or nothing", parse: String, fallback: "" },
  CLIENT_ADDRESS_HEADER: { wanted: "a header that your proxy overwrites, or nothing", parse: headerName, fallback: "" },
  DATABASE_URL: { wanted: "postgresql://user:password@host:5432/name of the owner", parse: postgresUrl },
};

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ settings: Settings, faults: Fault[] }} the settings are whole only when there are no faults
 */
export function readSettings(env) {
  const { read, faults } = reader(env);
  const settings = /** @type {Settings} */ ({
    host: read("HOST"),
    port: read("PORT"),
    publicUrl: read("BETTER_AUTH_URL"),
    secret: read("BETTER_AUTH_SECRET"),
    secrets: read("BETTER_AUTH_SECRETS"),
    databaseUrl: read("AUTH_DATABASE_URL"),
    gatewayUrl: read("GATEWAY_PUBLIC_URL"),
    gatewayAudience: read("GATEWAY_JWT_AUDIENCE"),
    mcpUrl: read("MCP_PUBLIC_URL"),
    chatkitDomainKey: read("CHATKIT_DOMAIN_KEY"),
    clientAddressHeader: read("CLIENT_ADDRESS_HEADER"),
  });
  // One key signs both kinds of token: only the audience tells them apart.
  if (settings.gatewayAudience && settings.gatewayAudience === settings.mcpUrl) {
    faults.push({ name: "GATEWAY_JWT_AUDIENCE", text: "must not be MCP_PUBLIC_URL." });
  }
  return { settings, faults };
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ ownerUrl: string, faults: Fault[] }} the connection that migrates
 */
export function readOwnerUrl(env) {
  const { read, faults } = reader(env);
  const ownerUrl = /** @type {string} */ (read("DATABASE_URL"));
  if (ownerUrl && URL.canParse(env.AUTH_DATABASE_URL ?? "")) {
    if (new URL(ownerUrl).username === new URL(env.AUTH_DATABASE_URL ?? "").username) {
      faults.push({ name: "AUTH_DATABASE_URL", text: "must name another role than DATABASE_URL." });
    }
  }
  return { ownerUrl, faults };
}

/** @param {Fault[]} faults */
export function describe(faults) {
  return faults.map(({ name, text }) => `${name} ${text}`).join(" ");
}

/** @param {string} hostname */
export function isLoopback(hostname) {
  return LOOPBACK.test(hostname);
}

/** @param {NodeJS.ProcessEnv} env */
function reader(env) {
  /** @type {Fault[]} */
  const faults = [];
  /** @param {string} name */
  const read = (name) => {
    const { wanted, parse, fallback } = RULES[name];
    const value = env[name] || fallback;
    if (value === undefined) {
      faults.push({ name, text: `is missing. Set ${wanted}.` });
      return undefined;
    }
    const parsed = parse(value);
    if (parsed === undefined) faults.push({ name, text: `is wrong. Set ${wanted}.` });
    return parsed;
  };
  return { read, faults };
}

/** @param {string} value */
function port(value) {
  const number = Number(value);
  return /^\d{1,5}$/.test(value) && number > 0 && number < 65_536 ? number : undefined;
}

/** @param {string} value */
function secret(value) {
  return value.length >= MIN_SECRET_LENGTH ? value : undefined;
}

/** @param {string} value */
function versionedSecrets(value) {
  const entries = value.split(",").filter(Boolean);
  const secrets = entries.map((entry) => /^\s*(\d{1,6}):(\S+)\s*$/.exec(entry));
  if (secrets.some((found) => !found || found[2].length < MIN_SECRET_LENGTH)) return undefined;
  const told = secrets.map((found) => ({ version: Number(found?.[1]), value: String(found?.[2]) }));
  return new Set(told.map(({ version }) => version)).size === told.length ? told : undefined;
}

/** @param {string} value */
function origin(value) {
  return isSafeUrl(value) && new URL(value).origin === value ? value : undefined;
}

/** @param {string} value */
function resource(value) {
  return isSafeUrl(value) && !/[#?]/.test(value) ? value : undefined;
}

/** Passwords and tokens travel to it: encrypted, or on this machine alone. @param {string} value */
function isSafeUrl(value) {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}

/** @param {string} value */
function postgresUrl(value) {
  if (!URL.canParse(value)) return undefined;
  const { protocol, username, password } = new URL(value);
  return /^postgres(ql)?:$/.test(protocol) && username && password ? value : undefined;
}

/** @param {string} value */
function headerName(value) {
  return /^[A-Za-z0-9-]*$/.test(value) ? value : undefined;
}
