/** What the page was told is checked before anything else, and each fault is named without its value. */

import { expect, test } from "@jest/globals";
import { loadConfig } from "../src/config/runtime.js";
import { configFaults } from "../src/utils/envValidator.js";
import { CONFIG } from "./page.js";

const ORIGIN = "http://localhost";

test("[001/FR-057] a whole config has no faults", () => {
  expect(configFaults(CONFIG, ORIGIN)).toEqual([]);
});

test("[001/FR-057] everything that is missing is named at once", () => {
  expect(configFaults({}, ORIGIN)).toEqual([
    "BETTER_AUTH_URL is missing. Set the origin of this page.",
    "GATEWAY_PUBLIC_URL is missing. Set the origin of the gateway.",
    "MCP_PUBLIC_URL is missing. Set the address of the MCP endpoint.",
  ]);
});

test.each(["no address", "ftp://gateway.test", "http://gateway.test/", "http://gateway.test/api"])(
  "[001/FR-057] %s is no origin, and is not repeated",
  (gatewayUrl) => {
    expect(configFaults({ ...CONFIG, gatewayUrl }, ORIGIN)).toEqual([
      "GATEWAY_PUBLIC_URL is wrong. Set the origin of the gateway.",
    ]);
  },
);

test("[001/FR-057] a page that was opened under another name says where it works", () => {
  const [fault] = configFaults(CONFIG, "http://127.0.0.1");

  expect(fault).toContain("Open it there, or set BETTER_AUTH_URL to http://127.0.0.1");
});

test("[001/FR-057] the config is asked of the page's own server", async () => {
  const { config, faults } = await loadConfig(ORIGIN, async () => Response.json(CONFIG));

  expect({ config, faults }).toEqual({ config: CONFIG, faults: [] });
  await expect(loadConfig(ORIGIN, async () => new Response("", { status: 503 }))).rejects.toThrow("503");
});
