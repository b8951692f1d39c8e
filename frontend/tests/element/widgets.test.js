/** Widgets are drawn, and their buttons reach the server or the page. */

import { beforeEach, expect, jest, test } from "@jest/globals";
import { waitFor } from "@testing-library/dom";
import { eventStream, refusal } from "../network.js";
import { done, openChat, thread, threadOf, userItem } from "./chat.js";

beforeEach(() => sessionStorage.clear());

/** @param {object} widget @param {object} [options] @param {import("./chat.js").Answers} [answers] */
async function chatWith(widget, options, answers) {
  const first = eventStream();
  const second = eventStream();
  const chat = openChat(
    { "threads.create": () => first.response, "threads.custom_action": () => second.response, ...answers },
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

  await waitFor(() => expect(chat.log()).toHaveTextContent("Deleted."));
  expect(chat.log()).not.toHaveTextContent("Delete two tasks?");
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

/** A list with one task, and the button that completes it. @param {object} [changed] of the action */
const taskList = (changed) => ({
  type: "ListView",
  children: [
    {
      type: "ListViewItem",
      children: [
        {
          type: "Row",
          children: [
            { type: "Text", value: "1. buy milk" },
            { type: "Caption", value: "tomorrow" },
            { type: "Badge", label: "shop" },
            { type: "Spacer" },
            {
              type: "Button",
              label: "Done",
              onClickAction: { type: "tasks.complete", payload: { id: "t1" }, handler: "server", ...changed },
            },
          ],
        },
      ],
    },
  ],
});

test("[005/FR-011] a button that is pressed twice asks once, and shows that it runs", async () => {
  const chat = await chatWith(taskList());
  const button = await chat.view.findByRole("button", { name: "Done: 1. buy milk" });

  await chat.user.dblClick(button);

  expect(button).toHaveAttribute("aria-busy", "true");
  expect(button).toHaveAttribute("aria-disabled", "true");
  expect(chat.requests.filter(({ body }) => body.type === "threads.custom_action")).toHaveLength(1);
  chat.second.end();
  await waitFor(() => expect(button).toHaveAttribute("aria-busy", "false"));
});

test("[005/FR-011] while one answer of a card is on its way the other one waits", async () => {
  const card = {
    type: "Card",
    children: [{ type: "Title", value: "Delete two tasks?" }],
    confirm: { label: "Delete", action: { type: "approval", payload: { approved: true } } },
    cancel: { label: "Keep", action: { type: "approval", payload: { approved: false } } },
  };
  const chat = await chatWith(card);

  await chat.user.click(await chat.view.findByRole("button", { name: "Delete" }));
  await chat.user.click(chat.view.getByRole("button", { name: "Keep" }));

  const sent = chat.requests.filter(({ body }) => body.type === "threads.custom_action");
  expect(sent.map(({ body }) => body.params.action.payload)).toEqual([{ approved: true }]);
  expect(chat.view.getByRole("group", { name: "Delete two tasks?" })).toBeInTheDocument();
  chat.second.end();
});

test("[005/FR-011] an action that asks for no stream gets its item back at once", async () => {
  const chat = await chatWith(
    taskList({ streaming: false }),
    {},
    {
      "threads.sync_custom_action": () => ({
        updated_item: {
          type: "widget",
          id: "w1",
          widget: { type: "Card", children: [{ type: "Text", value: "Done." }] },
        },
      }),
    },
  );

  await chat.user.click(await chat.view.findByRole("button", { name: "Done: 1. buy milk" }));

  await waitFor(() => expect(chat.log()).toHaveTextContent("Done."));
  expect(chat.requests.at(-1)?.body.params).toEqual({
    thread_id: "t1",
    item_id: "w1",
    action: { type: "tasks.complete", payload: { id: "t1" } },
  });
});

test("[005/FR-011] an action that fails says so, and its button can be pressed again", async () => {
  const failed = () => refusal(503, { code: "unavailable", message: "Not just now." });
  const chat = await chatWith(taskList({ streaming: false }), {}, { "threads.sync_custom_action": failed });
  const button = await chat.view.findByRole("button", { name: "Done: 1. buy milk" });

  await chat.user.click(button);

  expect(await chat.view.findByRole("alert")).toHaveTextContent("Not just now.");
  expect(button).toHaveAttribute("aria-disabled", "false");
});

test("[005/FR-011] a press after another one shows what came of that", async () => {
  const said = { type: "Card", children: [{ type: "Text", value: "You said yes." }] };
  const items = { data: [userItem("u1", "show"), { type: "widget", id: "w1", widget: said }], has_more: false };
  const chat = await chatWith(
    taskList({ streaming: false }),
    {},
    {
      "threads.sync_custom_action": () => refusal(409, { code: "conflict", message: "This was answered before." }),
      "threads.get_by_id": () => ({ ...thread, items }),
      "threads.follow": () => new Response(""),
    },
  );

  await chat.user.click(await chat.view.findByRole("button", { name: "Done: 1. buy milk" }));

  await chat.view.findByText("You said yes.");
  await waitFor(() => expect(chat.view.queryByRole("alert")).toBeNull());
});

test("[005/FR-011] an action does not wait for an answer that is being written", async () => {
  const answer = eventStream();
  const chat = await chatWith(taskList(), {}, { "threads.add_user_message": () => answer.response });
  const button = await chat.view.findByRole("button", { name: "Done: 1. buy milk" });
  await chat.say("and now?");
  answer.send(done(userItem("u2", "and now?")));

  await chat.user.click(button);
  const replaced = {
    type: "widget",
    id: "w1",
    widget: { type: "Card", children: [{ type: "Text", value: "All done" }] },
  };
  chat.second.send({ type: "thread.item.replaced", item: replaced });
  chat.second.end();

  await waitFor(() => expect(chat.log()).toHaveTextContent("All done"));
  expect(chat.view.getByRole("button", { name: "Stop" })).toBeVisible();
  answer.end();
});

test("[005/FR-001] the components of a widget are drawn, and pictures are only named", async () => {
  const children = [
    { type: "Markdown", value: "**bold** [x](https://a.test)" },
    { type: "Image", src: "https://evil.test/p.png", alt: "a cat" },
    {
      type: "Col",
      children: [
        { type: "Divider" },
        { type: "Checkbox", label: "Also this", onChangeAction: { type: "tick", handler: "client" } },
      ],
    },
    {
      type: "Table",
      children: [
        { type: "Table.Row", children: [{ type: "Table.Cell", children: [{ type: "Text", value: "cell" }] }] },
      ],
    },
    { type: "Hologram", value: "still its words" },
  ];
  const onAction = jest.fn();
  const chat = await chatWith({ type: "Basic", children }, { widgets: { onAction } });

  await chat.user.click(await chat.view.findByLabelText("Also this"));

  expect(onAction).toHaveBeenCalledTimes(1);
  expect(chat.log().querySelector("img, [src]")).toBeNull();
  expect(chat.log()).toHaveTextContent("bold x (a.test)[picture: a cat]");
  expect(chat.log().querySelector("td")).toHaveTextContent("cell");
  expect(chat.log()).toHaveTextContent("still its words");
});

test("[005/FR-022] a press says only what it changed", async () => {
  const chat = await chatWith(taskList(), {}, { "threads.get_by_id": () => threadOf() });
  const status = () => chat.element.shadowRoot.querySelector(".unseen[role=status]").textContent;
  await waitFor(() => expect(status()).toContain("1. buy milk"));
  const card = { type: "Card", children: [{ type: "Text", value: "Well done." }] };

  await chat.user.click(await chat.view.findByRole("button", { name: "Done: 1. buy milk" }));
  chat.second.send(done({ type: "widget", id: "w2", widget: card }));
  chat.second.end();

  await waitFor(() => expect(status()).toBe("Well done."));
});

test("[005/FR-038] a function of the page's that fails at a press is said, and can be tried again", async () => {
  const onAction = jest.fn(async () => undefined);
  onAction.mockRejectedValueOnce(new Error("broken"));
  const chat = await chatWith(taskList({ handler: "client" }), { widgets: { onAction } });

  await chat.user.click(await chat.view.findByRole("button", { name: "Done: 1. buy milk" }));
  expect(await chat.view.findByRole("alert")).toHaveTextContent("This did not work. Try it again.");
  expect(chat.events).toContainEqual(["error", { error: new Error("broken") }]);
  await chat.user.click(chat.view.getByRole("button", { name: "Try again" }));

  await waitFor(() => expect(onAction).toHaveBeenCalledTimes(2));
  expect(chat.view.queryByRole("alert")).toBeNull();
});
