/** What a person decides for themselves, and what they take along or leave behind. */

import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { refusal } from "./network.js";
import { ADA, openPage, sessionOf, tokenFor } from "./page.js";

const HOME = "http://gateway.test/api/ada-1";
const SETTINGS = `GET ${HOME}/settings`;
const DATA = `DELETE ${HOME}/data`;
const PASSWORD = "POST /api/auth/sign-in/email";
const DELETE_USER = "POST /api/auth/delete-user";

/** @type {Awaited<ReturnType<typeof openPage>>} */
let page;
/** @type {object | null} */
let user;
beforeEach(() => {
  user = ADA;
  localStorage.clear();
});
afterEach(() => page.close());

/** @param {Record<string, unknown>} routes */
async function open(routes) {
  page = await openPage("/settings", {
    "GET /api/auth/get-session": () => sessionOf(user),
    "GET /api/auth/token": () => ({ token: tokenFor("ada-1") }),
    [SETTINGS]: { time_zone: "Europe/Berlin" },
    ...routes,
  });
}

test("[005/FR-031] zones that could not be read are asked for once more, however often that is pressed", async () => {
  let asked = 0;
  await open({
    [SETTINGS]: () => (asked++ ? { time_zone: "Asia/Tokyo" } : refusal(503, { message: "Away for now." })),
  });
  await page.screen.findByText("Away for now.");
  const again = page.screen.getByRole("button", { name: "Try again" });

  await page.act(async () => {
    again.click();
    again.click();
  });

  await page.waitFor(() => expect(page.screen.getByLabelText("Time zone")).toHaveValue("Asia/Tokyo"));
  expect(asked).toBe(2);
});

test("[005/FR-031] the time zone is shown, changed, and kept as the server took it", async () => {
  await open({ [`PATCH ${HOME}/settings`]: (/** @type {any} */ { body }) => body });
  const zone = await page.screen.findByLabelText("Time zone");
  await page.waitFor(() => expect(zone).toHaveValue("Europe/Berlin"));

  await page.user.selectOptions(zone, "Asia/Tokyo");

  await page.screen.findByText(/^Kept\. It is \d/);
  expect(zone).toHaveValue("Asia/Tokyo");
  expect(page.requests.at(-1)?.body).toEqual({ time_zone: "Asia/Tokyo" });
});

test("[005/FR-031] a change that was not kept is taken back and said", async () => {
  await open({ [`PATCH ${HOME}/settings`]: () => refusal(503, { code: "unavailable", message: "Not just now." }) });
  const zone = await page.screen.findByLabelText("Time zone");
  await page.waitFor(() => expect(zone).toHaveValue("Europe/Berlin"));

  await page.user.selectOptions(zone, "Asia/Tokyo");

  expect(await page.screen.findByRole("alert")).toHaveTextContent("Not just now.");
  expect(zone).toHaveValue("Europe/Berlin");
});

test("[005/FR-032] everything comes as one file", async () => {
  const clicked = jest.fn();
  Object.assign(URL, { createObjectURL: () => "blob:x", revokeObjectURL: () => undefined });
  const click = HTMLAnchorElement.prototype.click;
  HTMLAnchorElement.prototype.click = function saved() {
    clicked(this.download);
  };
  await open({ [`GET ${HOME}/export`]: { tasks: [] } });

  await page.user.click(await page.screen.findByRole("button", { name: "Download my data" }));

  await page.waitFor(() =>
    expect(clicked).toHaveBeenCalledWith(expect.stringMatching(/^remit-\d{4}-\d\d-\d\d\.json$/)),
  );
  HTMLAnchorElement.prototype.click = click;
});

/** @param {string} password @param {string} word */
async function leave(password, word) {
  await page.user.click(await page.screen.findByRole("button", { name: "Delete my account…" }));
  await page.user.type(page.screen.getByLabelText("Password"), password);
  await page.user.type(page.screen.getByLabelText("Type DELETE to confirm"), word);
  await page.user.click(page.screen.getByRole("button", { name: "Delete everything" }));
}

/** What is asked of the services when everything goes well. */
const GOING = {
  [PASSWORD]: { token: "t", user: ADA },
  [DATA]: () => new Response(null, { status: 204 }),
  [DELETE_USER]: () => {
    user = null;
    return { success: true };
  },
};

