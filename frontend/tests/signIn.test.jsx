/** Signing up, in and out, and a session that ends. */

import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { tellTabs } from "../src/utils/tabs.js";
import { refusal } from "./network.js";
import { ADA, openPage, sessionOf, tokenFor } from "./page.js";

const GET_SESSION = "GET /api/auth/get-session";
const CHATKIT = "POST http://gateway.test/api/ada-1/chatkit";

/** @type {Awaited<ReturnType<typeof openPage>>} */
let page;
beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});
afterEach(() => page.close());

/** @param {Record<string, string>} fields */
async function fill(fields) {
  for (const [label, text] of Object.entries(fields))
    await page.user.type(await page.screen.findByLabelText(label), text);
}
const chat = () => /** @type {any} */ (document.querySelector("openai-chatkit"));
const composer = () => chat().shadowRoot.querySelector("textarea");

test("[001/FR-050] a new account opens the chat", async () => {
  /** @type {object | null} */
  let user = null;
  page = await openPage("/sign-up", {
    [GET_SESSION]: () => sessionOf(user),
    "POST /api/auth/sign-up/email": () => {
      user = ADA;
      return { token: "t", user };
    },
  });
  await fill({ Name: "Ada", "E-mail": ADA.email, Password: "correct horse" });
  await page.user.click(page.screen.getByRole("button", { name: "Create account" }));

  await page.waitFor(() => expect(chat()).not.toBeNull());
  expect(window.location.pathname).toBe("/");
  const sent = page.requests.find(({ route }) => route === "POST /api/auth/sign-up/email");
  expect(sent?.body).toMatchObject({ name: "Ada", email: ADA.email, password: "correct horse" });
});

test("[001/FR-050] a wrong password is said, and the form keeps what was typed", async () => {
  const message = "Invalid email or password";
  page = await openPage("/", {
    [GET_SESSION]: null,
    "POST /api/auth/sign-in/email": () => refusal(401, { code: "INVALID_EMAIL_OR_PASSWORD", message }),
  });
  await fill({ "E-mail": ADA.email, Password: "wrong horse" });
  await page.user.click(page.screen.getByRole("button", { name: "Sign in" }));

  expect(await page.screen.findByRole("alert")).toHaveTextContent(`${message}.`);
  expect(page.screen.getByLabelText("E-mail")).toHaveValue(ADA.email);
});

test("[001/FR-050] an unreachable sign-in service is said in words", async () => {
  page = await openPage("/sign-in", { [GET_SESSION]: null });
  await fill({ "E-mail": ADA.email, Password: "correct horse" });
  await page.user.click(page.screen.getByRole("button", { name: "Sign in" }));

  expect(await page.screen.findByRole("alert")).toHaveTextContent("The sign-in service cannot be reached. Try again.");
});

test("[001/FR-050] signing out closes the chat and leaves no draft behind", async () => {
  /** @type {object | null} */
  let user = ADA;
  page = await openPage("/", {
    [GET_SESSION]: () => sessionOf(user),
    "POST /api/auth/sign-out": () => {
      user = null;
      return { success: true };
    },
  });
  await page.waitFor(() => expect(chat()).not.toBeNull());
  await page.user.type(composer(), "a secret plan");
  await page.user.click(page.screen.getByRole("button", { name: "Sign out" }));

  await page.screen.findByRole("heading", { name: "Sign in" });
  expect(chat()).toBeNull();
  expect(sessionStorage).toHaveLength(0);
  expect(page.screen.queryByText(/session ended/)).toBeNull();
});

test("[001/FR-050] [001/FR-051] signing out closes the chat although the session cannot be looked at", async () => {
  let isAway = false;
  page = await openPage("/", {
    [GET_SESSION]: () => (isAway ? refusal(503, { code: "unavailable" }) : sessionOf(ADA)),
    "POST /api/auth/sign-out": () => {
      isAway = true;
      return { success: true };
    },
  });
  await page.waitFor(() => expect(chat()).not.toBeNull());
  await page.user.click(page.screen.getByRole("button", { name: "Sign out" }));

  await page.screen.findByRole("heading", { name: "Sign in" });
  expect(chat()).toBeNull();
  expect(page.screen.queryByText(/session ended/)).toBeNull();
});

