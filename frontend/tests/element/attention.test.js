/** What a person hears, sees and holds while an answer is written: each thing once, and nothing is taken out of their hands. */

import { beforeEach, expect, test } from "@jest/globals";
import { waitFor } from "@testing-library/dom";
import { eventStream } from "../network.js";
import { added, assistantItem, begun, done, openThread, settled, threadOf, userItem } from "./chat.js";

beforeEach(() => sessionStorage.clear());

test("[005/FR-022] an answer is told to a screen reader once, when it is whole", async () => {
  const stored = threadOf(
    userItem("u1", "tell me a story"),
    assistantItem("a1", "Once upon **a [time](https://x.test)**"),
  );
  const { stream, chat } = await begun({ "threads.get_by_id": () => stored });
  const status = chat.element.shadowRoot.querySelector(".unseen[role=status]");
  /** @type {string[]} */
  const told = [];
  new MutationObserver(() => told.push(status.textContent)).observe(status, { childList: true, characterData: true });
  expect(status.textContent).toBe("");

  stream.send(done(stored.items.data[1]));
  stream.end();
  await waitFor(() => expect(told).toHaveLength(1));
  await chat.element.fetchUpdates();
  await settled();

  expect(told).toEqual(["Once upon a time (x.test)"]);
  expect(chat.log()).toHaveAttribute("aria-live", "off");
});

test("[005/FR-012] Enter too early is seen, until the answer has ended", async () => {
  const { stream, chat } = await begun();

  await chat.say("and then?");

  const wait = "An answer is being written. Stop it, or wait for its end.";
  expect(chat.view.getByRole("alert")).toHaveTextContent(wait);
  expect(chat.view.getByText(wait)).not.toHaveClass("unseen");
  expect(chat.composer()).toHaveValue("and then?");
  stream.end();
  await waitFor(() => expect(chat.element.shadowRoot.querySelector(".complaint")).not.toBeVisible());
});

test("[005/FR-021] asking again keeps the focus in the conversation", async () => {
  const again = eventStream();
  const items = [userItem("u1", "one"), assistantItem("a1", "First")];
  const chat = openThread(
    items,
    { "threads.retry_after_item": () => again.response },
    { threadItemActions: { retry: true } },
  );
  await chat.view.findByText("First");
  const focused = () => chat.element.shadowRoot.activeElement;

  await chat.user.click(chat.view.getByRole("button", { name: "Answer again" }));
  expect(focused()).toBe(chat.log());
  again.send(added(assistantItem("a2", "Better")));
  await chat.view.findByText("Better");

  expect(focused()).toBe(chat.log());
  again.end();
});

test("[005/FR-010] [005/FR-021] a rating and the focus on it stay when what was said elsewhere is shown", async () => {
  const first = [userItem("u1", "one"), assistantItem("a1", "First")];
  let items = first;
  const answers = { "threads.get_by_id": () => threadOf(...items), "items.feedback": () => ({}) };
  const chat = openThread([], answers, { threadItemActions: { feedback: true } });
  await chat.view.findByText("First");
  const good = chat.view.getByRole("button", { name: "Good answer" });
  await chat.user.click(good);

  items = [first[0], assistantItem("a0", "Before it"), first[1]]; // in another order: all is drawn anew
  await chat.element.fetchUpdates();
  await chat.view.findByText("Before it");

  expect(good).toHaveAttribute("aria-pressed", "true");
  expect(chat.element.shadowRoot.contains(good)).toBe(true);
  expect(chat.element.shadowRoot.activeElement).toBe(good);
});
