/** Matchers that speak of the document, and a `fetch` that can be kept: what it asks is the network of the running test. */

import "@testing-library/jest-dom/jest-globals";

const lent = globalThis.fetch;
/** @type {typeof fetch} */
globalThis.fetch = (...call) => {
  const { replacedNetwork = lent } = /** @type {{ replacedNetwork?: typeof fetch }} */ (globalThis);
  return replacedNetwork(...call);
};
