/** An answer is stopped, looked on at, taken up again and asked for anew; nothing of it is loaded twice. */

import { beforeEach, expect, test } from "@jest/globals";
import { waitFor } from "@testing-library/dom";
import { eventStream, refusal } from "../network.js";
import { added, assistantItem, begun, done, nothing, openChat, openThread, threadOf, userItem } from "./chat.js";

beforeEach(() => sessionStorage.clear());

/** @param {ReturnType<typeof openChat>} chat */
const typesOf = (chat) => chat.requests.map(({ body }) => body.type);

test("[005/FR-005] Stop ends the request, keeps what was said, and leaves the composer ready", async () => {
  const kept = threadOf(userItem("u1", "tell me a story"), assistantItem("a1", "Once upon"));
  const { chat } = await begun({ "threads.get_by_id": () => kept });

  await chat.user.click(chat.view.getByRole("button", { name: "Stop" }));

  await chat.view.findByText("You stopped this answer.");
  expect(chat.view.getByText("Once upon")).toBeInTheDocument();
  expect(chat.view.getByRole("button", { name: "Send" })).toBeEnabled();
  expect(chat.element.shadowRoot.activeElement).toBe(chat.composer());
  expect(chat.requests[0].signal?.reason.name).toBe("AbortError");
  await waitFor(() => expect(typesOf(chat)).toEqual(["threads.create", "threads.follow", "threads.get_by_id"]));
});

test("[005/FR-005] an answer that goes on after Stop all the same is shown", async () => {
  const rest = eventStream();
  const { chat } = await begun({ "threads.follow": () => rest.response });
  await chat.user.click(chat.view.getByRole("button", { name: "Stop" }));
  await waitFor(() => expect(typesOf(chat)).toContain("threads.follow"));

  rest.send(done(assistantItem("a1", "Once upon a time")));

  await chat.view.findByText("Once upon a time");
  rest.end();
});

test("[005/FR-005] leaving a conversation says so to whoever sends the request", async () => {
  const { chat } = await begun();

  await chat.element.setThreadId(null);

  expect(chat.requests[0].signal?.aborted).toBe(true);
  expect(chat.requests[0].signal?.reason.name).toBe("LeftError");
});

test("[005/FR-006] an opened conversation shows the answer that is being written, with Stop", async () => {
  const running = eventStream();
  const chat = openChat(
    { "threads.get_by_id": () => threadOf(userItem("u1", "hello")), "threads.follow": () => running.response },
    { initialThread: "t1" },
  );
  await chat.view.findByText("hello");

  running.send(added(assistantItem("a1", "Good mor")));
  await chat.view.findByText("Good mor");
  await chat.user.click(await chat.view.findByRole("button", { name: "Stop" }));

  expect(chat.requests[1].body).toMatchObject({ type: "threads.follow", params: { thread_id: "t1" } });
  expect(chat.requests[1].signal?.reason.name).toBe("AbortError");
});

test("[005/FR-006] where nothing runs, nothing is loaded twice", async () => {
  const whole = threadOf(userItem("u1", "hello"), assistantItem("a1", "Good morning"));
  const chat = openChat({ "threads.get_by_id": () => whole, "threads.follow": nothing }, { initialThread: "t1" });

  await chat.view.findByText("Good morning");
  await waitFor(() => expect(typesOf(chat)).toContain("threads.follow"));
  await new Promise((next) => setTimeout(next));

  expect(typesOf(chat)).toEqual(["threads.get_by_id", "threads.follow"]);
});

test("[005/FR-006] an answer that ended between the two requests is fetched", async () => {
  const states = [
    threadOf(userItem("u1", "hello")),
    threadOf(userItem("u1", "hello"), assistantItem("a1", "Good morning")),
  ];
  const answers = { "threads.get_by_id": () => states.shift(), "threads.follow": nothing };
  const chat = openChat(answers, { initialThread: "t1", threadItemActions: { feedback: true, retry: true } });

  await chat.view.findByText("Good morning");
  expect(await chat.view.findByRole("button", { name: "Answer again" })).toBeVisible();
  expect(chat.view.getByRole("button", { name: "Good answer" })).toBeVisible();
  expect(states).toEqual([]);
});