test("[001/FR-050] signing out in one tab leaves no draft in another", async () => {
  localStorage.setItem("remit.thread.ada-1", "t1");
  page = await openPage("/", {
    [GET_SESSION]: sessionOf(ADA),
    "GET /api/auth/token": { token: tokenFor("ada-1") },
    [CHATKIT]: (/** @type {any} */ { body }) =>
      body.type === "threads.follow" ? new Response("") : { id: "t1", items: { data: [], has_more: false } },
  });
  const follows = () => page.requests.filter(({ body }) => body?.type === "threads.follow");
  await page.waitFor(() => expect(follows()).toHaveLength(1));
  await page.user.type(composer(), "a secret plan");

  tellTabs({ userId: "bob-2", hasLeft: true });
  tellTabs({ userId: "ada-1", threadId: "t1" });
  await page.waitFor(() => expect(follows()).toHaveLength(2)); // so the one before it was heard too
  expect(composer()).toHaveValue("a secret plan");
  expect(sessionStorage).not.toHaveLength(0);
  tellTabs({ userId: "ada-1", hasLeft: true });

  await page.screen.findByRole("heading", { name: "Sign in" });
  expect(sessionStorage).toHaveLength(0);
  expect(page.screen.queryByText(/session ended/)).toBeNull();
});

test("[001/FR-050] the other tabs are told who signed out", async () => {
  /** @type {object[]} */
  const heard = [];
  const other = new BroadcastChannel("remit");
  other.onmessage = ({ data }) => heard.push(data);
  page = await openPage("/", { [GET_SESSION]: sessionOf(ADA), "POST /api/auth/sign-out": { success: true } });
  await page.user.click(await page.screen.findByRole("button", { name: "Sign out" }));

  await page.waitFor(() => expect(heard).toEqual([{ userId: "ada-1", hasLeft: true }]));
  other.close();
});

test("[001/FR-050] who presses twice signs out once", async () => {
  const SIGN_OUT = "POST /api/auth/sign-out";
  page = await openPage("/", { [GET_SESSION]: sessionOf(ADA), [SIGN_OUT]: { success: true } });
  const leave = await page.screen.findByRole("button", { name: "Sign out" });

  await page.act(async () => {
    leave.click();
    leave.click();
  });

  await page.screen.findByRole("heading", { name: "Sign in" });
  expect(page.requests.filter(({ route }) => route === SIGN_OUT)).toHaveLength(1);
});

test("[001/FR-052] a session that ends under a message says so and keeps the message", async () => {
  /** @type {object | null} */
  let user = ADA;
  page = await openPage("/", {
    [GET_SESSION]: () => sessionOf(user),
    "GET /api/auth/token": () => (user ? { token: tokenFor("ada-1") } : refusal(401, { message: "Unauthorized" })),
    "POST /api/auth/sign-in/email": () => {
      user = ADA;
      return { token: "t", user };
    },
    [CHATKIT]: () => {
      user = null; // ended elsewhere, while the page still shows the chat
      return refusal(401, { code: "unauthenticated", message: "Sign in first." });
    },
  });
  await page.waitFor(() => expect(chat()).not.toBeNull());
  await page.user.type(composer(), "add buy milk tomorrow{Enter}");

  await page.screen.findByText("Your session ended. Sign in again; what you wrote is kept.");
  expect(chat()).toBeNull();

  await fill({ "E-mail": ADA.email, Password: "correct horse" });
  await page.user.click(page.screen.getByRole("button", { name: "Sign in" }));
  await page.waitFor(() => expect(composer()).toHaveValue("add buy milk tomorrow"));

  tellTabs({ userId: "ada-1", hasLeft: true }); // by the person's own word this time
  await page.screen.findByRole("heading", { name: "Sign in" });
  expect(page.screen.queryByText(/session ended/)).toBeNull();
});

test("[001/FR-054] the conversation that was open last is asked for again, each person's own", async () => {
  localStorage.setItem("remit.thread.ada-1", "thread-of-ada");
  localStorage.setItem("remit.thread.bob-2", "thread-of-bob");
  page = await openPage("/", {
    [GET_SESSION]: sessionOf(ADA),
    "GET /api/auth/token": { token: tokenFor("ada-1") },
    [CHATKIT]: { id: "thread-of-ada", title: "Milk", items: { data: [], has_more: false } },
  });

  await page.waitFor(() => expect(page.requests.map(({ route }) => route)).toContain(CHATKIT));
  expect(page.requests.find(({ route }) => route === CHATKIT)?.body).toMatchObject({
    type: "threads.get_by_id",
    params: { thread_id: "thread-of-ada" },
  });
});
