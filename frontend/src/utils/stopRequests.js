/** A person's Stop: whoever shows the chat ends its request, and only this tells the gateway that the answer is to end. */

const ANSWERS = new Set([
  "threads.create",
  "threads.add_user_message",
  "threads.retry_after_item",
  "threads.add_client_tool_output",
  "threads.add_structured_input",
  "threads.custom_action",
  "threads.follow",
]);
const LEFT = "LeftError"; // our element ends a request under this name when another conversation is opened
const TRIES = 4;
const PAUSE_MS = 500;

/** @typedef {{ key: string | null, hasHead: boolean }} Sent what is known of the request so far */

/**
 * Ask for a stop when the request is ended. A page that closes ends its requests without a word: that is no wish.
 * @param {{ type: string, params: any } | null} asked
 * @param {AbortSignal | null | undefined} signal
 * @param {Sent} sent
 * @param {(body: object) => Promise<{ stopped: boolean }>} stop
 */
export function stopWhenEnded(asked, signal, sent, stop) {
  if (!asked || !signal || !ANSWERS.has(asked.type)) return;
  signal.addEventListener("abort", () => {
    if (signal.reason?.name === LEFT) return;
    const threadId = asked.params?.thread_id;
    if (threadId) askUntilStopped({ conversation_id: threadId }, sent, stop);
    else if (sent.key) askUntilStopped({ idempotency_key: sent.key }, sent, stop);
  });
}

/**
 * The wish may overtake the message itself, as long as that was not answered, and it may get lost on its way. When
 * the gateway stays away, the answer goes on, and is shown so.
 * @param {object} body @param {Sent} sent @param {(body: object) => Promise<{ stopped: boolean }>} stop
 */
async function askUntilStopped(body, sent, stop) {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const heard = await stop(body).catch(() => null);
    if (heard && (heard.stopped || sent.hasHead)) return;
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
}
