/** With the official element, which does not look on at answers, the page waits for their end and has it fetch. */

import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { tellTabs } from "../src/utils/tabs.js";
import { eventStream } from "./network.js";
import { ADA, openPage, sessionOf, tokenFor } from "./page.js";

const CHATKIT = "POST http://gateway.test/api/ada-1/chatkit";
const fetchUpdates = jest.fn(async () => undefined);

class Official extends HTMLElement {
  fetchUpdates = fetchUpdates;
  setOptions() {}
  async focusComposer() {}
}

/** @type {Awaited<ReturnType<typeof openPage>>} */
let page;
beforeEach(() => {
  if (!customElements.get("openai-chatkit")) customElements.define("openai-chatkit", Official);
  localStorage.setItem("remit.thread.ada-1", "t1");
  fetchUpdates.mockClear();
});
afterEach(() => page.close());

/** @param {() => unknown} follow */
async function open(follow) {
  page = await openPage("/", {
    "GET /api/auth/get-session": sessionOf(ADA),
    "GET /api/auth/token": () => ({ token: tokenFor("ada-1") }),
    [CHATKIT]: follow,
  });
  await page.waitFor(() => expect(document.querySelector("openai-chatkit")).not.toBeNull());
}
const follows = () => page.requests.filter(({ route }) => route === CHATKIT).map(({ body }) => body);

test("[005/FR-007] an answer that runs in another tab is fetched at its end", async () => {
  const running = eventStream();
  await open(() => running.response);

  tellTabs({ userId: "ada-1", threadId: "t1" });
  await page.waitFor(() => expect(follows()).toHaveLength(1));
  running.send({ type: "stream_options" });
  expect(fetchUpdates).not.toHaveBeenCalled();
  running.end();

  await page.waitFor(() => expect(fetchUpdates).toHaveBeenCalledTimes(1));
  expect(follows()[0]).toEqual({ type: "threads.follow", params: { thread_id: "t1" }, metadata: {} });
});

test("[005/FR-007] what is stored is fetched also when the gateway cannot be looked at", async () => {
  await open(() => {
    throw new TypeError("network error");
  });

  tellTabs({ userId: "ada-1", threadId: "t1" });

  await page.waitFor(() => expect(fetchUpdates).toHaveBeenCalledTimes(1));
});
