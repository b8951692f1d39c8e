/** The name of a new trace (W3C Trace Context), so that the services' spans of one request are found by it. */

/** @returns {string} the value of `traceparent` */
export function newTraceparent() {
  return `00-${randomHex(16)}-${randomHex(8)}-01`;
}

/** @param {number} bytes */
function randomHex(bytes) {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
