/** Things that a message names: found after an “@”, one piece in the composer, sent as what they are. */

import { beforeEach, expect, jest, test } from "@jest/globals";
import { waitFor } from "@testing-library/dom";
import { eventStream, refusal } from "../network.js";
import { done, openChat, openThread, thread, URL } from "./chat.js";

beforeEach(() => sessionStorage.clear());

const milk = { id: "t1", title: "Buy milk", group: "Tasks", icon: "check", interactive: true, data: { n: "1" } };
const ann = { id: "p1", title: "Ann", group: "People" };
const anna = { id: "p2", title: "Anna" };
const TAG = { type: "input_tag", id: "t1", text: "Buy milk", group: "Tasks", data: { n: "1" }, interactive: true };

/** @param {string} query */
async function onTagSearch(query) {
  return [milk, ann, anna].filter(({ title }) => title.toLowerCase().includes(query.toLowerCase()));
}

/** @param {any} chat */
const options = (chat) => chat.view.queryAllByRole("option").map((/** @type {any} */ one) => one.textContent);

/** @param {any} chat @param {string} text */
async function type(chat, text) {
  await chat.user.type(chat.composer(), text);
}

test("[005/FR-016] what is typed after @ is looked for, and chosen by arrows and Enter", async () => {
  const stream = eventStream();
  const chat = openChat({ "threads.create": () => stream.response }, { entities: { onTagSearch } });
  await type(chat, "Is @");
  await waitFor(() => expect(options(chat)).toEqual(["Buy milk", "Ann", "Anna"]));
  expect(chat.view.getByRole("group", { name: "Tasks" })).toHaveTextContent("Buy milk");

  await type(chat, "{ArrowUp}{ArrowDown}"); // round the end
  const active = chat.view.getByRole("option", { selected: true });
  expect(active).toHaveTextContent("Buy milk");
  expect(chat.composer()).toHaveAttribute("aria-activedescendant", active.id);
  expect(chat.view.getAllByRole("status").at(-1)).toHaveTextContent("Tags: 3. Arrow keys choose, Enter takes one.");
  await type(chat, "{Enter}");

  expect(chat.composer()).toHaveValue("Is @Buy milk ");
  expect(chat.element.shadowRoot.querySelector("mark")).toHaveTextContent("@Buy milk");
  expect(options(chat)).toEqual([]);
  await type(chat, "late?{Enter}");
  expect(chat.requests[0].body.params.input.content).toEqual([
    { type: "input_text", text: "Is " },
    TAG,
    { type: "input_text", text: " late?" },
  ]);
  expect(chat.view.getByLabelText("You").querySelector(".tag")).toHaveTextContent("Buy milk");
  stream.end();
});

test("[005/FR-016] a name of several words is found, Escape closes the list, and Enter then sends", async () => {
  const stream = eventStream();
  const chat = openChat({ "threads.create": () => stream.response }, { entities: { onTagSearch } });
  await type(chat, "@buy m");
  await waitFor(() => expect(options(chat)).toEqual(["Buy milk"]));
  chat.element.setOptions({ api: { url: URL }, entities: { onTagSearch } }); // as a page does that draws itself anew
  expect(options(chat)).toEqual(["Buy milk"]);

  await type(chat, "{Escape}");
  expect(options(chat)).toEqual([]);
  await type(chat, "i{Enter}");

  expect(chat.requests[0].body.params.input.content).toEqual([{ type: "input_text", text: "@buy mi" }]);
  stream.end();
});

test.each([
  ["a list that was closed stays closed", "@an", "{Escape}n{Enter}", "@ann"],
  ["an address is no name", "mail", "@an{Enter}", "mail@an"],
  ["a name that nothing was found for ends with its word", "@zz", "z an{Enter}", "@zzz an"],
])("[005/FR-016] %s, and Enter sends what was written", async (_, before, then, sent) => {
  const search = jest.fn(onTagSearch);
  const chat = openChat({ "threads.create": () => new Response("") }, { entities: { onTagSearch: search } });
  await type(chat, before);
  if (before === "@an") await waitFor(() => expect(options(chat)).toEqual(["Ann", "Anna"]));

  await type(chat, then);

  await waitFor(() => expect(chat.requests).toHaveLength(1));
  expect(chat.requests[0].body.params.input.content).toEqual([{ type: "input_text", text: sent }]);
  expect(search).not.toHaveBeenCalledWith("zzz an"); // the text has gone on
});