test("[005/FR-006] an answer that was read half and ended before it could be looked at is fetched", async () => {
  const question = userItem("u1", "hello");
  const states = [
    { ...threadOf(question, assistantItem("a1", "Good mor")), metadata: { answering: true } },
    { ...threadOf(question, assistantItem("a1", "Good morning")), metadata: {} },
  ];
  const answers = { "threads.get_by_id": () => states.shift(), "threads.follow": nothing };
  const chat = openChat(answers, { initialThread: "t1" });

  await chat.view.findByText("Good morning");
  expect(states).toEqual([]);
});

test("[005/FR-006] a server that does not know how to show a running answer is no error", async () => {
  const refused = () => refusal(422, { code: "invalid", message: "type: No such request." });
  const answers = { "threads.get_by_id": () => threadOf(userItem("u1", "hello")), "threads.follow": refused };
  const chat = openChat(answers, { initialThread: "t1" });

  await waitFor(() => expect(typesOf(chat)).toContain("threads.follow"));
  await new Promise((next) => setTimeout(next));

  expect(chat.view.queryByRole("alert")).toBeNull();
});

test("[005/FR-007] what was said in another tab appears where it belongs, and the draft stays", async () => {
  const first = [userItem("u1", "hello"), assistantItem("a1", "Good morning")];
  let items = first;
  const running = eventStream();
  let follows = nothing;
  const answers = { "threads.get_by_id": () => threadOf(...items), "threads.follow": () => follows() };
  const chat = openChat(answers, { initialThread: "t1" });
  await chat.view.findByText("Good morning");
  await chat.user.type(chat.composer(), "half a sen");
  const before = chat.view.getByText("Good morning");

  items = [...first, userItem("u2", "and you?")];
  follows = () => running.response;
  chat.element.fetchUpdates();
  await chat.view.findByText("and you?");
  running.send(added(assistantItem("a2", "Very well")));

  await chat.view.findByText("Very well");
  expect(chat.composer()).toHaveValue("half a sen");
  expect(chat.view.getByText("Good morning")).toBe(before);
  running.end();
});

test("[005/FR-007] news of an answer that streams in already changes nothing", async () => {
  const { stream, chat } = await begun();

  await chat.element.fetchUpdates();

  expect(typesOf(chat)).toEqual(["threads.create"]);
  stream.end();
});

test("[005/FR-008] a connection that breaks in the middle is taken up again by itself", async () => {
  const rest = eventStream();
  const stored = threadOf(userItem("u1", "tell me a story"));
  const { stream, chat } = await begun({ "threads.get_by_id": () => stored, "threads.follow": () => rest.response });

  stream.cut();
  await chat.view.findByText(/The connection was lost/);
  await waitFor(() => expect(typesOf(chat)).toContain("threads.follow"), { timeout: 2000 });
  rest.send(added(assistantItem("a1", "Once upon a time")));

  await chat.view.findByText("Once upon a time");
  expect(chat.view.queryByText(/The connection was lost/)).toBeNull();
  expect(chat.view.getByRole("button", { name: "Stop" })).toBeVisible();
  rest.end();
});

test("[005/FR-008] while the server is away it is tried again, at once when the network is back", async () => {
  let isAway = true;
  const whole = threadOf(userItem("u1", "tell me a story"), assistantItem("a1", "Once upon a time"));
  const { stream, chat } = await begun({
    "threads.get_by_id": () => {
      if (isAway) throw new TypeError("network error");
      return whole;
    },
  });
  stream.cut();
  await waitFor(() => expect(typesOf(chat)).toContain("threads.get_by_id"), { timeout: 2000 });
  await new Promise((next) => setTimeout(next));

  isAway = false;
  globalThis.dispatchEvent(new Event("online"));

  await chat.view.findByText("Once upon a time");
  await waitFor(() => expect(chat.view.queryByText(/The connection was lost/)).toBeNull());
});

test("[005/FR-009] the last answer can be asked for again, and the new one takes its place", async () => {
  const again = eventStream();
  const items = [
    userItem("u1", "one"),
    assistantItem("a1", "First"),
    userItem("u2", "two"),
    assistantItem("a2", "Second"),
  ];
  const chat = openChat(
    {
      "threads.get_by_id": () => threadOf(...items),
      "threads.follow": nothing,
      "threads.retry_after_item": () => again.response,
    },
    { initialThread: "t1", threadItemActions: { retry: true } },
  );
  await chat.view.findByText("Second");

  await chat.user.click(chat.view.getByRole("button", { name: "Answer again" }));
  again.send(added(assistantItem("a3", "Better")));
  await chat.view.findByText("Better");

  expect(chat.view.queryByText("Second")).toBeNull();
  expect(chat.view.getByText("First")).toBeInTheDocument();
  expect(chat.requests.at(-1)?.body).toMatchObject({
    type: "threads.retry_after_item",
    params: { thread_id: "t1", item_id: "u2" },
  });
  again.end();
});

