/** No error loses what a person wrote, and each says in a sentence what happened. */

import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { fireEvent, waitFor } from "@testing-library/dom";
import { eventStream, refusal } from "../network.js";
import { assistantItem, done, openChat, openThread, thread, threadOf, URL, userItem } from "./chat.js";

beforeEach(() => sessionStorage.clear());
afterEach(() => {
  jest.useRealTimers();
});

const REFUSALS = [
  [409, "turn_in_progress", "The last message here is still being answered."],
  [429, "rate_limited", "That was a lot at once. Try again in 5 seconds."],
  [503, "unavailable", "The task list cannot be reached just now."],
];

test.each(REFUSALS)(
  "[005/FR-012] a %d keeps the text in the composer and shows the gateway's sentence",
  async (...refused) => {
    const [status, code, message] = /** @type {[number, string, string]} */ (/** @type {unknown} */ (refused));
    const chat = openChat({ "threads.create": () => refusal(status, { code, message }) });

    await chat.say("add buy milk");

    expect(await chat.view.findByRole("alert")).toHaveTextContent(message);
    expect(chat.composer()).toHaveValue("add buy milk");
    expect(chat.view.queryByLabelText("You")).toBeNull();
  },
);

test("an answer that is no JSON gets a sentence of ours", async () => {
  const chat = openChat({ "threads.create": () => new Response("<html>502</html>", { status: 502 }) });

  await chat.say("hello");

  expect(await chat.view.findByRole("alert")).toHaveTextContent("Something went wrong. Try again.");
});

test("an event that cannot be read ends the answer with a sentence", async () => {
  const chat = openChat({ "threads.create": () => new Response("data: {not json\n\n") });

  await chat.say("hello");

  expect(await chat.view.findByRole("alert")).toHaveTextContent("The answer could not be read. Try again.");
  expect(chat.composer()).toHaveValue("hello");
});

test("a broken connection before the message is stored gives the text back", async () => {
  const stream = eventStream();
  const chat = openChat({ "threads.create": () => stream.response });
  await chat.say("hello");
  await chat.user.type(chat.composer(), "and more");

  stream.cut();

  expect(await chat.view.findByRole("alert")).toHaveTextContent("The connection failed.");
  expect(chat.composer()).toHaveValue("hello\nand more");
});

test("an error event of the stream is shown once, and the stored message stays", async () => {
  const stream = eventStream();
  const chat = openChat({ "threads.create": () => stream.response });
  await chat.say("hello");

  stream.send({ type: "thread.created", thread }, done(userItem("u1", "hello")));
  stream.send({ type: "error", code: "custom", message: "The model cannot be reached.", allow_retry: true });
  stream.end();

  await waitFor(() => expect(chat.log()).toHaveAttribute("aria-busy", "false"));
  expect(chat.view.getAllByRole("alert")).toHaveLength(1);
  expect(chat.view.getByRole("alert")).toHaveTextContent("The model cannot be reached.");
  expect(chat.view.getByLabelText("You")).toHaveTextContent("hello");
});

test("[005/FR-038] a message that could not be sent for want of a token is offered to be sent again", async () => {
  let isAway = true;
  const stream = eventStream();
  const send = /** @type {typeof fetch} */ (
    async (...call) => {
      if (isAway) throw new Error("The sign-in service cannot be reached. Try again.");
      return fetch(...call);
    }
  );
  const chat = openChat({ "threads.create": () => stream.response }, { api: { url: URL, fetch: send } });
  await chat.say("hello");
  expect(await chat.view.findByRole("alert")).toHaveTextContent("The sign-in service cannot be reached.");

  isAway = false;
  await chat.user.click(chat.view.getByRole("button", { name: "Send again" }));
  stream.send({ type: "thread.created", thread }, done(userItem("u1", "hello")));

  await waitFor(() => expect(chat.view.queryByRole("alert")).toBeNull());
  expect(chat.view.getByText("hello")).toBeInTheDocument();
  stream.end();
});

test("a stream that ends without storing the message gives it back", async () => {
  const stream = eventStream();
  const chat = openChat({ "threads.create": () => stream.response });
  await chat.say("hello");

  stream.end();

  expect(await chat.view.findByRole("alert")).toHaveTextContent("It is not known whether the message arrived.");
  expect(chat.composer()).toHaveValue("hello");
});

test("what was written, or sent and not acknowledged, is there again when the element comes back", async () => {
  const chat = openChat({ "threads.create": () => new Promise(() => undefined) });
  await chat.say("hello");
  await chat.user.type(chat.composer(), "half a sen");

  const again = openChat({});

  expect(again.composer()).toHaveValue("hello\nhalf a sen");
});

