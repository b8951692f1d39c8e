/** Nothing of the chat exists before the session is resolved and names its user. */

import { afterEach, describe, expect, test } from "@jest/globals";
import { refusal } from "./network.js";
import { ADA, openPage, sessionOf } from "./page.js";

const GET_SESSION = "GET /api/auth/get-session";

/** @type {Awaited<ReturnType<typeof openPage>>} */
let page;
afterEach(() => page.close());

const chat = () => document.querySelector("openai-chatkit");
const gatewayRequests = () => page.requests.filter(({ route }) => route.includes("gateway.test"));

describe("the guard", () => {
  test("[001/FR-050] [003/FR-040] shows neither chat nor form while the session is not resolved", async () => {
    /** @type {(session: object) => void} */
    let resolve = () => undefined;
    page = await openPage("/", {
      [GET_SESSION]: () =>
        new Promise((done) => {
          resolve = done;
        }),
    });

    await page.waitFor(() => expect(page.requests).toHaveLength(1));
    expect(page.screen.getByRole("status", { name: "Loading" })).toBeInTheDocument();
    expect(page.screen.queryByLabelText("Password")).toBeNull();
    expect(chat()).toBeNull();

    resolve(sessionOf(ADA) ?? {});
    await page.waitFor(() => expect(chat()).not.toBeNull());
  });

  test("[001/FR-051] [003/FR-040] keeps the chat closed without a session, and asks the gateway for nothing", async () => {
    page = await openPage("/", { [GET_SESSION]: null });

    await page.screen.findByRole("heading", { name: "Sign in" });
    expect(chat()).toBeNull();
    expect(gatewayRequests()).toEqual([]);
  });

  test("[001/FR-051] [003/FR-040] keeps the chat closed when the session names no user, and says so", async () => {
    page = await openPage("/", { [GET_SESSION]: sessionOf({ name: "Nobody", email: "n@example.com" }) });

    await page.screen.findByRole("heading", { name: "Your session names no user" });
    expect(chat()).toBeNull();
    expect(gatewayRequests()).toEqual([]);
  });

  test("[001/FR-051] shows nobody what was shown to the person before", async () => {
    /** @type {object} */
    let session = { session: { id: "s1" }, user: ADA };
    const planner = { clientId: "c1", name: "Planner", scopes: [], allowedAt: "2025-11-01", lastUsedAt: "2025-11-01" };
    const answers = [[planner], []];
    page = await openPage("/apps", {
      [GET_SESSION]: () => session,
      "GET /api/auth/connected-apps": () => answers.shift(),
    });
    await page.screen.findByRole("heading", { name: "Planner" });

    session = { session: { id: "s2" }, user: { id: "bob-2", name: "Bob", email: "bob@example.com" } };
    const { authClient } = await import("../src/utils/authClient.js");
    await page.act(async () => authClient.$store.notify("$sessionSignal"));

    await page.screen.findByText(/No app is connected/);
  });

  test("[001/FR-050] offers another try when the sign-in service cannot be reached", async () => {
    let isDown = true;
    page = await openPage("/", {
      [GET_SESSION]: () => (isDown ? refusal(503, { code: "unavailable", message: "No database." }) : null),
    });

    await page.screen.findByRole("heading", { name: "The sign-in service cannot be reached" });
    isDown = false;
    await page.user.click(page.screen.getByRole("button", { name: "Try again" }));

    await page.screen.findByRole("heading", { name: "Sign in" });
  });

  test("[001/FR-050] [005/FR-038] tries again by itself, and shows no form as long as nothing is known", async () => {
    let isDown = true;
    page = await openPage("/", {
      [GET_SESSION]: () => (isDown ? refusal(503, { code: "unavailable", message: "No database." }) : sessionOf(ADA)),
    });
    const heading = await page.screen.findByRole("heading", { name: "The sign-in service cannot be reached" });

    window.dispatchEvent(new Event("online"));
    await page.waitFor(() => expect(page.requests).toHaveLength(2));
    expect(page.screen.getByText(/tries again by itself/)).toBeInTheDocument();
    expect(heading).toBeInTheDocument(); // the same all the time: no form came between

    isDown = false;
    document.dispatchEvent(new Event("visibilitychange"));
    await page.waitFor(() => expect(chat()).not.toBeNull());
  });

  test.each([
    ["well", null],
    ["badly", refusal(503, { code: "unavailable", message: "No database." })],
  ])(
    "[001/FR-050] keeps what was typed into the form when the session is looked at again, which ends %s",
    async (_how, second) => {
      const answers = [null, second];
      page = await openPage("/", { [GET_SESSION]: () => answers.shift() });
      await page.user.type(await page.screen.findByLabelText("E-mail"), "ada@exa");

      const { authClient } = await import("../src/utils/authClient.js");
      await page.act(async () => authClient.$store.notify("$sessionSignal"));
      await page.waitFor(() => expect(page.requests).toHaveLength(2));
      await page.act(async () => new Promise((next) => setTimeout(next)));

      expect(page.screen.getByLabelText("E-mail")).toHaveValue("ada@exa");
    },
  );
});
