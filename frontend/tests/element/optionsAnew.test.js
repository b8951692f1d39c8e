/** Options that come again: what they leave as it was stays, and what they change is shown. */

import { beforeEach, expect, jest, test } from "@jest/globals";
import { URL as API, openChat, openThread, userItem } from "./chat.js";

beforeEach(() => sessionStorage.clear());

test("[005/FR-002] who wants no tool has none when the options come anew, and a tool that went is the default again", async () => {
  const tools = [
    { id: "search", label: "Search", default: true },
    { id: "draw", label: "Draw" },
  ];
  const options = (/** @type {any} */ tools) => ({ api: { url: API, domainKey: "x" }, composer: { tools } });
  const chat = openChat({}, options(tools));
  const tool = () => chat.view.getByLabelText("Tool");
  expect(tool()).toHaveValue("search");

  await chat.user.selectOptions(tool(), "");
  chat.element.setOptions(options(tools));
  expect(tool()).toHaveValue("");
  await chat.user.selectOptions(tool(), "draw");
  chat.element.setOptions(options(tools));
  expect(tool()).toHaveValue("draw");

  chat.element.setOptions(options(tools.slice(0, 1)));
  expect(tool()).toHaveValue("search");
});

test("[005/FR-002] another person's address opens their own conversation and draft, and keeps nobody else's", async () => {
  const other = "http://gateway.test/api/bob-2/chatkit";
  const items = [userItem("u1", "Ada's own")];
  const chat = openThread(items, {});
  await chat.view.findByText("Ada's own");
  await chat.user.type(chat.composer(), "half a sen");

  chat.element.setOptions({ api: { url: other, domainKey: "x" }, startScreen: { greeting: "Welcome, Bob" } });

  expect(chat.view.getByText("Welcome, Bob")).toBeInTheDocument();
  expect(chat.view.queryByText("Ada's own")).toBeNull();
  expect(chat.composer()).toHaveValue("");
  chat.element.setOptions({ api: { url: API, domainKey: "x" }, initialThread: "t1" });
  expect(chat.composer()).toHaveValue("half a sen");
});

test("[005/FR-002] a start screen that changes is shown", () => {
  const chat = openChat({}, { startScreen: { greeting: "Welcome" } });
  const greeting = chat.view.getByText("Welcome");
  const options = { api: { url: API, domainKey: "x" } };

  chat.element.setOptions({ ...options, startScreen: { greeting: "Welcome" } });
  expect(chat.view.getByText("Welcome")).toBe(greeting);
  chat.element.setOptions({ ...options, startScreen: { greeting: "Hello Ada" } });

  expect(chat.view.queryByText("Welcome")).toBeNull();
  expect(chat.view.getByText("Hello Ada")).toBeInTheDocument();
});

test("[005/FR-021] options that come anew leave the focus on the button of the page's and on a pinned tool", async () => {
  const calls = jest.fn();
  const options = (/** @type {number} */ turn) => ({
    api: { url: API, domainKey: "x" },
    header: { rightAction: { icon: "settings-cog", onClick: () => calls(turn) } },
    composer: { tools: [{ id: "draw", label: "Draw", pinned: true }] },
  });
  const chat = openChat({}, options(1));

  for (const name of ["settings cog", "Draw"]) {
    const button = chat.view.getByRole("button", { name });
    await chat.user.click(button);
    chat.element.setOptions(options(2));
    expect(chat.element.shadowRoot.activeElement).toBe(button);
  }
  await chat.user.click(chat.view.getByRole("button", { name: "settings cog" }));

  expect(calls.mock.calls).toEqual([[1], [2]]);
});
