/** The chat in its page: what is told to the element, to other tabs, and to the person. */

import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { tellTabs } from "../src/utils/tabs.js";
import { refusal } from "./network.js";
import { ADA, openPage, sessionOf, tokenFor } from "./page.js";

const CHATKIT = "POST http://gateway.test/api/ada-1/chatkit";
const ME = "GET http://gateway.test/api/me";
const SIGNED_IN = {
  "GET /api/auth/get-session": sessionOf(ADA),
  "GET /api/auth/token": () => ({ token: tokenFor("ada-1") }),
};

/** @type {Awaited<ReturnType<typeof openPage>>} */
let page;
beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});
afterEach(() => page.close());

const chat = () => /** @type {any} */ (document.querySelector("openai-chatkit"));
const words = () => chat()?.shadowRoot.textContent ?? "";

/** @param {any} body */
function answer({ type }) {
  if (type === "threads.follow") return new Response("");
  return { id: "t1", title: "Milk", items: { data: [], has_more: false } };
}

/** @param {string} type */
const asked = (type) => page.requests.filter(({ route, body }) => route === CHATKIT && body.type === type);

test("[005/FR-030] a new person sees three things to say, and that the assistant is the offline one", async () => {
  page = await openPage("/", { ...SIGNED_IN, [ME]: { user_id: "ada-1", assistant: { offline: true, model: null } } });

  await page.waitFor(() => expect(words()).toContain("This is the offline assistant"));
  expect(words()).toContain("OPENAI_API_KEY or OPENAI_BASE_URL in .env");
  expect(chat().shadowRoot.querySelectorAll(".start button")).toHaveLength(3);
});

test.each([
  ["another assistant", { user_id: "ada-1", assistant: { offline: false, model: "m" } }],
  ["a gateway that does not say", { user_id: "ada-1" }],
  ["a gateway that fails", () => refusal(503, { code: "unavailable", message: "Not just now." })],
])("[005/FR-030] with %s the chat says nothing about it", async (_name, me) => {
  page = await openPage("/", { ...SIGNED_IN, [ME]: me });

  await page.waitFor(() => expect(words()).toContain("What needs doing?"));
  expect(words()).not.toContain("offline");
});

test("[005/FR-007] news of another tab about the open conversation is fetched, other news is not", async () => {
  localStorage.setItem("remit.thread.ada-1", "t1");
  page = await openPage("/", { ...SIGNED_IN, [CHATKIT]: (/** @type {any} */ { body }) => answer(body) });
  await page.waitFor(() => expect(asked("threads.follow")).toHaveLength(1));

  tellTabs({ userId: "ada-1", threadId: "t2" });
  tellTabs({ userId: "bob-2", threadId: "t1" });
  tellTabs({ userId: "ada-1", threadId: "t1" });

  await page.waitFor(() => expect(asked("threads.follow")).toHaveLength(2));
  expect(asked("threads.get_by_id")).toHaveLength(2);
});

test("[001/FR-054] a reload opens this tab's conversation, whatever another tab shows", async () => {
  const opened = () => asked("threads.get_by_id").map(({ body }) => body.params.thread_id);
  const routes = { ...SIGNED_IN, [CHATKIT]: (/** @type {any} */ { body }) => answer(body) };
  localStorage.setItem("remit.thread.ada-1", "t1");
  page = await openPage("/", routes);
  await page.waitFor(() => expect(opened()).toEqual(["t1"]));
  await page.act(() => chat().setThreadId("t2"));
  localStorage.setItem("remit.thread.ada-1", "t3"); // another tab
  page.close();

  page = await openPage("/", routes);
  await page.waitFor(() => expect(opened()).toEqual(["t2"]));
  await page.act(() => chat().setThreadId(null));
  localStorage.setItem("remit.thread.ada-1", "t3");
  page.close();

  page = await openPage("/", routes);
  await page.waitFor(() => expect(words()).toContain("What needs doing?"));
  expect(opened()).toEqual([]);
});

test.each([
  ["comes back to sight", () => document.dispatchEvent(new Event("visibilitychange"))],
  ["is online again", () => window.dispatchEvent(new Event("online"))],
])("[005/FR-007] a tab that %s looks for what was said meanwhile", async (_name, comeBack) => {
  localStorage.setItem("remit.thread.ada-1", "t1");
  page = await openPage("/", { ...SIGNED_IN, [CHATKIT]: (/** @type {any} */ { body }) => answer(body) });
  await page.waitFor(() => expect(asked("threads.follow")).toHaveLength(1));

  await page.act(async () => comeBack());

  await page.waitFor(() => expect(asked("threads.get_by_id")).toHaveLength(2));
});

test("[005/FR-035] being offline is said, and being back", async () => {
  page = await openPage("/", SIGNED_IN);
  await page.waitFor(() => expect(chat()).not.toBeNull());

  Object.defineProperty(navigator, "onLine", { value: false, configurable: true });
  await page.act(async () => window.dispatchEvent(new Event("offline")));
  await page.screen.findByText(/You are offline/);

  Object.defineProperty(navigator, "onLine", { value: true, configurable: true });
  await page.act(async () => window.dispatchEvent(new Event("online")));
  await page.screen.findByText("You are online again.");
});

test("[005/FR-021] whoever follows a link to another page has its heading in focus", async () => {
  page = await openPage("/", SIGNED_IN);
  await page.user.click(await page.screen.findByRole("link", { name: "Settings" }));
  await page.waitFor(() => expect(page.screen.getByRole("heading", { level: 1 })).toHaveFocus());
  expect(document.activeElement).toHaveTextContent("Settings");

  await page.user.click(page.screen.getByRole("link", { name: "Back to your tasks" }));

  await page.waitFor(() => expect(page.screen.getByRole("heading", { level: 1 })).toHaveFocus());
  expect(document.activeElement).toHaveTextContent("Remit");
});

test("[005/FR-024] the chosen look is the page's and the element's, and stays", async () => {
  page = await openPage("/settings", {
    ...SIGNED_IN,
    "GET http://gateway.test/api/ada-1/settings": { time_zone: "Europe/Berlin" },
  });
  await page.user.click(await page.screen.findByLabelText("Dark"));
  expect(document.documentElement).toHaveAttribute("data-theme", "dark");
  page.close();

  page = await openPage("/", SIGNED_IN);

  await page.waitFor(() => expect(chat()?.style.getPropertyValue("color-scheme")).toBe("dark"));
  localStorage.clear();
});
