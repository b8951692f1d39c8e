/** Checks what the server told the page, and names each setting that is missing or wrong; never its value. */

/** @type {Record<string, { key: string, isRight: (value: string) => boolean, wanted: string }>} */
const RULES = {
  BETTER_AUTH_URL: { key: "publicUrl", isRight: isOrigin, wanted: "the origin of this page" },
  GATEWAY_PUBLIC_URL: { key: "gatewayUrl", isRight: isOrigin, wanted: "the origin of the gateway" },
  MCP_PUBLIC_URL: { key: "mcpUrl", isRight: (value) => URL.canParse(value), wanted: "the address of the MCP endpoint" },
};

/**
 * @param {Record<string, unknown>} config
 * @param {string} origin where the page was opened
 * @returns {string[]} a sentence for each fault
 */
export function configFaults(config, origin) {
  const faults = Object.entries(RULES).flatMap(([name, { key, isRight, wanted }]) => {
    const value = config?.[key];
    if (typeof value !== "string" || value === "") return [`${name} is missing. Set ${wanted}.`];
    return isRight(value) ? [] : [`${name} is wrong. Set ${wanted}.`];
  });
  if (faults.length === 0 && config.publicUrl !== origin) {
    return [
      `This page answers sign-ins at ${config.publicUrl} alone. Open it there, or set BETTER_AUTH_URL to ${origin}.`,
    ];
  }
  return faults;
}

/** @param {string} value */
function isOrigin(value) {
  return URL.canParse(value) && new URL(value).origin === value && /^https?:/.test(value);
}
