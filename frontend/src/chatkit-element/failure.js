/** How a failure is told: its words, and what the person can do about it. */

import { WireError } from "./wire.js";

/** Where the request itself may have got lost, or only its answer. */
export const UNCERTAIN = "The connection failed, so this may not have been done. Try again.";
export const FAILED = "The answer failed. Try again.";
export const NOT_DONE = "This did not work. Try it again.";

/**
 * A refusal of a message is for the person to mend; whatever else went wrong may be over.
 * @param {import("./exchange.js").Outcome} outcome
 * @param {{ again: () => void, sendAgain: () => void }} ways
 * @returns {import("./notice.js").Way | undefined}
 */
export function wayOut({ error, isStored }, { again, sendAgain }) {
  const seconds = error instanceof WireError ? error.retryAfter : undefined;
  const isRefused = error instanceof WireError && error.code !== "unreachable";
  if (isStored) return { label: "Try again", run: again, seconds };
  return isRefused && !seconds ? undefined : { label: "Send again", run: sendAgain, seconds };
}
