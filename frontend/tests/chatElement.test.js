/** The official element where it is configured and loads; our own in every other case. */

import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { loadChatElement } from "../src/utils/chatElement.js";

const NAME = "openai-chatkit";
const defineOwn = jest.fn(async () => customElements.define(NAME, class extends HTMLElement {}));

/** @type {Map<string, CustomElementConstructor>} */
let defined;
beforeEach(() => {
  jest.clearAllMocks();
  document.head.replaceChildren();
  defined = new Map();
  // A name cannot be undefined again: each test gets a registry of its own.
  const registry = {
    define: (/** @type {string} */ name, /** @type {CustomElementConstructor} */ element) => defined.set(name, element),
    get: (/** @type {string} */ name) => defined.get(name),
    whenDefined: async () => undefined,
  };
  Object.defineProperty(globalThis, "customElements", { value: registry, configurable: true });
});
afterEach(() => {
  jest.useRealTimers();
});

const script = () => /** @type {HTMLScriptElement} */ (document.head.querySelector("script"));

test("[001/FR-053] without a domain key no script is asked for and our own is used", async () => {
  await loadChatElement("", defineOwn);

  expect(defineOwn).toHaveBeenCalledTimes(1);
  expect(script()).toBeNull();
});

test("[001/FR-053] with a domain key the official script is used when it loads", async () => {
  const loaded = loadChatElement("domain_pk_1", defineOwn);
  expect(script().src).toBe("https://cdn.platform.openai.com/deployments/chatkit/chatkit.js");
  defined.set(NAME, class extends HTMLElement {});
  script().dispatchEvent(new Event("load"));

  await loaded;
  expect(defineOwn).not.toHaveBeenCalled();
});

test("[001/FR-053] our own is used when the official script cannot be loaded", async () => {
  const loaded = loadChatElement("domain_pk_1", defineOwn);
  script().dispatchEvent(new Event("error"));

  await loaded;
  expect(defineOwn).toHaveBeenCalledTimes(1);
});

test("[001/FR-053] our own is used when the official script takes too long", async () => {
  jest.useFakeTimers();
  const loaded = loadChatElement("domain_pk_1", defineOwn);
  await jest.advanceTimersByTimeAsync(5_000);

  await loaded;
  expect(defineOwn).toHaveBeenCalledTimes(1);
});
