/** Every kind of event and update is shown, or handed to the page. */

import { beforeEach, expect, jest, test } from "@jest/globals";
import { waitFor } from "@testing-library/dom";
import { eventStream } from "../network.js";
import { added, assistantItem, done, nothing, openChat, thread, threadOf, userItem } from "./chat.js";

beforeEach(() => sessionStorage.clear());

/** @param {object} [options] @param {import("./chat.js").Answers} [answers] */
async function answering(options, answers) {
  const stream = eventStream();
  const chat = openChat({ "threads.create": () => stream.response, ...answers }, options);
  await chat.say("go");
  stream.send({ type: "thread.created", thread }, done(userItem("u1", "go")));
  return { stream, chat };
}

const call = { type: "client_tool_call", id: "c1", status: "pending", name: "where", arguments: { exact: true } };

/** @param {string} id @param {object} update */
const updated = (id, update) => ({ type: "thread.item.updated", item_id: id, update });

test("[005/FR-001] parts of an answer and their sources", async () => {
  const { stream, chat } = await answering();
  const part = { type: "output_text", text: "Half", annotations: [] };
  const source = { type: "url", title: "The weather", url: "https://weather.test/now" };
  const name = "assistant_message.content_part";

  stream.send(
    added({ type: "assistant_message", id: "a1", content: [] }),
    updated("a1", { type: `${name}.added`, content_index: 0, content: part }),
    updated("a1", { type: `${name}.text_delta`, content_index: 0, delta: " and whole" }),
    updated("a1", { type: `${name}.annotation_added`, content_index: 0, annotation_index: 0, annotation: { source } }),
  );

  await chat.view.findByText("Half and whole");
  expect(await chat.view.findByRole("list", { name: "Sources" })).toHaveTextContent("The weather (weather.test)");
  stream.send(updated("a1", { type: `${name}.done`, content_index: 0, content: { ...part, text: "Final" } }));
  await chat.view.findByText("Final");
  stream.end();
});

test("[005/FR-001] changes of a widget, whole and in parts", async () => {
  const { stream, chat } = await answering();
  const widget = {
    type: "Card",
    children: [
      { type: "Text", id: "x", value: "one" },
      { type: "Text", id: "y", value: "" },
    ],
  };

  stream.send(
    added({ type: "widget", id: "w1", widget }),
    updated("w1", {
      type: "widget.component.updated",
      component_id: "x",
      component: { type: "Text", id: "x", value: "two" },
    }),
    updated("w1", { type: "widget.streaming_text.value_delta", component_id: "y", delta: "thr", done: false }),
    updated("w1", { type: "widget.streaming_text.value_delta", component_id: "y", delta: "ee", done: true }),
  );
  await waitFor(() => expect(chat.log()).toHaveTextContent("twothree"));

  stream.send(
    updated("w1", {
      type: "widget.root.updated",
      widget: { type: "Card", children: [{ type: "Text", value: "four" }] },
    }),
  );
  await waitFor(() => expect(chat.log()).toHaveTextContent("four"));
  stream.end();
});

test("[005/FR-001] progress, notices, pictures, a removed item and a new title", async () => {
  const { stream, chat } = await answering();

  stream.send({ type: "progress_update", icon: "search", text: "Looking…" });
  await chat.view.findByText("Looking…");
  stream.send(
    { type: "notice", level: "warning", title: "Mind", message: "this" },
    { type: "notice", level: "danger", message: "and that" },
    added({ type: "generated_image", id: "g1", image: null }),
    updated("g1", {
      type: "generated_image.updated",
      image: { id: "i1", url: "https://pics.test/1.png" },
      progress: 1,
    }),
    done(assistantItem("a1", "gone soon")),
    { type: "thread.item.removed", item_id: "a1" },
    { type: "thread.updated", thread: { ...thread, title: "Better name" } },
  );

  await chat.view.findByRole("heading", { name: "Better name" });
  expect(chat.log()).toHaveTextContent("Mind. this");
  expect(chat.view.getByRole("alert")).toHaveTextContent("and that");
  expect(chat.log()).toHaveTextContent("A picture was made (pics.test)");
  expect(chat.log()).not.toHaveTextContent("Looking…");
  expect(chat.log()).not.toHaveTextContent("gone soon");
  expect(chat.log().querySelector("img")).toBeNull();
  stream.end();
});

