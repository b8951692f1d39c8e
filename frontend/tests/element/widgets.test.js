/** Widgets are drawn, and their buttons reach the server or the page. */

import { beforeEach, expect, jest, test } from "@jest/globals";
import { eventStream } from "../network.js";
import { done, openChat, thread, userItem } from "./chat.js";

beforeEach(() => sessionStorage.clear());

/** @param {object} widget @param {object} [options] */
async function chatWith(widget, options) {
  const first = eventStream();
  const second = eventStream();
  const chat = openChat(
    { "threads.create": () => first.response, "threads.custom_action": () => second.response },
    options,
  );
  await chat.say("show");
  first.send(
    { type: "thread.created", thread },
    done(userItem("u1", "show")),
    done({ type: "widget", id: "w1", widget }),
  );
  first.end();
  return { ...chat, second };
}

test("a confirm card sends its action, and the answer replaces it", async () => {
  const confirm = { label: "Delete", action: { type: "delete", payload: { ids: ["t1"] } } };
  const children = [{ type: "Title", value: "Delete two tasks?" }];
  const chat = await chatWith({ type: "Card", children, confirm, cancel: { label: "Keep", action: { type: "keep" } } });

  await chat.user.click(await chat.view.findByRole("button", { name: "Delete" }));
  const replaced = {
    type: "widget",
    id: "w1",
    widget: { type: "Card", children: [{ type: "Text", value: "Deleted." }] },
  };
  chat.second.send({ type: "thread.item.replaced", item: replaced });
  chat.second.end();

  await chat.view.findByText("Deleted.");
  expect(chat.view.queryByText("Delete two tasks?")).toBeNull();
  expect(chat.requests.at(-1)?.body).toMatchObject({
    type: "threads.custom_action",
    params: { thread_id: "t1", item_id: "w1", action: { type: "delete", payload: { ids: ["t1"] } } },
  });
});

test("a list draws its rows, and a row for the page's own code reaches it", async () => {
  const onAction = jest.fn();
  const row = {
    type: "ListViewItem",
    onClickAction: { type: "open", payload: { id: "t1" }, handler: "client" },
    children: [
      { type: "Icon", name: "check-circle" },
      { type: "Text", value: "buy milk" },
      { type: "Badge", label: "today" },
    ],
  };
  const chat = await chatWith({ type: "ListView", children: [row] }, { widgets: { onAction } });

  await chat.user.click(await chat.view.findByRole("button", { name: /buy milk/ }));

  expect(chat.view.getByRole("list")).toHaveTextContent("buy milktoday");
  expect(onAction).toHaveBeenCalledWith(
    expect.objectContaining({ type: "open" }),
    expect.objectContaining({ id: "w1" }),
  );
});
