/** Whoever is asked for access sees who asks, where the answer goes, and what it permits. */

import { afterEach, expect, test } from "@jest/globals";
import { refusal } from "./network.js";
import { ADA, openPage, sessionOf } from "./page.js";

const GET_SESSION = "GET /api/auth/get-session";
const GET_CLIENT = "GET /api/auth/oauth2/public-client";
const CONSENT = "POST /api/auth/oauth2/consent";

/** @type {Awaited<ReturnType<typeof openPage>>} */
let page;
afterEach(() => page.close());

/** @param {Record<string, string>} [changed] */
function request(changed) {
  const query = {
    client_id: "c1",
    redirect_uri: "https://app.example/callback",
    scope: "tasks:read tasks:write conversations:read offline_access planets:move constructor",
    ba_param: "client_id",
    sig: "signed",
    ...changed,
  };
  return `/consent?${new URLSearchParams(query)}`;
}

test("[001/FR-056] the name, the place, the person and each scope are shown", async () => {
  page = await openPage(request(), { [GET_SESSION]: sessionOf(ADA), [GET_CLIENT]: { client_name: "Planner" } });

  await page.screen.findByRole("heading", { name: "Planner asks for access" });
  expect(page.screen.getByText("app.example")).toBeInTheDocument();
  expect(page.screen.getByText(/ada@example\.com/)).toBeInTheDocument();
  expect(page.screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
    "See your tasks",
    "Add, change, complete and delete your tasks",
    "Search what you and the assistant wrote in the chat",
    "Stay connected while you are away",
    "planets:move",
    "constructor",
  ]);
});

test("[001/FR-056] an app on this computer is called that", async () => {
  const redirect_uri = "http://127.0.0.1:5173/callback";
  page = await openPage(request({ redirect_uri }), { [GET_SESSION]: sessionOf(ADA), [GET_CLIENT]: {} });

  await page.screen.findByText("an app on this computer (127.0.0.1:5173)");
  await page.screen.findByRole("heading", { name: "An app without a name asks for access" });
});

test.each([
  ["Allow", true],
  ["Deny", false],
])("[001/FR-056] %s sends the answer with the signed request", async (button, accept) => {
  page = await openPage(request(), {
    [GET_SESSION]: sessionOf(ADA),
    [GET_CLIENT]: { client_name: "Planner" },
    [CONSENT]: {},
  });
  const choice = page.screen.findByRole("button", { name: button });
  await page.waitFor(async () => expect(await choice).toBeEnabled());
  await page.user.click(await choice);

  const sent = page.requests.find(({ route }) => route === CONSENT);
  expect(sent?.body).toMatchObject({ accept, oauth_query: expect.stringContaining("sig=signed") });
});

test("[001/FR-056] nobody is asked before they are signed in", async () => {
  page = await openPage(request(), { [GET_SESSION]: null });

  await page.screen.findByRole("heading", { name: "Sign in" });
  expect(page.screen.queryByRole("button", { name: "Allow" })).toBeNull();
});

test("[001/FR-056] an app that is not known here is nothing to answer", async () => {
  page = await openPage(request(), { [GET_SESSION]: sessionOf(ADA), [GET_CLIENT]: () => refusal(404, {}) });
  expect(await page.screen.findByRole("alert")).toHaveTextContent("This app is not known here.");
  expect(page.screen.queryByRole("button", { name: "Allow" })).toBeNull();
});

test("[001/FR-056] an answer to an old request is said to be too late", async () => {
  page = await openPage(request(), {
    [GET_SESSION]: sessionOf(ADA),
    [GET_CLIENT]: { client_name: "Planner" },
    [CONSENT]: () => refusal(400, { error: "invalid_request" }),
  });
  await page.screen.findByRole("heading", { name: "Planner asks for access" });
  await page.user.click(page.screen.getByRole("button", { name: "Allow" }));

  expect(await page.screen.findByRole("alert")).toHaveTextContent("the request may be too old");
  expect(page.screen.queryByRole("button", { name: "Allow" })).toBeNull();
  expect(page.screen.getByRole("heading", { name: "This did not work" })).toHaveFocus(); // its button is gone
});

test("[001/FR-056] [005/FR-021] an answer on its way keeps the focus, and is given once", async () => {
  page = await openPage(request(), {
    [GET_SESSION]: sessionOf(ADA),
    [GET_CLIENT]: { client_name: "Planner" },
    [CONSENT]: () => new Promise(() => undefined),
  });
  await page.screen.findByRole("heading", { name: "Planner asks for access" });
  const allow = page.screen.getByRole("button", { name: "Allow" });
  await page.user.click(allow);
  await page.user.click(page.screen.getByRole("button", { name: "Deny" }));
  await page.user.click(allow);

  expect(allow).not.toHaveAttribute("disabled");
  expect(allow).toHaveFocus();
  expect(page.requests.filter(({ route }) => route === CONSENT)).toHaveLength(1);
});

test.each([
  "/consent",
  "/consent?client_id=c1",
  request().replace("sig=", "no="),
  request({ redirect_uri: "nowhere" }),
])("[001/FR-056] opened without a request it asks for nothing (%#)", async (path) => {
  page = await openPage(path, { [GET_SESSION]: sessionOf(ADA) });

  await page.screen.findByRole("heading", { name: "Nothing to allow" });
  expect(page.screen.queryByRole("button")).toBeNull();
});

test("[005/FR-038] an app that could not be looked up is asked for once more, however often that is pressed", async () => {
  let asked = 0;
  const answer = () => (asked++ ? { client_name: "Planner" } : refusal(503, {}));
  page = await openPage(request(), { [GET_SESSION]: sessionOf(ADA), [GET_CLIENT]: answer });
  const again = await page.screen.findByRole("button", { name: "Try again" });

  await page.act(async () => {
    again.click();
    again.click();
  });

  await page.screen.findByRole("heading", { name: "Planner asks for access" });
  expect(asked).toBe(2);
});
