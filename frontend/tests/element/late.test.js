/** What comes late is neither put over what was said meanwhile nor into the conversation that was opened meanwhile. */

import { beforeEach, expect, test } from "@jest/globals";
import { waitFor } from "@testing-library/dom";
import { eventStream, refusal } from "../network.js";
import {
  added,
  assistantItem,
  delta,
  done,
  held,
  nothing,
  openChat,
  openThread,
  settled,
  thread,
  threadOf,
  userItem,
} from "./chat.js";

beforeEach(() => sessionStorage.clear());

const greeting = [userItem("u1", "hello"), assistantItem("a1", "Good morning")];
const question = userItem("u2", "and you?");
const away = () => refusal(503, { code: "unavailable", message: "Not just now." });

/** @param {ReturnType<typeof openChat>} chat */
const shown = (chat) => chat.view.getAllByRole("article").map(({ textContent }) => textContent);

test("[005/FR-025] what is sent while the conversation loads stays shown", async () => {
  const read = held();
  const stream = eventStream();
  const chat = openThread([], {
    "threads.get_by_id": () => read.promise,
    "threads.add_user_message": () => stream.response,
  });
  await chat.say("and you?");
  stream.send(done(question), added(assistantItem("a2", "Very")));
  await chat.view.findByText("Very");

  read.answer(threadOf(...greeting));
  await chat.view.findByText("Good morning");
  stream.send(delta("a2", " well"));
  stream.end();

  await chat.view.findByText("Very well");
  expect(shown(chat)).toEqual(["hello", "Good morning", "and you?", "Very well"]);
  expect(chat.view.getByRole("heading", { name: "Milk" })).toBeInTheDocument();
});

test("[005/FR-025] what is sent while the conversation is read anew stays shown, and the news follow", async () => {
  const stream = eventStream();
  const late = held();
  const whole = [...greeting, userItem("u1b", "from elsewhere"), question, assistantItem("a2", "Very well")];
  const reads = [threadOf(...greeting), late.promise, threadOf(...whole)];
  const chat = openThread([], {
    "threads.get_by_id": () => reads.shift(),
    "threads.add_user_message": () => stream.response,
  });
  await chat.view.findByText("Good morning");
  await settled();
  chat.element.fetchUpdates();
  await waitFor(() => expect(reads).toHaveLength(1));
  await chat.say("and you?");
  stream.send(done(question), added(assistantItem("a2", "Very")));
  await chat.view.findByText("Very");

  late.answer(threadOf(...greeting));
  await settled();
  expect(shown(chat)).toEqual(["hello", "Good morning", "and you?", "Very"]);
  stream.send(done(assistantItem("a2", "Very well")));
  stream.end();

  await chat.view.findByText("from elsewhere");
  expect(shown(chat)).toEqual(["hello", "Good morning", "from elsewhere", "and you?", "Very well"]);
});

test("[005/FR-025] a conversation that could not be read is read once something was sent in it", async () => {
  const stream = eventStream();
  const reads = [away(), threadOf(...greeting, question, assistantItem("a2", "Very well"))];
  const chat = openThread([], {
    "threads.get_by_id": () => reads.shift(),
    "threads.add_user_message": () => stream.response,
  });
  await chat.view.findByRole("button", { name: "Try again" });

  await chat.say("and you?");
  stream.send(done(question), done(assistantItem("a2", "Very well")));
  stream.end();

  await chat.view.findByText("Good morning");
  expect(shown(chat)).toEqual(["hello", "Good morning", "and you?", "Very well"]);
});

test("[005/FR-025] a conversation that was opened twice shows what was read last", async () => {
  const reads = [held(), held()];
  const waiting = [...reads];
  const chat = openThread([], { "threads.get_by_id": () => waiting.shift()?.promise });
  chat.element.setThreadId("t1");
  await waitFor(() => expect(waiting).toEqual([]));

  reads[0].answer(threadOf(greeting[0], assistantItem("a1", "Good mor")));
  await settled();
  reads[1].answer(threadOf(...greeting));

  await chat.view.findByText("Good morning");
});

/** Conversation t1 with what it holds, and t2, whose answer is "Good morning". @param {object[]} items @param {import("./chat.js").Answers} answers @param {object} [options] */
function between(items, answers, options) {
  const read = (/** @type {any} */ { thread_id }) => threadOf(...(thread_id === "t1" ? items : greeting));
  return openThread([], { "threads.get_by_id": read, ...answers }, options);
}

test("[005/FR-025] what a press brings late is in no other conversation", async () => {
  const late = held();
  const action = { type: "tasks.complete", streaming: false };
  const widget = { type: "Card", children: [{ type: "Button", label: "Done", onClickAction: action }] };
  const chat = between([{ type: "widget", id: "w1", widget }], { "threads.sync_custom_action": () => late.promise });
  await chat.user.click(await chat.view.findByRole("button", { name: "Done" }));
  await chat.element.setThreadId("t2");
  await chat.view.findByText("Good morning");

  const item = { type: "widget", id: "w1", widget: { type: "Card", children: [{ type: "Text", value: "Gone." }] } };
  late.answer({ updated_item: item });
  await settled();

  expect(chat.log()).not.toHaveTextContent("Gone.");
});

test.each([
  ["kept", {}],
  ["not kept", away()],
])("[005/FR-025] a rating that is %s late is not spoken of in another conversation", async (_state, answer) => {
  const late = held();
  const items = [userItem("u0", "one"), assistantItem("a0", "First")];
  const chat = between(items, { "items.feedback": () => late.promise }, { threadItemActions: { feedback: true } });
  await chat.view.findByText("First");
  await chat.user.click(chat.view.getByRole("button", { name: "Good answer" }));
  await chat.element.setThreadId("t2");
  await chat.view.findByText("Good morning");

  late.answer(answer);
  await settled();

  expect(chat.element.shadowRoot.querySelector(".unseen[role=status]")).toHaveTextContent("");
  expect(chat.view.queryByRole("alert")).toBeNull();
});

/** @param {number} from @param {number} to newest first, as a page has them */
const page = (from, to) =>
  Array.from({ length: to - from + 1 }, (_, at) => userItem(`u${to - at}`, `message ${to - at}`));

test.each([
  ["come", { data: page(1, 40), has_more: false }],
  ["fail", away()],
])("[005/FR-025] earlier messages that %s late are in no other conversation", async (_how, answer) => {
  const late = held();
  const chat = openChat(
    {
      "threads.get_by_id": ({ thread_id }) =>
        thread_id === "t1" ? { ...thread, items: { data: [], has_more: true } } : threadOf(...greeting),
      "items.list": ({ after }) => (after ? late.promise : { data: page(41, 80), has_more: true, after: "u41" }),
      "threads.follow": nothing,
    },
    { initialThread: "t1" },
  );
  await chat.view.findByText("message 80");
  await chat.user.click(chat.view.getByRole("button", { name: "Earlier messages" }));
  await chat.element.setThreadId("t2");
  await chat.view.findByText("Good morning");

  late.answer(answer);
  await settled();

  expect(shown(chat)).toEqual(["hello", "Good morning"]);
  expect(chat.view.queryByRole("alert")).toBeNull();
});
