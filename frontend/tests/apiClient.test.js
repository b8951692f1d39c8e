/** The one client of the gateway: nothing without a user, a good token with everything, and the end of a session told. */

import { beforeEach, describe, expect, jest, test } from "@jest/globals";
import { createApiClient, SessionEndedError } from "../src/utils/apiClient.js";
import { eventStream, network, refusal } from "./network.js";
import { tokenFor } from "./page.js";

const HOME = "http://gateway.test/api/";
const CHATKIT = `POST ${HOME}ada-1/chatkit`;
const message = (text = "hello") => ({
  method: "POST",
  body: JSON.stringify({ type: "threads.create", params: { input: { content: [{ text }] } } }),
});

const onSessionEnded = jest.fn();
const fetchToken = jest.fn(async () => /** @type {string | null} */ (tokenFor("ada-1")));
beforeEach(() => {
  jest.clearAllMocks();
});

/** @param {Record<string, unknown>} routes @param {string | null} [userId] */
function client(routes, userId = "ada-1") {
  const requests = network(routes);
  const options = { gatewayUrl: "http://gateway.test", userId, fetchToken, onSessionEnded };
  return { requests, api: createApiClient({ ...options, send: (...call) => fetch(...call) }) };
}

describe("a request", () => {
  test("[001/FR-051] [003/FR-040] is refused without a user id, before a token is asked for", async () => {
    const { api, requests } = client({}, null);

    await expect(api.fetch(`${HOME}/chatkit`, message())).rejects.toBeInstanceOf(SessionEndedError);
    expect(fetchToken).not.toHaveBeenCalled();
    expect(requests).toEqual([]);
  });

  test("[001/FR-051] is refused when the token is another person's than the session's", async () => {
    fetchToken.mockResolvedValueOnce(tokenFor("bob-2"));
    const { api, requests } = client({});

    await expect(api.fetch(api.chatkitUrl, message())).rejects.toBeInstanceOf(SessionEndedError);
    expect(onSessionEnded).toHaveBeenCalledTimes(1);
    expect(requests).toEqual([]);
  });

  test("[001/FR-052] carries the token and the time zone, and no cookie", async () => {
    const { api, requests } = client({ [CHATKIT]: { ok: true } });

    await api.fetch(api.chatkitUrl, message());

    expect(requests[0].headers.get("authorization")).toMatch(/^Bearer e30\./);
    expect(requests[0].headers.get("x-time-zone")).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
    expect(requests[0].credentials).toBe("omit");
  });

  test("[006/FR-040] names a trace of its own", async () => {
    const { api, requests } = client({ [CHATKIT]: { ok: true } });

    await api.fetch(api.chatkitUrl, message());
    await api.fetch(api.chatkitUrl, message());

    const [one, other] = requests.map(({ headers }) => headers.get("traceparent"));
    expect(one).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(other).not.toBe(one);
  });

  test("takes the token nowhere but to the gateway", async () => {
    const { api, requests } = client({});

    await expect(api.fetch("http://evil.test/api/x")).rejects.toThrow("gateway alone");
    await expect(api.fetch("http://gateway.test.evil.test/api/x")).rejects.toThrow("gateway alone");
    expect(requests).toEqual([]);
  });
});

describe("the token", () => {
  test("[001/FR-052] is fetched once for many requests, and again before it expires", async () => {
    const { api } = client({ [CHATKIT]: { ok: true } });
    await Promise.all([api.fetch(api.chatkitUrl, message()), api.fetch(api.chatkitUrl, message())]);
    await api.fetch(api.chatkitUrl, message());
    expect(fetchToken).toHaveBeenCalledTimes(1);

    fetchToken.mockResolvedValueOnce(tokenFor("ada-1", 30));
    const nearlyOver = client({ [CHATKIT]: { ok: true } });
    await nearlyOver.api.fetch(api.chatkitUrl, message());
    await nearlyOver.api.fetch(api.chatkitUrl, message());
    expect(fetchToken).toHaveBeenCalledTimes(3);
  });

  test("[001/FR-052] is fetched anew once after a 401", async () => {
    const answers = [refusal(401, {}), Response.json({ ok: true })];
    const { api, requests } = client({ [CHATKIT]: () => answers.shift() });

    const answer = await api.fetch(api.chatkitUrl, message());

    expect(answer.status).toBe(200);
    expect(requests).toHaveLength(2);
    expect(fetchToken).toHaveBeenCalledTimes(2);
    expect(onSessionEnded).not.toHaveBeenCalled();
  });

  test("[001/FR-052] that cannot be renewed ends the session", async () => {
    fetchToken.mockResolvedValueOnce(tokenFor("ada-1")).mockResolvedValueOnce(null);
    const { api } = client({ [CHATKIT]: () => refusal(401, {}) });

    await expect(api.fetch(api.chatkitUrl, message())).rejects.toThrow("Your session ended");
    expect(onSessionEnded).toHaveBeenCalledTimes(1);
  });

  test("that is fresh and refused does not pretend that the session ended", async () => {
    const { api, requests } = client({ [CHATKIT]: () => refusal(401, {}) });

    await expect(api.fetch(api.chatkitUrl, message())).rejects.toThrow("refuses your sign-in");
    expect(requests).toHaveLength(2);
    expect(onSessionEnded).not.toHaveBeenCalled();
  });
});

