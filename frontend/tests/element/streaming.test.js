/** An answer is shown as it comes, and only what is for the person's eyes. */

import { beforeEach, expect, test } from "@jest/globals";
import { waitFor } from "@testing-library/dom";
import { eventStream } from "../network.js";
import { added, assistantItem, delta, done, openChat, openThread, thread, userItem } from "./chat.js";

beforeEach(() => sessionStorage.clear());

test("[001/FR-053] a message creates the thread and the answer grows as it streams", async () => {
  const stream = eventStream();
  const chat = openChat({ "threads.create": () => stream.response });
  await chat.say("add buy milk tomorrow");
  expect(chat.log()).toHaveTextContent("add buy milk tomorrow");

  stream.send({ type: "thread.created", thread }, done(userItem("u1", "add buy milk tomorrow")));
  stream.send(added({ type: "assistant_message", id: "a1", content: [] }), delta("a1", "Added "), delta("a1", "milk."));
  await waitFor(() => expect(chat.view.getByLabelText("Assistant")).toHaveTextContent("Added milk."));
  expect(chat.log()).toHaveAttribute("aria-busy", "true");
  stream.end();

  await waitFor(() => expect(chat.log()).toHaveAttribute("aria-busy", "false"));
  expect(chat.view.getAllByLabelText("You")).toHaveLength(1);
  expect(chat.requests[0].body).toMatchObject({
    type: "threads.create",
    params: { input: { content: [{ type: "input_text", text: "add buy milk tomorrow" }], attachments: [] } },
  });
  expect(chat.events.map(([name]) => name)).toEqual(["response.start", "thread.change", "response.end"]);
  expect(chat.events[1][1]).toEqual({ threadId: "t1" });
});

test("[005/FR-001] hidden items are never shown, whatever brings them", async () => {
  const stream = eventStream();
  const secret = { type: "hidden_context_item", id: "h1", content: "SECRET" };
  const note = { type: "sdk_hidden_context", id: "h2", content: "SECRET" };
  const items = { data: [secret, userItem("u0", "before"), note], has_more: false };
  const chat = openChat(
    { "threads.get_by_id": () => ({ ...thread, items }), "threads.add_user_message": () => stream.response },
    { initialThread: "t1" },
  );
  await chat.view.findByText("before");
  await chat.say("go on");

  stream.send(done(userItem("u1", "go on")), added(secret), done(note));
  stream.send({ type: "thread.item.replaced", item: secret }, done(assistantItem("a1", "after")));
  stream.end();

  await chat.view.findByText("after");
  expect(chat.element.shadowRoot.textContent).not.toContain("SECRET");
});

test("text from the server never becomes markup", async () => {
  const stream = eventStream();
  const chat = openChat({ "threads.create": () => stream.response });
  await chat.say("hello");

  stream.send({ type: "thread.created", thread }, done(userItem("u1", "<b>hello</b>")));
  stream.send(done(assistantItem("a1", "<img src=x onerror=alert(1)>\n\n- one\n- two\n\nthen\n\n3. three")));
  stream.send({ type: "notice", level: "info", title: "<i>", message: "<u>note</u>" });
  stream.end();

  await chat.view.findByText("<img src=x onerror=alert(1)>");
  expect(chat.log().querySelector("img, b, i:not(.dots i), u")).toBeNull();
  expect([...chat.log().querySelectorAll("li")].map((item) => item.textContent)).toEqual(["one", "two", "three"]);
  expect(chat.log().querySelector("ol")).toHaveAttribute("start", "3");
});

test("[005/FR-015] the steps of a tool call are shown while they run and when they are done", async () => {
  const stream = eventStream();
  const chat = openChat({ "threads.create": () => stream.response });
  await chat.say("add milk");
  const step = { type: "custom", title: "Adding a task", status_indicator: "loading" };

  stream.send({ type: "thread.created", thread }, done(userItem("u1", "add milk")));
  stream.send(added({ type: "workflow", id: "w1", workflow: { tasks: [step] } }));
  expect((await chat.view.findByText("Adding a task")).closest("li")).toHaveClass("running");

  const task = { ...step, title: "Added a task", status_indicator: "complete" };
  stream.send({
    type: "thread.item.updated",
    item_id: "w1",
    update: { type: "workflow.task.updated", task_index: 0, task },
  });
  expect((await chat.view.findByText("Added a task")).closest("li")).not.toHaveClass("running");
  stream.end();
});

test("an answer that must not be stopped shows no Stop", async () => {
  const stream = eventStream();
  const chat = openChat({ "threads.create": () => stream.response });
  await chat.say("hello");

  stream.send({ type: "thread.created", thread }, done(userItem("u1", "hello")));
  stream.send({ type: "stream_options", stream_options: { allow_cancel: false } });

  await waitFor(() => expect(chat.view.queryByRole("button", { name: "Stop" })).toBeNull());
  expect(chat.view.getByRole("button", { name: "Send" })).toBeDisabled();
  stream.end();
});

test("[005/FR-008] an answer that could not be looked on at is looked on at again", async () => {
  let tries = 0;
  const chat = openChat(
    {
      "threads.get_by_id": () => ({ ...thread, items: { data: [assistantItem("a1", "Once")], has_more: false } }),
      "threads.follow": () => {
        tries += 1;
        if (tries === 1) throw new TypeError("network error");
        return new Response("");
      },
    },
    { initialThread: "t1" },
  );

  expect(await chat.view.findByText(/The connection was lost/)).toBeInTheDocument();
  await waitFor(() => expect(tries).toBe(2), { timeout: 3000 });
  await waitFor(() => expect(chat.view.queryByText(/The connection was lost/)).toBeNull());
});

/** An answer that never ends, and knows whether somebody still reads it. */
function endless() {
  const reading = { isOpen: true };
  /** @type {ReadableStreamDefaultController} */
  let out;
  const body = new ReadableStream({
    start: (controller) => {
      out = controller;
    },
    cancel: () => {
      reading.isOpen = false;
    },
  });
  const send = (/** @type {string} */ text) => out.enqueue(new TextEncoder().encode(text));
  return { reading, send, response: new Response(body) };
}

test("[005/FR-005] an answer that cannot be read is let go", async () => {
  const { reading, send, response } = endless();
  const chat = openChat({ "threads.create": () => response });
  await chat.say("hello");

  send("data: {not json\n\n");

  await waitFor(() => expect(reading.isOpen).toBe(false));
});

test("[005/FR-005] the answer to a press is let go once another conversation is shown", async () => {
  const { reading, send, response } = endless();
  const answer = eventStream();
  const chat = openThread([assistantItem("a1", "Once")], {
    "threads.custom_action": () => response,
    "threads.add_user_message": () => answer.response,
  });
  await chat.view.findByText("Once");
  await chat.say("hello");
  answer.send(done(userItem("u1", "hello")));
  await waitFor(() => expect(chat.view.getByLabelText("You")).not.toHaveClass("pending"));
  chat.element.sendCustomAction({ type: "tasks.complete" }, "w1");
  await waitFor(() => expect(chat.requests.at(-1)?.body.type).toBe("threads.custom_action"));

  await chat.element.setThreadId("t2");
  send(`data: ${JSON.stringify(done(assistantItem("a2", "late")))}\n\n`);

  await waitFor(() => expect(reading.isOpen).toBe(false));
  expect(chat.view.queryByText("late")).toBeNull();
});