test("a draft is the address's own: another person's element does not find it", async () => {
  const chat = openChat({});
  await chat.user.type(chat.composer(), "mine");

  const other = openChat({}, { api: { url: "http://gateway.test/api/bob-2/chatkit" } });

  expect(other.composer()).toHaveValue("");
});

test("[005/FR-014] Shift+Enter breaks the line, and an empty message is not sent", async () => {
  const chat = openChat({});

  await chat.user.type(chat.composer(), "{Enter}one{Shift>}{Enter}{/Shift}two");

  expect(chat.composer()).toHaveValue("one\ntwo");
  expect(chat.requests).toEqual([]);
});

test("[005/FR-012] a refusal that says how long to wait counts down, and then sends the text again", async () => {
  const stream = eventStream();
  const refused = refusal(429, { code: "rate_limited", message: "That was a lot at once." }, { "Retry-After": "1" });
  const answers = [refused, stream.response];
  const chat = openChat({ "threads.create": () => answers.shift() });
  await chat.say("add buy milk");
  expect(await chat.view.findByRole("button", { name: "Send again in 1 s" })).toBeDisabled();

  await chat.user.click(await chat.view.findByRole("button", { name: "Send again" }, { timeout: 3000 }));

  await waitFor(() => expect(chat.composer()).toHaveValue(""));
  expect(chat.requests[1].body).toEqual(chat.requests[0].body);
  expect(chat.view.queryByRole("alert")).toBeNull();
  stream.end();
});

test("[005/FR-022] a countdown goes on through a refresh, and is said once", async () => {
  const refused = () => refusal(429, { code: "rate_limited", message: "A lot at once." }, { "Retry-After": "60" });
  let items = [userItem("u1", "hello"), assistantItem("a1", "Good morning")];
  const answers = { "threads.get_by_id": () => threadOf(...items), "threads.add_user_message": refused };
  const chat = openThread([], answers);
  await chat.view.findByText("Good morning");
  await chat.say("add milk");
  const alert = await chat.view.findByRole("alert");
  const moved = new MutationObserver(() => undefined);
  moved.observe(chat.log(), { childList: true, subtree: true });
  await new Promise((next) => setTimeout(next, 1200));

  items = [...items, userItem("u2", "from elsewhere"), assistantItem("a2", "Noted.")];
  await chat.element.fetchUpdates();

  await chat.view.findByText("Noted.");
  expect(chat.view.getByRole("alert")).toBe(alert);
  const added = moved.takeRecords().flatMap(({ addedNodes }) => [...addedNodes]);
  expect(added.filter((node) => node.contains(alert))).toEqual([]);
  expect(chat.view.getByRole("button", { name: /^Send again in 5\d s$/ })).toBeDisabled();
});

test("[005/FR-012] a countdown ends with its line", async () => {
  jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask", "performance"] });
  const refused = () => refusal(429, { code: "rate_limited", message: "A lot at once." }, { "Retry-After": "60" });
  const chat = openChat({ "threads.create": refused });
  fireEvent.input(chat.composer(), { target: { value: "add milk" } });
  fireEvent.keyDown(chat.composer(), { key: "Enter" });
  await jest.advanceTimersByTimeAsync(2500);
  expect(chat.view.getByRole("button", { name: "Send again in 58 s" })).toBeDisabled();
  expect(jest.getTimerCount()).toBe(1);

  chat.element.setThreadId(null);
  await jest.advanceTimersByTimeAsync(2500);

  expect(jest.getTimerCount()).toBe(0);
});

test("[005/FR-014] each conversation keeps its own draft", async () => {
  const chat = openChat({
    "threads.get_by_id": ({ thread_id }) => ({ ...thread, id: thread_id, items: { data: [], has_more: false } }),
    "threads.follow": () => new Response(""),
  });
  await chat.user.type(chat.composer(), "for a new one");

  await chat.element.setThreadId("t1");
  expect(chat.composer()).toHaveValue("");
  await chat.user.type(chat.composer(), "for this one");
  await chat.element.setThreadId(null);

  expect(chat.composer()).toHaveValue("for a new one");
  await chat.element.setThreadId("t1");
  expect(chat.composer()).toHaveValue("for this one");
});

test.each([{ isComposing: true }, { keyCode: 229 }])(
  "[005/FR-014] Enter belongs to an input method that composes (%#)",
  async (composing) => {
    const chat = openChat({});
    await chat.user.type(chat.composer(), "みるく");

    fireEvent.keyDown(chat.composer(), { key: "Enter", ...composing });

    expect(chat.requests).toEqual([]);
    expect(chat.composer()).toHaveValue("みるく");
  },
);
