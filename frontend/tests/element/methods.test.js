/** The methods and events that a page drives the element by. */

import { beforeEach, expect, jest, test } from "@jest/globals";
import { eventStream } from "../network.js";
import { assistantItem, done, openChat, thread } from "./chat.js";

beforeEach(() => sessionStorage.clear());

/** @param {HTMLElement} element @param {string[]} names */
function heard(element, names) {
  const listener = jest.fn();
  for (const name of names)
    element.addEventListener(`chatkit.${name}`, (event) => {
      listener(name, /** @type {CustomEvent} */ (event).detail);
    });
  return listener.mock.calls;
}

test("[005/FR-002] the history is opened and closed by the page, and both are told", async () => {
  const chat = openChat({ "threads.list": () => ({ data: [thread], has_more: false }) });
  const events = heard(chat.element, ["history.open", "history.close"]);

  await chat.element.showHistory();
  expect(await chat.view.findByRole("button", { name: "Milk" })).toBeInTheDocument();
  await chat.element.hideHistory();

  expect(chat.element.shadowRoot.querySelector("dialog")).not.toHaveAttribute("open");
  expect(events.map(([name]) => name)).toEqual(["history.open", "history.close"]);
});

test("[005/FR-002] the composer takes the focus when the page asks for it", async () => {
  const chat = openChat({});

  await chat.element.focusComposer();

  expect(chat.element.shadowRoot.activeElement).toBe(chat.composer());
});

test("[005/FR-002] an action of the page's own is sent with its item, and each event of the answer is told", async () => {
  const stream = eventStream();
  const chat = openChat({
    "threads.get_by_id": () => ({ ...thread, items: { data: [], has_more: false } }),
    "threads.follow": () => new Response(""),
    "threads.custom_action": () => stream.response,
  });
  const events = heard(chat.element, ["log", "thread.load.start", "thread.load.end", "response.start", "response.end"]);
  await chat.element.setThreadId("t1");

  const sent = chat.element.sendCustomAction({ type: "tasks.complete", payload: { id: "k1" } }, "w1");
  stream.send(done(assistantItem("a1", "Done.")));
  stream.end();
  await sent;

  const params = { thread_id: "t1", item_id: "w1", action: { type: "tasks.complete", payload: { id: "k1" } } };
  expect(chat.requests.at(-1)?.body).toMatchObject({ type: "threads.custom_action", params });
  const told = events.map(([name]) => name);
  expect(told).toEqual(["thread.load.start", "thread.load.end", "response.start", "log", "response.end"]);
  expect(events[3][1]).toMatchObject({ name: "thread.item.done" });
});

test("[005/FR-002] a link of the page's own is told to it, and opens nothing", async () => {
  const answer = assistantItem("a1", "[Open it](chatkit-link://task?id=t1)");
  const chat = openChat(
    {
      "threads.get_by_id": () => ({ ...thread, items: { data: [answer], has_more: false } }),
      "threads.follow": () => new Response(""),
    },
    { initialThread: "t1" },
  );
  const events = heard(chat.element, ["deeplink"]);

  await chat.user.click(await chat.view.findByText("Open it"));

  expect(events).toEqual([["deeplink", { name: "task", data: { id: "t1" } }]]);
});
