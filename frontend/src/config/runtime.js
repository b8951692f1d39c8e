/** What this deployment is, asked of the page's own server once: one build runs anywhere. */

import { configFaults } from "../utils/envValidator.js";

/**
 * @typedef {object} RuntimeConfig
 * @property {string} publicUrl the page's own origin
 * @property {string} gatewayUrl
 * @property {string} mcpUrl
 * @property {string} chatkitDomainKey empty: our own chat element
 */

/**
 * @returns {Promise<{ config: RuntimeConfig, faults: string[] }>} the config is whole only when there are no faults
 */
export async function loadConfig(origin = window.location.origin, fetchConfig = fetch) {
  const answer = await fetchConfig("/config.json");
  if (!answer.ok) throw new Error(`/config.json answered ${answer.status}`);
  const config = await answer.json();
  return { config, faults: configFaults(config, origin) };
}