test("[005/FR-015] a workflow that is over folds under its summary, with every kind of step", async () => {
  const { stream, chat } = await answering();
  const tasks = [
    { type: "web_search", title_query: "ferns", status_indicator: "complete" },
    { type: "thought", content: "They need water." },
    { type: "file", sources: [{ type: "file", filename: "ferns.txt", title: "Ferns" }] },
  ];

  stream.send(
    done({ type: "workflow", id: "w1", workflow: { type: "custom", tasks, summary: { title: "Looked it up" } } }),
  );

  const summary = await chat.view.findByText("Looked it up");
  expect(summary.closest("details")).not.toHaveAttribute("open");
  const steps = [...chat.log().querySelectorAll("li")].map(({ textContent }) => textContent);
  expect(steps).toEqual(["ferns", "They need water.", "Ferns"]);
  stream.end();
});

test("[005/FR-002] an effect reaches the page, and a tool of the page answers the server", async () => {
  const next = eventStream();
  const onClientTool = jest.fn(async (/** @type {object} */ _call) => ({ place: "Berlin" }));
  const { stream, chat } = await answering({ onClientTool }, { "threads.add_client_tool_output": () => next.response });
  const effects = jest.fn();
  chat.element.addEventListener("chatkit.effect", (/** @type {any} */ { detail }) => effects(detail));

  stream.send({ type: "client_effect", name: "celebrate", data: { how: "loud" } }, done(call));
  stream.end();
  next.send(done(assistantItem("a1", "You are in Berlin.")));
  next.end();

  await chat.view.findByText("You are in Berlin.");
  expect(effects).toHaveBeenCalledWith({ name: "celebrate", data: { how: "loud" } });
  expect(onClientTool).toHaveBeenCalledWith({ name: "where", params: { exact: true } });
  expect(chat.requests.at(-1)?.body.params).toEqual({ thread_id: "t1", result: { place: "Berlin" } });
});

test("[005/FR-002] a tool of the page that fails is said, and is tried again", async () => {
  const next = eventStream();
  const onClientTool = jest.fn(async () => ({ place: "Berlin" }));
  onClientTool.mockRejectedValueOnce(new Error("lost"));
  const { stream, chat } = await answering({ onClientTool }, { "threads.add_client_tool_output": () => next.response });

  stream.send(done(call));
  stream.end();
  expect(await chat.view.findByRole("alert")).toHaveTextContent("A step that this page was asked for failed.");
  expect(chat.events).toContainEqual(["error", { error: new Error("lost") }]);
  await chat.user.click(chat.view.getByRole("button", { name: "Try again" }));

  await waitFor(() => expect(chat.requests.at(-1)?.body.params).toMatchObject({ result: { place: "Berlin" } }));
  next.end();
});

test("[005/FR-002] what a tool of the page found does not run into a conversation that was opened meanwhile", async () => {
  /** @type {(found: any) => void} */
  let find = () => undefined;
  const onClientTool = jest.fn(() => new Promise((done) => (find = done)));
  const reads = { "threads.get_by_id": () => threadOf(), "threads.follow": nothing };
  const { stream, chat } = await answering({ onClientTool }, reads);
  stream.send(done(call));
  stream.end();
  await waitFor(() => expect(onClientTool).toHaveBeenCalledTimes(1));

  await chat.element.setThreadId("t2");
  find({ place: "Berlin" });
  await chat.element.fetchUpdates(); // and whatever was on its way is sent by now

  expect(chat.requests.map(({ body }) => body.type)).not.toContain("threads.add_client_tool_output");
});
