/** What was sent and not acknowledged: it waits in its own conversation, is taken for arrived where it did, and is never lost. */

import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { waitFor, within } from "@testing-library/dom";
import { eventStream, refusal } from "../network.js";
import { assistantItem, done, nothing, openChat, thread, threadOf, userItem } from "./chat.js";

beforeEach(() => sessionStorage.clear());
afterEach(() => {
  jest.restoreAllMocks();
});

const never = () => new Promise(() => undefined);
const gone = () => refusal(404, { code: "not_found", message: "There is no such conversation." });

/** Two conversations, in which nothing that is sent is ever acknowledged. @param {Record<string, object[]>} stored */
function unanswered(stored) {
  return openChat(
    {
      "threads.get_by_id": ({ thread_id }) => ({ ...threadOf(...(stored[thread_id] ?? [])), id: thread_id }),
      "threads.follow": nothing,
      "threads.add_user_message": never,
      "threads.create": never,
    },
    { initialThread: "t1" },
  );
}

/** @param {ReturnType<typeof openChat>} chat */
const shown = (chat) => chat.view.queryAllByRole("article").map(({ textContent }) => textContent);

/** @param {ReturnType<typeof openChat>} chat @param {number} count */
const read = (chat, count) =>
  waitFor(() => expect(chat.events.filter(([name]) => name === "thread.load.end")).toHaveLength(count));

test("[005/FR-014] what was sent and not acknowledged waits in its own conversation", async () => {
  const chat = unanswered({ t1: [userItem("u1", "hello"), assistantItem("a1", "Good morning")] });
  await chat.view.findByText("Good morning");
  await chat.say("add milk");

  await chat.element.setThreadId(null);
  expect(chat.composer()).toHaveValue("");
  await chat.element.setThreadId("t2");
  await read(chat, 2);
  expect([chat.composer().value, shown(chat)]).toEqual(["", []]);
  await chat.element.setThreadId("t1");

  expect(chat.composer()).toHaveValue("add milk");
  expect(shown(chat)).toEqual(["hello", "Good morning"]);
});

test("[005/FR-014] what was sent and had arrived is no draft when its conversation is opened again", async () => {
  const stored = { t1: [userItem("u1", "hello"), assistantItem("a1", "Good morning")] };
  const chat = unanswered(stored);
  await chat.view.findByText("Good morning");
  await chat.say("add milk");
  stored.t1.push(userItem("u2", "add milk"), assistantItem("a2", "Added."));

  await chat.element.setThreadId(null);
  await chat.element.setThreadId("t1");
  await chat.view.findByText("Added.");

  expect(chat.composer()).toHaveValue("");
  expect(shown(chat)).toEqual(["hello", "Good morning", "add milk", "Added."]);
  await chat.element.setThreadId(null);
  await chat.element.setThreadId("t1");
  expect(chat.composer()).toHaveValue("");
});

test("[005/FR-025] an older message of the same words is not the one that was sent", async () => {
  const chat = unanswered({ t1: [userItem("u1", "yes"), assistantItem("a1", "Done.")] });
  await chat.view.findByText("Done.");
  await chat.say("yes");

  await chat.element.setThreadId(null);
  await chat.element.setThreadId("t1");
  await read(chat, 2);

  await waitFor(() => expect(chat.composer()).toHaveValue("yes"));
});

test("[005/FR-025] until its conversation can be read, what was sent is seen as not acknowledged, and then it is known", async () => {
  const question = userItem("u1", "hello");
  let answer = () => /** @type {unknown} */ (threadOf(question, assistantItem("a1", "Good morning")));
  const answers = {
    "threads.get_by_id": () => answer(),
    "threads.follow": nothing,
    "threads.add_user_message": never,
  };
  const first = openChat(answers, { initialThread: "t1" });
  await first.view.findByText("Good morning");
  await first.say("add milk");
  answer = () => refusal(503, { code: "unavailable", message: "Not just now." });

  const chat = openChat(answers, { initialThread: "t1" });
  await chat.view.findByRole("alert");
  expect(chat.view.getByLabelText("You")).toHaveClass("pending");
  expect(chat.composer()).toHaveValue("");
  answer = () => threadOf(question, assistantItem("a1", "Good morning"));
  await chat.user.click(chat.view.getByRole("button", { name: "Try again" }));

  await waitFor(() => expect(chat.composer()).toHaveValue("add milk"));
  expect(shown(chat)).toEqual(["hello", "Good morning"]);
});