test("[005/FR-016] whoever goes elsewhere leaves no list behind", async () => {
  const chat = openChat({}, { entities: { onTagSearch } });
  await type(chat, "@an");
  await waitFor(() => expect(options(chat)).toEqual(["Ann", "Anna"]));

  chat.composer().blur();

  expect(options(chat)).toEqual([]);
});

test("[005/FR-016] a click takes a suggestion, and the one key that would cut a tag takes all of it away", async () => {
  const chat = openChat({}, { entities: { onTagSearch, showComposerMenu: true } });
  await chat.user.click(chat.view.getByRole("button", { name: "Name something" }));
  await chat.user.click(await chat.view.findByRole("option", { name: "Ann" }));
  expect(chat.composer()).toHaveValue("@Ann ");
  expect(chat.element.shadowRoot.activeElement).toBe(chat.composer());

  await type(chat, "{Backspace}");
  expect(chat.composer()).toHaveValue("@Ann");
  await type(chat, "{Backspace}");

  expect(chat.composer()).toHaveValue("");
});

test("[005/FR-016] a tag that is written into is a tag no more, and one name stands for one thing", async () => {
  const stream = eventStream();
  const other = { id: "p9", title: "Ann", group: "Guests" };
  const search = async (/** @type {string} */ query) => (query === "a" ? [ann] : [other]);
  const chat = openChat({ "threads.create": () => stream.response }, { entities: { onTagSearch: search } });
  await type(chat, "@a");
  await waitFor(() => expect(options(chat)).toEqual(["Ann"]));
  await type(chat, "{Enter}@g");
  await waitFor(() => expect(options(chat)).toEqual(["Ann"]));
  await type(chat, "{Enter}and @Anna{Escape}{Enter}");

  expect(chat.requests[0].body.params.input.content).toEqual([
    { type: "input_tag", id: "p1", text: "Ann", group: "People", data: {}, interactive: false },
    { type: "input_text", text: " " },
    { type: "input_tag", id: "p9", text: "Ann", group: "Guests", data: {}, interactive: false },
    { type: "input_text", text: " and @Anna" },
  ]);
  stream.end();
});

test("[005/FR-016] an answer to an older question is not shown, and a search that fails is said", async () => {
  /** @type {Record<string, (found: any[] | Promise<any>) => void>} */
  const answer = {};
  const search = jest.fn(
    (/** @type {string} */ query) => new Promise((resolve) => Object.assign(answer, { [query]: resolve })),
  );
  const chat = openChat({}, { entities: { onTagSearch: search } });
  await type(chat, "@an");

  answer.an([ann]);
  answer.a([milk]);
  answer[""](Promise.reject(new Error("long ago")));

  await waitFor(() => expect(options(chat)).toEqual(["Ann"]));
  search.mockRejectedValue(new Error("away"));
  await type(chat, "n");
  await waitFor(() => expect(chat.events).toContainEqual(["error", { error: new Error("away") }]));
  expect(chat.events).not.toContainEqual(["error", { error: new Error("long ago") }]);
  expect(chat.view.getByRole("alert")).toHaveTextContent("This did not work. Try it again.");
});

test("[005/FR-016] a message that is refused comes back with its tags, and so does a draft", async () => {
  const chat = openChat(
    { "threads.create": () => refusal(503, { code: "unavailable", message: "Away." }) },
    { entities: { onTagSearch } },
  );
  await chat.element.setComposerValue({ content: [{ type: "input_text", text: "Is " }, TAG] });
  await type(chat, "{Enter}");
  await chat.view.findByRole("alert");

  const again = openChat({ "threads.create": () => refusal(503, { code: "unavailable", message: "Away." }) });

  expect(again.composer()).toHaveValue("Is @Buy milk");
  await type(again, "{Enter}");
  expect(again.requests[0].body.params.input.content).toEqual([{ type: "input_text", text: "Is " }, TAG]);
});

test("[005/FR-016] what was not stored and what was written since keep their own tags of one name", async () => {
  const other = { ...TAG, id: "t9", group: "Plans" };
  const stream = eventStream();
  const chat = openChat({ "threads.create": () => stream.response });
  await chat.element.setComposerValue({ content: [TAG] });
  await type(chat, "{Enter}");
  await chat.element.setComposerValue({ content: [other] });
  stream.end(); // before the message was stored
  await waitFor(() => expect(chat.composer()).toHaveValue("@Buy milk\n@Buy milk (Plans)"));
  await type(chat, "{Enter}");

  const content = [TAG, { type: "input_text", text: "\n" }, other];
  expect(chat.requests.at(-1)?.body.params.input).toMatchObject({ content });
});

