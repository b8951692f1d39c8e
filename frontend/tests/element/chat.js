/** Opens our own element on a replaced network, and reads what a person would see of it. */

import { configure, within } from "@testing-library/dom";
import userEvent from "@testing-library/user-event";
import { eventStream, network } from "../network.js";
import "../../src/chatkit-element/index.js";

configure({ getElementError: (message) => new Error(message ?? "") }); // it cannot print a shadow root

export const URL = "http://gateway.test/api/ada-1/chatkit";

/** @typedef {Record<string, (params: any, headers: Headers) => unknown>} Answers by request type */

/**
 * @param {Answers} answers
 * @param {object} [options]
 */
export function openChat(answers, options = {}) {
  const requests = network({
    [`POST ${URL}`]: (/** @type {import("../network.js").Recorded} */ { body, headers }) =>
      answers[body.type](body.params, headers),
  });
  const element = /** @type {any} */ (document.createElement("openai-chatkit"));
  /** @type {[string, any][]} */
  const events = [];
  for (const name of ["thread.change", "error", "response.start", "response.end", "thread.load.end"]) {
    element.addEventListener(`chatkit.${name}`, (/** @type {any} */ { detail }) => events.push([name, detail]));
  }
  document.body.replaceChildren(element);
  element.setOptions({ api: { url: URL, domainKey: "x" }, ...options });
  const view = within(/** @type {any} */ (element.shadowRoot));
  const user = userEvent.setup();
  return {
    element,
    events,
    requests,
    user,
    view,
    log: () => view.getByRole("log"),
    composer: () => /** @type {HTMLTextAreaElement} */ (view.getByLabelText("Message")),
    /** @param {string} text */
    say: (text) => user.type(view.getByLabelText("Message"), `${text}{Enter}`),
  };
}

export const thread = { id: "t1", title: "Milk", created_at: "2026-11-25T10:00:00Z" };

/** @param {string} id @param {string} text */
export const userItem = (id, text) => ({ type: "user_message", id, content: [{ type: "input_text", text }] });

/** @param {string} id @param {string} text */
export const assistantItem = (id, text) => ({
  type: "assistant_message",
  id,
  content: [{ type: "output_text", text }],
});

/** @param {object} item */
export const done = (item) => ({ type: "thread.item.done", item });

/** @param {object} item */
export const added = (item) => ({ type: "thread.item.added", item });

/** @param {string} id @param {string} delta */
export const delta = (id, delta) => ({
  type: "thread.item.updated",
  item_id: id,
  update: { type: "assistant_message.content_part.text_delta", content_index: 0, delta },
});

/** An answer that comes when the test says so. */
export function held() {
  /** @type {(value: unknown) => void} */
  let answer = () => undefined;
  const promise = new Promise((resolve) => {
    answer = resolve;
  });
  return { promise, answer };
}

/** Whatever waits for nothing but the answers that are there has run. */
export const settled = () => new Promise((next) => setTimeout(next, 10));

export const nothing = () => new Response("");

/** The conversation as the server reads it out. @param {...object} items */
export const threadOf = (...items) => ({ ...thread, items: { data: items, has_more: false } });

/**
 * A conversation in which nothing is being written.
 * @param {object[]} items
 * @param {Answers} [answers]
 * @param {object} [options]
 */
export function openThread(items, answers, options) {
  const reads = { "threads.get_by_id": () => threadOf(...items), "threads.follow": nothing };
  return openChat({ ...reads, ...answers }, { initialThread: "t1", ...options });
}

/** A conversation whose answer has begun. @param {Answers} [answers] */
export async function begun(answers) {
  const stream = eventStream();
  const chat = openChat({ "threads.create": () => stream.response, "threads.follow": nothing, ...answers });
  await chat.say("tell me a story");
  stream.send({ type: "thread.created", thread }, done(userItem("u1", "tell me a story")));
  stream.send(added({ type: "assistant_message", id: "a1", content: [] }), delta("a1", "Once upon"));
  await chat.view.findByText("Once upon");
  return { stream, chat };
}