describe("a message that is sent again", () => {
  const created = { type: "thread.created", thread: { id: "t1" } };
  const stored = { type: "thread.item.done", item: { type: "user_message", id: "u1" } };
  const added = (text = "hello", thread_id = "t1") => ({
    method: "POST",
    body: JSON.stringify({ type: "threads.add_user_message", params: { thread_id, input: { content: [{ text }] } } }),
  });

  /** An answer that says so much and breaks off. @param {object[]} events */
  function cutAfter(...events) {
    const answer = eventStream();
    if (events.length > 0) answer.send(...events);
    answer.end();
    return answer.response;
  }

  /** @param {unknown[]} answers @param {RequestInit[]} messages */
  async function keysOf(answers, messages) {
    const { api, requests } = client({
      [CHATKIT]: () => {
        const answer = answers.shift();
        if (answer instanceof Error) throw answer;
        return answer;
      },
    });
    for (const one of messages) {
      const answer = await api.fetch(api.chatkitUrl, one).catch(() => null);
      await answer?.text();
    }
    return requests.map(({ headers }) => headers.get("idempotency-key"));
  }

  test.each([
    ["the network failed", new TypeError("network")],
    ["the gateway failed", refusal(503, {})],
    ["it has to wait", refusal(409, {}, { "Retry-After": "2" })],
    ["its answer ended at the head", cutAfter()],
    ["its answer ended before the message in it", cutAfter({ type: "stream_options" })],
  ])("[005/FR-038] keeps its key while its fate is unknown: %s", async (_why, fault) => {
    const [first, second] = await keysOf([fault, cutAfter(stored)], [added(), added()]);

    expect(first).toBeTruthy();
    expect(second).toBe(first);
  });

  test.each([
    ["its answer shows it", cutAfter({ type: "stream_options" }, stored)],
    ["it was refused", refusal(409, {})],
  ])("is a new one once its fate is known: %s", async (_why, answer) => {
    const [first, second] = await keysOf([answer, cutAfter(stored)], [added(), added()]);

    expect(second).not.toBe(first);
  });

  test("[005/FR-038] keeps its key in the conversation that it began, and there alone", async () => {
    const answers = [cutAfter(created), new TypeError("network"), cutAfter(stored), cutAfter(stored)];
    const sent = [message(), message(), added("hello", "t2"), added()];
    const [first, anew, elsewhere, again] = await keysOf(answers, sent);

    expect(new Set([first, anew, elsewhere]).size).toBe(3);
    expect(again).toBe(first);
  });

  test("[005/FR-038] is the same whichever tool or model is to answer it", async () => {
    const input = { content: [{ text: "hello" }], inference_options: { model: "m" } };
    const body = JSON.stringify({ type: "threads.add_user_message", params: { thread_id: "t1", input } });
    const [first, second] = await keysOf(
      [new TypeError("network"), cutAfter(stored)],
      [{ method: "POST", body }, added()],
    );

    expect(second).toBe(first);
  });

  test("is let go by whoever goes on without it", async () => {
    const answers = [new TypeError("network"), cutAfter(stored), cutAfter(stored)];
    const [first, , third] = await keysOf(answers, [added("yes"), added("no"), added("yes")]);

    expect(third).not.toBe(first);
  });

  test("has the answer that came, in whatever pieces", async () => {
    const body = new TextEncoder().encode(': ping\n\ndata: {oops\n\ndata: {"type":"x","text":"é"}\n\n');
    const pieces = new ReadableStream({
      start(out) {
        for (const byte of body) out.enqueue(Uint8Array.of(byte));
        out.close();
      },
    });
    const { api } = client({ [CHATKIT]: () => new Response(pieces) });

    const answer = await api.fetch(api.chatkitUrl, message());

    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(body);
  });

  test("has a key only where it is a message", async () => {
    const { api, requests } = client({ [CHATKIT]: { data: [] } });

    await api.fetch(api.chatkitUrl, { method: "POST", body: JSON.stringify({ type: "threads.list", params: {} }) });

    expect(requests[0].headers.get("idempotency-key")).toBeNull();
  });
});

describe("an action of the person's", () => {
  const ACTIONS = `POST ${HOME}ada-1/tasks/actions`;

  test("[005/FR-038] carries its key, and is in doubt when its answer broke off", async () => {
    const half = eventStream();
    half.cut();
    const { api, requests } = client({ [ACTIONS]: () => half.response });

    await expect(api.post("tasks/actions", {}, "k1")).rejects.toMatchObject({ name: "RefusedError", isInDoubt: true });
    expect(requests[0].headers.get("idempotency-key")).toBe("k1");
  });

  test("[005/FR-038] is not in doubt when it was refused", async () => {
    const { api } = client({ [ACTIONS]: () => refusal(409, { code: "conflict", message: "No." }) });

    await expect(api.post("tasks/actions", {})).rejects.toMatchObject({ message: "No.", isInDoubt: false });
  });
});