const deletions = () =>
  page.requests.map(({ route }) => route).filter((route) => [PASSWORD, DATA, DELETE_USER].includes(route));

test("[005/FR-033] the password is asked first, then the data goes, then the account", async () => {
  localStorage.setItem("remit.thread.ada-1", "t1");
  await open({
    ...GOING,
  });

  await leave("correct horse", "DELETE");

  await page.screen.findByRole("heading", { name: "Sign in" });
  expect(deletions()).toEqual([PASSWORD, DATA, DELETE_USER]);
  expect(localStorage.getItem("remit.thread.ada-1")).toBeNull();
  expect(sessionStorage).toHaveLength(0);
});

test("[005/FR-033] [005/FR-036] whoever leaves for good is not told that a session ended, or that anything is kept", async () => {
  let sessionId = "s1";
  await open({
    "GET /api/auth/get-session": () => (user ? { session: { id: sessionId }, user } : null),
    "GET /api/auth/token": () => (user ? { token: tokenFor("ada-1") } : refusal(401, {})),
    [PASSWORD]: () => {
      user = ADA;
      sessionId = "s2";
      return { token: "t", user };
    },
    [DATA]: () => new Response(null, { status: 204 }),
    [DELETE_USER]: () => {
      user = null;
      return { success: true };
    },
    [`PATCH ${HOME}/settings`]: () => refusal(401, {}),
  });
  const zone = await page.screen.findByLabelText("Time zone");
  await page.waitFor(() => expect(zone).toHaveValue("Europe/Berlin"));
  user = null; // ended elsewhere
  await page.user.selectOptions(zone, "Asia/Tokyo");
  await page.screen.findByText(/Your session ended/);
  await page.user.type(page.screen.getByLabelText("E-mail"), ADA.email);
  await page.user.type(page.screen.getByLabelText("Password"), "correct horse");
  await page.user.click(page.screen.getByRole("button", { name: "Sign in" }));

  await leave("correct horse", "DELETE");

  await page.screen.findByRole("heading", { name: "Sign in" });
  expect(page.screen.queryByText(/Your session ended/)).toBeNull();
});

test("[005/FR-033] an account that is gone is signed out, although the session cannot be looked at", async () => {
  await open({
    "GET /api/auth/get-session": () => (user ? sessionOf(user) : refusal(503, { code: "unavailable" })),
    ...GOING,
  });

  await leave("correct horse", "DELETE");

  await page.screen.findByRole("heading", { name: "Sign in" });
});

test("[005/FR-033] a wrong password or word deletes nothing", async () => {
  await open({ [PASSWORD]: () => refusal(401, { message: "Invalid email or password" }) });
  await leave("wrong horse", "delete");
  expect(await page.screen.findByRole("alert")).toHaveTextContent("Type DELETE in capital letters.");
  expect(deletions()).toEqual([]);

  await page.user.clear(page.screen.getByLabelText("Type DELETE to confirm"));
  await page.user.type(page.screen.getByLabelText("Type DELETE to confirm"), "DELETE");
  await page.user.click(page.screen.getByRole("button", { name: "Delete everything" }));

  await page.waitFor(() => expect(page.screen.getByRole("alert")).toHaveTextContent("Invalid email or password."));
  expect(deletions()).toEqual([PASSWORD]);
});

test("[005/FR-033] nothing is promised when only the answer got lost", async () => {
  await open({ [PASSWORD]: { token: "t", user: ADA }, [DATA]: () => Promise.reject(new TypeError("network")) });

  await leave("correct horse", "DELETE");

  expect(await page.screen.findByRole("alert")).toHaveTextContent("your tasks may be deleted already. Try again.");
  expect(deletions()).toEqual([PASSWORD, DATA]);
});

test("[005/FR-033] a failure on the way is said, and the person stays signed in", async () => {
  await open({
    [PASSWORD]: { token: "t", user: ADA },
    [DATA]: () => refusal(503, { code: "unavailable", message: "The task list cannot be reached." }),
  });

  await leave("correct horse", "DELETE");

  expect(await page.screen.findByRole("alert")).toHaveTextContent(
    "Nothing was deleted. The task list cannot be reached.",
  );
  expect(deletions()).toEqual([PASSWORD, DATA]);
  expect(page.screen.getByRole("heading", { name: "Settings" })).toBeInTheDocument();
});
