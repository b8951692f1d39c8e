/** Matchers that speak of the document, patience, and a `fetch` that can be kept: what it asks is the network of the running test. */

import "@testing-library/jest-dom/jest-globals";
import { configure } from "@testing-library/dom";

configure({ asyncUtilTimeout: 5000 }); // as in `page.js`, which this must not import before the `fetch` below

const lent = globalThis.fetch;
/** @type {typeof fetch} */
globalThis.fetch = (...call) => {
  const { replacedNetwork = lent } = /** @type {{ replacedNetwork?: typeof fetch }} */ (globalThis);
  return replacedNetwork(...call);
};
