/** A person sees which apps they let in, and takes that back in two steps. */

import { afterEach, expect, test } from "@jest/globals";
import { refusal } from "./network.js";
import { ADA, openPage, sessionOf } from "./page.js";

const GET_SESSION = "GET /api/auth/get-session";
const LIST = "GET /api/auth/connected-apps";
const REVOKE = "POST /api/auth/connected-apps/revoke";
const PLANNER = {
  clientId: "c1",
  name: "Planner",
  scopes: ["tasks:read", "planets:move"],
  allowedAt: "2025-11-01T09:00:00.000Z",
  lastUsedAt: "2025-11-20T09:00:00.000Z",
};

/** @type {Awaited<ReturnType<typeof openPage>>} */
let page;
afterEach(() => page.close());

/** @param {Record<string, unknown>} routes */
async function open(routes) {
  page = await openPage("/apps", { [GET_SESSION]: sessionOf(ADA), ...routes });
}

test("[003/FR-042] each app is shown with what it may do and when it was used", async () => {
  await open({ [LIST]: [PLANNER] });

  await page.screen.findByRole("heading", { name: "Planner" });
  expect(page.screen.getByText("See your tasks")).toBeInTheDocument();
  expect(page.screen.getByText("planets:move")).toBeInTheDocument();
  expect(page.screen.getByText("Allowed Sat 1 Nov 2025, last got access Thu 20 Nov 2025")).toBeInTheDocument();
});

test("[003/FR-042] an app is disconnected only after a second word", async () => {
  await open({ [LIST]: [PLANNER, { ...PLANNER, clientId: "c2", name: "Reader" }], [REVOKE]: { ok: true } });
  await page.user.click(await page.screen.findByRole("button", { name: "Disconnect Planner" }));
  expect(page.requests.some(({ route }) => route === REVOKE)).toBe(false);

  await page.user.click(page.screen.getByRole("button", { name: "Disconnect" }));

  await page.waitFor(() => expect(page.screen.queryByRole("heading", { name: "Planner" })).toBeNull());
  expect(page.requests.find(({ route }) => route === REVOKE)?.body).toEqual({ clientId: "c1" });
  expect(page.screen.getByRole("heading", { name: "Reader" })).toBeInTheDocument();
});

test("[005/FR-021] the question takes the focus, Keep gives it back, and the page has it when the app is gone", async () => {
  await open({ [LIST]: [PLANNER], [REVOKE]: { ok: true } });
  await page.user.click(await page.screen.findByRole("button", { name: "Disconnect Planner" }));
  expect(page.screen.getByText(/gets no new access/)).toHaveFocus();
  await page.user.click(page.screen.getByRole("button", { name: "Keep" }));
  expect(page.screen.getByRole("button", { name: "Disconnect Planner" })).toHaveFocus();

  await page.user.click(page.screen.getByRole("button", { name: "Disconnect Planner" }));
  await page.user.click(page.screen.getByRole("button", { name: "Disconnect" }));

  await page.waitFor(() => expect(page.screen.getByRole("heading", { name: "Connected apps" })).toHaveFocus());
});

test("[003/FR-042] an app that could not be disconnected stays, and that is said", async () => {
  await open({ [LIST]: [PLANNER], [REVOKE]: () => refusal(503, { message: "away" }) });
  await page.user.click(await page.screen.findByRole("button", { name: "Disconnect Planner" }));
  await page.user.click(page.screen.getByRole("button", { name: "Disconnect" }));

  expect(await page.screen.findByRole("alert")).toHaveTextContent("could not be disconnected");
  expect(page.screen.getByRole("heading", { name: "Planner" })).toBeInTheDocument();
});

test("[003/FR-042] without an app the page says how one is connected", async () => {
  await open({ [LIST]: [] });

  await page.screen.findByText(/No app is connected/);
});

test("[003/FR-042] a list that comes late takes nothing back of what was said since", async () => {
  /** @type {(() => unknown)[]} */
  const lists = [];
  let asked = 0;
  const answers = [
    () => refusal(503, {}),
    () => [PLANNER],
    () => new Promise((done) => lists.push(() => done([PLANNER]))),
  ];
  await open({ [LIST]: () => answers[asked++](), [REVOKE]: () => refusal(503, { message: "away" }) });
  const again = await page.screen.findByRole("button", { name: "Try again" });
  await page.act(async () => {
    again.click();
    again.click();
  });
  await page.user.click(await page.screen.findByRole("button", { name: "Disconnect Planner" }));
  await page.user.click(page.screen.getByRole("button", { name: "Disconnect" }));
  await page.screen.findByText(/could not be disconnected/);

  await page.act(async () => lists.forEach((come) => void come()));

  expect(page.screen.getByRole("alert")).toHaveTextContent("could not be disconnected");
  expect(asked).toBe(2);
});

test("[003/FR-042] an app is disconnected once, and the page says that it is at it", async () => {
  let done = (/** @type {object} */ _answer) => undefined;
  const asked = new Promise((resolve) => (done = /** @type {any} */ (resolve)));
  await open({ [LIST]: [PLANNER], [REVOKE]: () => asked });
  await page.user.click(await page.screen.findByRole("button", { name: "Disconnect Planner" }));
  await page.user.click(page.screen.getByRole("button", { name: "Disconnect" }));

  await page.user.click(page.screen.getByRole("button", { name: "Disconnecting…" }));
  await page.user.click(page.screen.getByRole("button", { name: "Keep" }));
  await page.act(async () => done({ ok: true }));

  await page.screen.findByText(/No app is connected/);
  expect(page.requests.filter(({ route }) => route === REVOKE)).toHaveLength(1);
});