test("[005/FR-016] a tag that runs into a word stays a tag", async () => {
  const chat = openChat({ "threads.create": () => new Response("") });
  await chat.element.sendUserMessage({ content: [TAG, { type: "input_text", text: "s are due" }] });

  const { content } = chat.requests[0].body.params.input;
  expect(content).toEqual([TAG, { type: "input_text", text: " s are due" }]);
});

test("[005/FR-016] a preview that cannot be had is told to the page, and asked for again", async () => {
  const onRequestPreview = jest.fn(async () => ({ preview: { type: "Text", value: "Due on Friday" } }));
  onRequestPreview.mockRejectedValueOnce(new Error("away"));
  const message = { type: "user_message", id: "u1", content: [TAG] };
  const chat = openThread([message], {}, { entities: { onRequestPreview } });
  const button = await chat.view.findByRole("button", { name: "Buy milk" });

  await chat.user.hover(button);
  await waitFor(() => expect(chat.events).toContainEqual(["error", { error: new Error("away") }]));
  await chat.user.unhover(button);
  await chat.user.hover(button);

  expect(await chat.view.findByText("Due on Friday")).toBeInTheDocument();
});

test("[005/FR-016] a preview that comes when nobody looks any more is not shown", async () => {
  /** @type {(preview: any) => void} */
  let answer = () => undefined;
  const onRequestPreview = jest.fn(() => new Promise((done) => (answer = done)));
  const chat = openThread([{ type: "user_message", id: "u1", content: [TAG] }], {}, { entities: { onRequestPreview } });
  const button = await chat.view.findByRole("button", { name: "Buy milk" });
  await chat.user.hover(button);
  await waitFor(() => expect(onRequestPreview).toHaveBeenCalledTimes(1));

  await chat.user.unhover(button);
  answer({ preview: { type: "Text", value: "Due on Friday" } });
  await chat.user.type(chat.composer(), "something else");

  expect(chat.view.queryByText("Due on Friday")).toBeNull();
});

test("[005/FR-016] a tag of a stored message has a preview by pointer and focus, and can be clicked", async () => {
  const entity = { id: "t1", title: "Buy milk", group: "Tasks", data: { n: "1" }, interactive: true };
  const preview = { type: "Basic", children: [{ type: "Text", value: "Due on Friday" }] };
  const onClick = jest.fn();
  const onRequestPreview = jest.fn(async () => ({ preview }));
  const message = { type: "user_message", id: "u1", content: [{ type: "input_text", text: "Is " }, TAG] };
  const items = { data: [message], has_more: false };
  const chat = openChat(
    { "threads.get_by_id": () => ({ ...thread, items }), "threads.follow": () => new Response("") },
    { initialThread: "t1", entities: { onClick, onRequestPreview } },
  );
  const button = await chat.view.findByRole("button", { name: "Buy milk" });

  await chat.user.hover(button);
  expect(await chat.view.findByText("Due on Friday")).toBeInTheDocument();
  expect(button).toHaveAccessibleDescription("Due on Friday");
  await chat.user.unhover(button);
  expect(chat.view.queryByText("Due on Friday")).toBeNull();
  button.focus();
  expect(await chat.view.findByText("Due on Friday")).toBeInTheDocument();
  await chat.user.keyboard("{Escape}");
  expect(chat.view.queryByText("Due on Friday")).toBeNull();
  await chat.user.click(button);

  expect(onClick.mock.calls).toEqual([[entity]]);
  expect(onRequestPreview.mock.calls).toEqual([[entity]]); // once, however often it is looked at
});

test("[005/FR-016] a tag that does nothing is no button, and a message of the page leaves the draft alone", async () => {
  const stream = eventStream();
  const chat = openChat({ "threads.create": () => stream.response }, { entities: { onClick: jest.fn() } });
  await type(chat, "half a sen");

  const sent = chat.element.sendUserMessage({ content: [{ ...TAG, interactive: false }] });
  stream.send({ type: "thread.created", thread }, done({ type: "user_message", id: "u1", content: [TAG] }));
  stream.end();
  await sent;

  expect(chat.composer()).toHaveValue("half a sen");
  expect(chat.view.getByRole("button", { name: "Buy milk" })).toBeInTheDocument(); // as it is stored, it does something
  const elsewhere = openThread([{ type: "user_message", id: "u1", content: [TAG] }]);
  expect(await elsewhere.view.findByText("Buy milk")).toHaveProperty("tagName", "SPAN"); // of a page that knows no more
});