test("[005/FR-025] what is not known to have arrived is not lost when something else is sent", async () => {
  const first = unanswered({ t1: [] });
  await read(first, 1);
  await first.say("add milk");

  const chat = openChat({ "threads.get_by_id": never, "threads.add_user_message": never }, { initialThread: "t1" });
  await chat.say("and bread");

  expect(chat.composer()).toHaveValue("add milk");
  expect(shown(chat)).toEqual(["and bread"]);
});

test("[005/FR-025] the message of a new conversation goes with it when it gets its name", async () => {
  const stream = eventStream();
  const stored = threadOf();
  const chat = openChat({
    "threads.create": () => stream.response,
    "threads.get_by_id": () => stored,
    "threads.follow": nothing,
  });
  await chat.say("add milk");
  stream.send({ type: "thread.created", thread });
  await waitFor(() => expect(chat.events.map(([name]) => name)).toContain("thread.change"));

  await chat.element.setThreadId(null);
  expect(chat.composer()).toHaveValue("");
  await chat.element.setThreadId("t1");

  await waitFor(() => expect(chat.composer()).toHaveValue("add milk"));
});

test("[005/FR-025] a new conversation whose name came too late gives its message back in the new one", async () => {
  const chat = unanswered({ t1: [] });
  await chat.element.setThreadId(null);
  await chat.say("add milk");

  await chat.element.setThreadId("t1");
  expect(chat.composer()).toHaveValue("");
  await chat.element.setThreadId(null);

  expect(chat.composer()).toHaveValue("add milk");
});

test("[005/FR-025] what was sent in a conversation that is gone can be sent in a new one", async () => {
  let answer = () => /** @type {unknown} */ (threadOf());
  const chat = openChat(
    { "threads.get_by_id": () => answer(), "threads.follow": nothing, "threads.add_user_message": never },
    { initialThread: "t1" },
  );
  await read(chat, 1);
  await chat.say("add milk");
  await chat.user.type(chat.composer(), "and br");

  answer = gone;
  await chat.element.setThreadId("t1");

  await waitFor(() => expect(chat.composer()).toHaveValue("add milk\nand br"));
  expect(chat.events.at(-1)).toEqual(["thread.change", { threadId: null }]);
});

test("[005/FR-025] deleting a conversation loses nothing that is still on its way in it", async () => {
  const chat = openChat(
    {
      "threads.get_by_id": () => threadOf(),
      "threads.follow": nothing,
      "threads.add_user_message": never,
      "threads.list": () => ({ data: [thread], has_more: false }),
      "threads.delete": () => ({}),
    },
    { initialThread: "t1" },
  );
  await read(chat, 1);
  await chat.say("add milk");

  await chat.element.showHistory();
  const panel = within(chat.element.shadowRoot.querySelector("dialog"));
  await chat.user.click(panel.getByLabelText("Delete Milk"));
  await chat.user.click(panel.getByText("Delete"));

  await waitFor(() => expect(chat.composer()).toHaveValue("add milk"));
});

test.each([
  ["full", ["setItem"]],
  ["forbidden", ["setItem", "getItem", "removeItem"]],
])("[005/FR-025] a storage that is %s loses no message", async (_state, methods) => {
  for (const method of /** @type {("setItem" | "getItem" | "removeItem")[]} */ (methods)) {
    jest.spyOn(Storage.prototype, method).mockImplementation(() => {
      throw new DOMException("no", "QuotaExceededError");
    });
  }
  const stream = eventStream();
  const responses = [eventStream().response, stream.response];
  const answers = { "threads.create": () => responses.shift() };
  const chat = openChat(answers);
  await chat.say("hello");
  expect(chat.requests).toHaveLength(1);
  expect(shown(chat)).toEqual(["hello"]);
  await chat.user.type(chat.composer(), "half a sen");

  const again = openChat(answers);
  expect(again.composer()).toHaveValue("hello\nhalf a sen");
  await again.user.type(again.composer(), "{Enter}");
  stream.send({ type: "thread.created", thread }, done(userItem("u1", "hello\nhalf a sen")));

  await waitFor(() => expect(again.view.getByLabelText("You")).not.toHaveClass("pending"));
  expect(openChat(answers).composer()).toHaveValue("");
  stream.end();
});
