/** An element that was away, and a connection that is dead without a word, take up the answer where it is. */

import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { waitFor } from "@testing-library/dom";
import { eventStream } from "../network.js";
import { added, assistantItem, begun, delta, openThread, settled, threadOf, userItem } from "./chat.js";

beforeEach(() => sessionStorage.clear());
afterEach(() => {
  jest.useRealTimers();
});

/** @param {ReturnType<typeof openThread>} chat */
const typesOf = (chat) => chat.requests.map(({ body }) => body.type);

test("[005/FR-025] an element that is moved goes on, and one that comes back takes up where it was", async () => {
  const rest = eventStream();
  const { stream, chat } = await begun({
    "threads.get_by_id": () => threadOf(userItem("u1", "tell me a story")),
    "threads.follow": () => rest.response,
  });
  const elsewhere = document.createElement("div");
  document.body.append(elsewhere);

  elsewhere.append(chat.element);
  await settled();
  expect(typesOf(chat)).toEqual(["threads.create"]);
  stream.send(delta("a1", " a"));
  await chat.view.findByText("Once upon a");

  chat.element.remove();
  await settled();
  expect(chat.requests[0].signal?.reason.name).toBe("LeftError");
  document.body.append(chat.element);
  await waitFor(() => expect(typesOf(chat)).toEqual(["threads.create", "threads.get_by_id", "threads.follow"]));
  rest.send(added(assistantItem("a1", "Once upon a time")));

  await chat.view.findByText("Once upon a time");
  rest.end();
});

test("[005/FR-008] a connection that is silent for long is taken up again when somebody comes back to the page", async () => {
  jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask", "performance"] });
  const running = eventStream();
  const rest = eventStream();
  const follows = [running, rest];
  const question = userItem("u1", "tell me a story");
  const chat = openThread([question], { "threads.follow": () => follows.shift()?.response });
  await jest.advanceTimersByTimeAsync(10);
  running.send(added(assistantItem("a1", "Once upon")));
  await jest.advanceTimersByTimeAsync(14_000);
  chat.element.fetchUpdates();
  await jest.advanceTimersByTimeAsync(2000);
  expect(follows).toHaveLength(1); // it may only be slow

  chat.element.fetchUpdates();
  await jest.advanceTimersByTimeAsync(1000);
  rest.send(added(assistantItem("a1", "Once upon a time")));
  await jest.advanceTimersByTimeAsync(10);

  const follow = chat.requests.find(({ body }) => body.type === "threads.follow");
  expect(follow?.signal?.reason.name).toBe("LeftError"); // nobody wished it to stop
  expect(chat.view.getByText("Once upon a time")).toBeInTheDocument();
  rest.end();
});
