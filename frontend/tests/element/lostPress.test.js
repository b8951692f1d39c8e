/** A press whose request or answer got lost is said beside its card, and stays said until it is tried again or seen to be done. */

import { beforeEach, expect, test } from "@jest/globals";
import { waitFor } from "@testing-library/dom";
import { eventStream } from "../network.js";
import { added, assistantItem, done, nothing, openChat, openThread, threadOf, userItem } from "./chat.js";

beforeEach(() => sessionStorage.clear());

const UNCERTAIN = "The connection failed, so this may not have been done. Try again.";
const yes = { type: "deletion.answer", payload: { approved: true } };
const card = {
  type: "Card",
  children: [{ type: "Title", value: "Delete 2 tasks?" }],
  confirm: { label: "Delete", action: yes },
  cancel: { label: "Keep", action: { type: "deletion.answer", payload: { approved: false } } },
};
const open = { type: "widget", id: "w1", widget: card };
const answered = {
  type: "widget",
  id: "w1",
  widget: { type: "Card", children: [{ type: "Text", value: "You said yes." }] },
};
const before = [userItem("u1", "delete all"), open, assistantItem("a1", "Shall I?")];
/** @returns {Response} */
const lost = () => {
  throw new TypeError("network error");
};
/** @param {ReturnType<typeof openChat>} chat @param {string} type */
const asked = (chat, type) => chat.requests.filter(({ body }) => body.type === type);

/** @param {import("./chat.js").Answers} answers */
async function opened(answers) {
  const chat = openThread(before, answers, { threadItemActions: { retry: true } });
  await chat.view.findByRole("button", { name: "Delete" });
  await waitFor(() => expect(asked(chat, "threads.follow")).toHaveLength(1));
  return chat;
}

test("[005/FR-038] a press that never arrived stays said, whatever is read or sent meanwhile, until it is tried again", async () => {
  const message = eventStream();
  let press = lost;
  const chat = await opened({
    "threads.custom_action": () => press(),
    "threads.add_user_message": () => message.response,
  });

  await chat.user.click(chat.view.getByRole("button", { name: "Delete" }));
  expect(await chat.view.findByRole("alert")).toHaveTextContent(UNCERTAIN);
  await waitFor(() => expect(asked(chat, "threads.get_by_id").length).toBeGreaterThan(1)); // looked at by itself
  await chat.element.fetchUpdates();
  await chat.say("hello?");
  message.send(done(userItem("u2", "hello?")), done(assistantItem("a2", "Yes?")));
  message.end();
  await chat.view.findByText("Yes?");
  expect(chat.view.getByRole("alert")).toHaveTextContent(UNCERTAIN);
  expect(chat.view.getByText("Shall I?").compareDocumentPosition(chat.view.getByRole("alert"))).toBe(
    Node.DOCUMENT_POSITION_PRECEDING, // beside the card, above what came after it
  );

  const stream = eventStream();
  press = () => stream.response;
  await chat.user.click(chat.view.getByRole("button", { name: "Try again" }));
  stream.send({ type: "thread.item.replaced", item: answered });
  stream.end();

  await chat.view.findByText("You said yes.");
  expect(chat.view.queryByRole("alert")).toBeNull();
  expect(asked(chat, "threads.custom_action").map(({ body }) => body.params.action)).toEqual([yes, yes]);
});

test("[005/FR-038] a press that arrived is shown, with the answer that came of it, and no longer in doubt", async () => {
  const running = eventStream();
  /** @type {object[]} */
  let items = before;
  let follow = nothing;
  const chat = await opened({
    "threads.get_by_id": () => threadOf(...items),
    "threads.follow": () => follow(),
    "threads.custom_action": () => {
      items = [before[0], answered, before[2]];
      follow = () => running.response;
      return lost();
    },
  });

  await chat.user.click(chat.view.getByRole("button", { name: "Delete" }));
  await chat.view.findByText("You said yes.");
  running.send(added(assistantItem("a2", "Both are gone.")));

  await chat.view.findByText("Both are gone.");
  expect(chat.view.queryByRole("alert")).toBeNull();
  running.end();
});

test("[005/FR-038] a press that is tried again after it had arrived shows the answer that came of it", async () => {
  const stream = eventStream();
  let press = lost;
  /** @type {(() => object)[]} the reads after it: one is lost, one comes too early, and then nothing is written any more */
  const reads = [
    lost,
    () => threadOf(before[0], answered, before[2]),
    () => threadOf(before[0], answered, before[2], assistantItem("a2", "Both are gone.")),
  ];
  let isAgain = false;
  const read = () => (isAgain ? /** @type {() => object} */ (reads.shift())() : threadOf(...before));
  const chat = await opened({ "threads.get_by_id": read, "threads.custom_action": () => press() });
  await chat.user.click(chat.view.getByRole("button", { name: "Delete" }));
  press = () => stream.response;
  const again = await chat.view.findByRole("button", { name: "Try again" });
  isAgain = true;
  await chat.user.click(again);

  stream.send(
    { type: "notice", level: "warning", message: "Answered before." },
    { type: "thread.item.replaced", item: answered },
  );
  stream.end();

  await chat.view.findByText("Both are gone.");
  expect(reads).toEqual([]);
});

test("[005/FR-038] a press that got lost while an answer is written can be tried again", async () => {
  const message = eventStream();
  let press = lost;
  const chat = await opened({
    "threads.custom_action": () => press(),
    "threads.add_user_message": () => message.response,
  });
  await chat.say("hello?");
  message.send(done(userItem("u2", "hello?")));
  await chat.user.click(chat.view.getByRole("button", { name: "Delete" }));
  expect(await chat.view.findByRole("alert")).toHaveTextContent(UNCERTAIN);
  message.end();
  await waitFor(() => expect(chat.log()).toHaveAttribute("aria-busy", "false"));
  expect(chat.view.getByRole("alert")).toBeInTheDocument();

  press = () => nothing();
  await chat.user.click(chat.view.getByRole("button", { name: "Try again" }));

  await waitFor(() => expect(chat.view.queryByRole("alert")).toBeNull());
});

test("[005/FR-038] an answer that was asked for anew and got lost is said, unless it is seen to be written", async () => {
  const running = eventStream();
  let follow = nothing;
  const chat = await opened({ "threads.follow": () => follow(), "threads.retry_after_item": lost });
  await chat.user.click(chat.view.getByRole("button", { name: "Answer again" }));
  expect(await chat.view.findByRole("alert")).toHaveTextContent(UNCERTAIN);
  await waitFor(() => expect(asked(chat, "threads.follow")).toHaveLength(2));
  expect(chat.view.getByRole("alert")).toBeInTheDocument();

  follow = () => running.response;
  chat.element.fetchUpdates();
  running.send(added(assistantItem("a2", "Shall I, then?")));

  await waitFor(() => expect(chat.view.queryByRole("alert")).toBeNull());
  running.end();
});
