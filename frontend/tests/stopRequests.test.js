/** Stop reaches the gateway from whichever chat element ended the request; leaving does not. */

import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { createApiClient } from "../src/utils/apiClient.js";
import { eventStream, network } from "./network.js";
import { tokenFor } from "./page.js";

const HOME = "http://gateway.test/api/ada-1";
const CHATKIT = `POST ${HOME}/chatkit`;
const STOP = `POST ${HOME}/stop`;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** @param {Record<string, unknown>} routes */
function client(routes) {
  const requests = network(routes);
  const fetchToken = async () => tokenFor("ada-1");
  const send = (/** @type {Parameters<typeof fetch>} */ ...call) => fetch(...call);
  const options = { gatewayUrl: "http://gateway.test", userId: "ada-1", fetchToken, send };
  return { requests, api: createApiClient({ ...options, onSessionEnded: () => undefined }) };
}

/** @param {string} type @param {object} params */
const asked = (type, params) => JSON.stringify({ type, params, metadata: {} });

/** @param {{ requests: import("./network.js").Recorded[] }} made */
const stops = ({ requests }) => requests.filter(({ route }) => route === STOP).map(({ body }) => body);

test.each(["threads.retry_after_item", "threads.custom_action", "threads.follow"])(
  "[005/FR-005] ending %s asks for its conversation to be stopped",
  async (type) => {
    const made = client({ [CHATKIT]: () => eventStream().response, [STOP]: { stopped: true } });
    const ending = new AbortController();
    const { signal } = ending;
    await made.api.fetch(made.api.chatkitUrl, { method: "POST", body: asked(type, { thread_id: "t1" }), signal });

    ending.abort();
    await jest.advanceTimersByTimeAsync(0);

    expect(stops(made)).toEqual([{ conversation_id: "t1" }]);
  },
);

test("[005/FR-005] a first message is named by its key, and asked about until it was found", async () => {
  const answers = [{ stopped: false }, { stopped: false }, { stopped: true }];
  const made = client({ [CHATKIT]: () => new Promise(() => undefined), [STOP]: () => answers.shift() });
  const ending = new AbortController();
  const { signal } = ending;
  const sent = made.api.fetch(made.api.chatkitUrl, {
    method: "POST",
    body: asked("threads.create", { input: {} }),
    signal,
  });
  sent.catch(() => undefined);
  await jest.advanceTimersByTimeAsync(0);

  ending.abort();
  await jest.advanceTimersByTimeAsync(5000);

  const key = made.requests[0].headers.get("idempotency-key");
  expect(key).toBeTruthy();
  expect(stops(made)).toEqual(Array(3).fill({ idempotency_key: key }));
});

test("[005/FR-005] an answer that had begun and is over by now is asked about once", async () => {
  const made = client({ [CHATKIT]: () => eventStream().response, [STOP]: { stopped: false } });
  const ending = new AbortController();
  const { signal } = ending;
  const body = asked("threads.add_user_message", { thread_id: "t1" });
  await made.api.fetch(made.api.chatkitUrl, { method: "POST", body, signal });

  ending.abort();
  await jest.advanceTimersByTimeAsync(5000);

  expect(stops(made)).toHaveLength(1);
});

/** A wish that gets lost the first time. @param {string} type @param {string} next what is sent before it is sent again */
async function stoppedAfterLoss(type, next) {
  /** @type {(() => unknown)[]} */
  const answers = [() => Promise.reject(new TypeError("network")), () => ({ stopped: true })];
  const made = client({ [CHATKIT]: () => eventStream().response, [STOP]: () => answers.shift()?.() });
  const ending = new AbortController();
  const { signal } = ending;
  await made.api.fetch(made.api.chatkitUrl, { method: "POST", body: asked(type, { thread_id: "t1" }), signal });

  ending.abort();
  await jest.advanceTimersByTimeAsync(0);
  await made.api.fetch(made.api.chatkitUrl, { method: "POST", body: asked(next, { thread_id: "t1", input: "other" }) });
  await jest.advanceTimersByTimeAsync(5000);
  return { wishes: stops(made), key: made.requests[0].headers.get("idempotency-key") };
}

test("[005/FR-005] a wish that got lost on its way is sent again, and names the message that was stopped", async () => {
  const { wishes, key } = await stoppedAfterLoss("threads.add_user_message", "threads.add_user_message");

  expect(key).toBeTruthy();
  expect(wishes).toEqual(Array(2).fill({ idempotency_key: key }));
});

test("[005/FR-005] a wish about a message ends when it is answered anew", async () => {
  const { wishes } = await stoppedAfterLoss("threads.add_user_message", "threads.retry_after_item");

  expect(wishes).toHaveLength(1);
});

test("[005/FR-005] a wish that overtook its message does not stop the message that is sent again", async () => {
  const made = client({ [CHATKIT]: () => new Promise(() => undefined), [STOP]: { stopped: false } });
  const ending = new AbortController();
  const body = asked("threads.create", { input: {} });
  made.api.fetch(made.api.chatkitUrl, { method: "POST", body, signal: ending.signal }).catch(() => undefined);
  await jest.advanceTimersByTimeAsync(0);
  ending.abort();
  await jest.advanceTimersByTimeAsync(600);
  expect(stops(made)).toHaveLength(2);

  made.api.fetch(made.api.chatkitUrl, { method: "POST", body });
  await jest.advanceTimersByTimeAsync(5000);

  const [first, again] = made.requests.filter(({ route }) => route === CHATKIT);
  expect(again.headers.get("idempotency-key")).toBe(first.headers.get("idempotency-key"));
  expect(stops(made)).toHaveLength(2);
});

test("[005/FR-005] a wish that only names the conversation is sent again until the next answer is begun there", async () => {
  const looked = await stoppedAfterLoss("threads.retry_after_item", "threads.follow");
  const begun = await stoppedAfterLoss("threads.retry_after_item", "threads.add_user_message");

  expect(looked.wishes).toEqual(Array(2).fill({ conversation_id: "t1" }));
  expect(begun.wishes).toEqual([{ conversation_id: "t1" }]);
});

test("[005/FR-005] whoever only leaves the conversation, or reads, asks for nothing", async () => {
  const made = client({ [CHATKIT]: () => eventStream().response });
  const leaving = new AbortController();
  const reading = new AbortController();
  const body = asked("threads.add_user_message", { thread_id: "t1" });
  await made.api.fetch(made.api.chatkitUrl, { method: "POST", body, signal: leaving.signal });
  const list = asked("threads.get_by_id", { thread_id: "t1" });
  await made.api.fetch(made.api.chatkitUrl, { method: "POST", body: list, signal: reading.signal });

  leaving.abort(new DOMException("Another conversation is shown.", "LeftError"));
  reading.abort();
  await jest.advanceTimersByTimeAsync(5000);

  expect(stops(made)).toEqual([]);
});
