/** The log: one line for whatever happened, and nothing in it that somebody typed. */

const LONGEST = 2_000;

/** What would begin a line of its own, or turn one round. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+\s*/gu;

/**
 * @param {string} text
 * @param {unknown} [error] told by its stack alone: what PostgreSQL adds to its own quotes the row
 */
export function note(text, error) {
  const line = error instanceof Error ? `${text} ${traceOf(error)}` : text;
  console.error(line.replace(UNSEEN, " ").slice(0, LONGEST));
}

/**
 * @param {Error} error
 * @returns {string}
 */
function traceOf(error) {
  return error.cause instanceof Error ? `${error.stack} caused by ${traceOf(error.cause)}` : String(error.stack);
}
