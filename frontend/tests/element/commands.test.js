/** What can be done from the composer after a “/”: the page's own commands, and what the composer offers anyway. */

import { beforeEach, expect, jest, test } from "@jest/globals";
import { waitFor } from "@testing-library/dom";
import { openChat } from "./chat.js";

beforeEach(() => sessionStorage.clear());

const plan = { id: "plan", label: "Plan my day", description: "What is due", icon: "calendar", group: "Plans" };
const tools = [
  { id: "search", label: "Search the web", icon: "globe" },
  { id: "draw", label: "Draw", disabled: true },
];

/** @param {any} onSelect @param {object} [more] */
function open(onSelect, more) {
  const onSearch = async (/** @type {string} */ query) =>
    [plan].filter(({ label }) => label.toLowerCase().includes(query));
  return openChat({}, { composer: { tools }, commands: { enabled: true, onSearch, onSelect }, ...more });
}

/** @param {any} chat */
const options = (chat) =>
  [...chat.element.shadowRoot.querySelectorAll(".suggestions .row")].map((one) => one.textContent);

test("[005/FR-017] a slash lists what the composer and the page can do, and Enter does it", async () => {
  const chat = open(jest.fn());
  await chat.user.type(chat.composer(), "now /");
  await waitFor(() => expect(options(chat)).toEqual(["Search the web", "Plan my dayWhat is due"]));
  expect(chat.view.getByRole("listbox", { name: "Commands" })).toBeInTheDocument();

  await chat.user.type(chat.composer(), "web");
  await waitFor(() => expect(options(chat)).toEqual(["Search the web"]));
  await chat.user.type(chat.composer(), "{Enter}");

  expect(chat.view.getByLabelText("Tool")).toHaveValue("search");
  expect(chat.composer()).toHaveValue("now ");
  expect(chat.requests).toEqual([]);
});

test("[005/FR-017] a command may lead to others, and to something that is named in the text", async () => {
  const monday = { id: "monday", label: "Monday" };
  const onSelect = jest.fn(async (/** @type {any} */ { id }) =>
    id === "plan"
      ? { type: "menu", commands: [monday] }
      : { type: "entity", entity: { id: "d1", title: "Monday's plan" } },
  );
  const chat = open(onSelect);
  await chat.user.type(chat.composer(), "show /plan");
  await waitFor(() => expect(options(chat)).toEqual(["Plan my dayWhat is due"]));
  await chat.user.click(chat.view.getByRole("option", { name: /Plan/ }));
  await waitFor(() => expect(options(chat)).toEqual(["Monday"]));
  expect(chat.composer()).toHaveValue("show ");

  await chat.user.keyboard("{Enter}");

  await waitFor(() => expect(chat.composer()).toHaveValue("show @Monday's plan "));
  expect(options(chat)).toEqual([]);
  expect(onSelect.mock.calls).toEqual([[plan], [monday]]);
});

test("[005/FR-017] a command of a second list runs once, and what it names is not looked for", async () => {
  const monday = { id: "monday", label: "Monday" };
  /** @type {(selection: any) => void} */
  let select = () => undefined;
  const onSelect = jest.fn(async (/** @type {any} */ { id }) =>
    id === "plan" ? { type: "menu", commands: [monday] } : new Promise((done) => (select = done)),
  );
  const onTagSearch = jest.fn(async () => [{ id: "d1", title: "Monday's plan" }]);
  const chat = open(onSelect, { entities: { onTagSearch } });
  await chat.user.type(chat.composer(), "/plan");
  await waitFor(() => expect(options(chat)).toHaveLength(1));
  await chat.user.keyboard("{Enter}");
  await waitFor(() => expect(options(chat)).toEqual(["Monday"]));

  await chat.user.keyboard("{Enter}");
  expect(options(chat)).toEqual([]);
  select({ type: "entity", entity: { id: "d1", title: "Monday's plan" } });

  await waitFor(() => expect(chat.composer()).toHaveValue("@Monday's plan "));
  expect(onTagSearch).not.toHaveBeenCalled();
  expect(onSelect).toHaveBeenCalledTimes(2);
});

test("[005/FR-017] what a command names late is not put into another conversation", async () => {
  /** @type {(selection: any) => void} */
  let select = () => undefined;
  const chat = open(() => new Promise((done) => (select = done)));
  await chat.user.type(chat.composer(), "/plan");
  await waitFor(() => expect(options(chat)).toHaveLength(1));
  await chat.user.keyboard("{Enter}");

  await chat.element.setThreadId(null);
  select({ type: "entity", entity: { id: "d1", title: "Monday's plan" } });
  await new Promise((done) => setTimeout(done));

  expect(chat.composer()).toHaveValue("");
});

test("[005/FR-017] a command that only has an effect ends, and one that fails is said", async () => {
  const onSelect = jest.fn(async () => undefined);
  const chat = open(onSelect);
  await chat.user.type(chat.composer(), "/plan");
  await waitFor(() => expect(options(chat)).toHaveLength(1));
  await chat.user.keyboard("{Tab}");
  await waitFor(() => expect(onSelect).toHaveBeenCalledTimes(1));
  expect([chat.composer().value, options(chat)]).toEqual(["", []]);

  onSelect.mockRejectedValueOnce(new Error("broken"));
  await chat.user.type(chat.composer(), "/plan");
  await waitFor(() => expect(options(chat)).toHaveLength(1));
  await chat.user.keyboard("{Enter}");

  await waitFor(() => expect(chat.events).toContainEqual(["error", { error: new Error("broken") }]));
});

test("[005/FR-017] a slash in a word is a slash, and so is every one where commands are off", async () => {
  const chat = open(jest.fn());
  await chat.user.type(chat.composer(), "and/pl");
  expect(options(chat)).toEqual([]);

  sessionStorage.clear();
  const without = openChat({ "threads.create": () => new Response("") }, { composer: { tools } });
  await without.user.type(without.composer(), "/web{Enter}");

  expect(without.requests[0].body.params.input.content).toEqual([{ type: "input_text", text: "/web" }]);
});