test("[005/FR-009] a retry that is refused takes nothing away and can be tried again", async () => {
  const answers = {
    "threads.retry_after_item": () => refusal(503, { code: "unavailable", message: "Not just now." }),
  };
  const chat = openThread([userItem("u1", "one"), assistantItem("a1", "First")], answers, {
    threadItemActions: { retry: true },
  });
  await chat.view.findByText("First");

  await chat.user.click(chat.view.getByRole("button", { name: "Answer again" }));

  expect(await chat.view.findByRole("alert")).toHaveTextContent("Not just now.");
  expect(chat.view.getByText("First")).toBeInTheDocument();
  expect(chat.view.getByRole("button", { name: "Try again" })).toBeEnabled();
});

test("[005/FR-009] an error that allows it offers another try", async () => {
  const again = eventStream();
  const { stream, chat } = await begun({ "threads.retry_after_item": () => again.response });
  stream.send({ type: "error", code: "custom", message: "The model cannot be reached.", allow_retry: true });
  stream.end();

  await chat.user.click(await chat.view.findByRole("button", { name: "Answer again" }));

  expect(chat.events.map(([name]) => name)).toContain("error");
  expect(chat.requests.at(-1)?.body.params).toEqual({ thread_id: "t1", item_id: "u1" });
  await waitFor(() => expect(chat.view.queryByRole("alert")).toBeNull());
  again.end();
});

test("[005/FR-009] a message that nobody answered is said to be so, and can be answered", async () => {
  const again = eventStream();
  const answers = {
    "threads.retry_after_item": () => again.response,
  };
  const chat = openThread([userItem("u1", "hello")], answers);
  await chat.view.findByText("This message was not answered.");

  await chat.user.click(chat.view.getByRole("button", { name: "Answer again" }));
  again.send(added(assistantItem("a1", "Good morning")));

  await chat.view.findByText("Good morning");
  expect(chat.view.queryByText("This message was not answered.")).toBeNull();
  again.end();
});

test("[005/FR-012] a conversation that is busy elsewhere shows what keeps it busy, and the text is kept", async () => {
  const running = eventStream();
  let items = [userItem("u1", "one"), assistantItem("a1", "First")];
  let follow = nothing;
  const refused = () =>
    refusal(409, { code: "turn_in_progress", message: "The last message is still being answered." });
  const answers = {
    "threads.get_by_id": () => threadOf(...items),
    "threads.follow": () => follow(),
    "threads.add_user_message": refused,
  };
  const chat = openChat(answers, { initialThread: "t1" });
  await chat.view.findByText("First");
  items = [...items, userItem("u2", "from another device")];
  follow = () => running.response;

  await chat.say("mine");
  await chat.view.findByText("from another device");
  running.send(added(assistantItem("a2", "Second")));

  await chat.view.findByText("Second");
  expect(chat.view.getByRole("alert")).toHaveTextContent("still being answered");
  expect(chat.composer()).toHaveValue("mine");
  running.end();
});

test("[005/FR-010] an answer is rated once each way, and a rating that was not kept is taken back", async () => {
  let isAway = false;
  const answers = {
    "items.feedback": () => (isAway ? refusal(503, { code: "unavailable", message: "Not just now." }) : {}),
  };
  const chat = openThread([userItem("u1", "one"), assistantItem("a1", "First")], answers, {
    threadItemActions: { feedback: true },
  });
  await chat.view.findByText("First");
  const good = chat.view.getByRole("button", { name: "Good answer" });
  const bad = chat.view.getByRole("button", { name: "Bad answer" });

  await chat.user.dblClick(good);
  isAway = true;
  await chat.user.click(bad);

  await chat.view.findByRole("alert");
  expect(good).toHaveAttribute("aria-pressed", "true");
  expect(bad).toHaveAttribute("aria-pressed", "false");
  const sent = chat.requests.filter(({ body }) => body.type === "items.feedback").map(({ body }) => body.params);
  expect(sent).toEqual([
    { thread_id: "t1", item_ids: ["a1"], kind: "positive" },
    { thread_id: "t1", item_ids: ["a1"], kind: "negative" },
  ]);
});
