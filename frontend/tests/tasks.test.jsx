/** The tasks beside the chat on a wide screen: seen, done, opened again, taken back. */

import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { tellTabs } from "../src/utils/tabs.js";
import { refusal } from "./network.js";
import { ADA, openPage, sessionOf, tokenFor } from "./page.js";

const HOME = "http://gateway.test/api/ada-1";
const TASKS = `GET ${HOME}/tasks`;
const ACTIONS = `POST ${HOME}/tasks/actions`;
const MILK = { n: 1, id: "t1", title: "buy milk", due: "2025-11-20", overdue: true, labels: ["shop"] };
/** @type {Partial<typeof MILK> & { id: string, title: string }} */
const FERNS = { n: 2, id: "t2", title: "water the ferns" };

/** @type {Awaited<ReturnType<typeof openPage>>} */
let page;
const narrow = globalThis.matchMedia;
beforeEach(() => {
  const query = { addEventListener: () => undefined, removeEventListener: () => undefined };
  globalThis.matchMedia = /** @type {any} */ (
    (/** @type {string} */ asked) => ({
      ...query,
      matches: asked.includes("min-width"),
    })
  );
});
afterEach(() => {
  page.close();
  globalThis.matchMedia = narrow;
});

/** @param {Record<string, unknown>} routes */
async function open(routes) {
  page = await openPage("/", {
    "GET /api/auth/get-session": sessionOf(ADA),
    "GET /api/auth/token": () => ({ token: tokenFor("ada-1") }),
    ...routes,
  });
}

test("[005/FR-034] open tasks stand there with what is known of them", async () => {
  await open({ [TASKS]: { tasks: [MILK, FERNS], total: 60 } });

  const panel = await page.screen.findByRole("complementary", { name: "Open tasks" });
  await page.screen.findByText("buy milk");
  expect(panel).toHaveTextContent("Thu 20 Nov 2025, overdue");
  expect(panel).toHaveTextContent("shop");
  expect(panel).toHaveTextContent("… and 58 more.");
});

test("[005/FR-034] a title from right to left turns no row round: box and date stay where those of the others are", async () => {
  await open({ [TASKS]: { tasks: [{ ...MILK, title: "שלום עולם" }], total: 1 } });

  const title = await page.screen.findByText("שלום עולם");

  expect(title).toHaveAttribute("dir", "auto");
  expect(title.closest("li")?.querySelector("label")).not.toHaveAttribute("dir");
});

test("[005/FR-034] [005/FR-021] a task is done in its place, opened again, and the change taken back", async () => {
  let isOpen = true;
  await open({
    [TASKS]: () => ({ tasks: isOpen ? [MILK, FERNS] : [FERNS], total: isOpen ? 2 : 1 }),
    [ACTIONS]: (/** @type {any} */ { body }) => {
      isOpen = body.action !== "complete";
      return { completed: [MILK], reopened: [MILK], reverted: [MILK], undo_token: "u1" };
    },
  });
  await page.user.click(await page.screen.findByLabelText("buy milk"));

  await page.screen.findByText("“buy milk” is done.");
  expect(page.screen.getAllByRole("checkbox").map((box) => /** @type {HTMLInputElement} */ (box).checked)).toEqual([
    true,
    false,
  ]);
  expect(page.screen.getByLabelText("buy milk")).toHaveFocus();

  await page.user.click(page.screen.getByLabelText("buy milk"));
  await page.screen.findByText("“buy milk” is open again.");
  await page.user.click(page.screen.getByRole("button", { name: "Undo" }));
  await page.screen.findByText("Taken back.");
  await page.waitFor(() => expect(page.screen.getByRole("heading", { name: "Open tasks" })).toHaveFocus());

  const sent = page.requests.filter(({ route }) => route === ACTIONS).map(({ body }) => body);
  expect(sent).toEqual([
    { action: "complete", id: "t1", title: "buy milk" },
    { action: "reopen", id: "t1", title: "buy milk" },
    { action: "undo", undo_token: "u1" },
  ]);
});

test("[005/FR-034] a task that is another one by now changes nothing, and that is said", async () => {
  const failed = [{ item: 1, code: "title_changed", message: "The task is “buy oat milk” now." }];
  await open({ [TASKS]: { tasks: [MILK], total: 1 }, [ACTIONS]: { completed: [], failed } });

  await page.user.click(await page.screen.findByLabelText("buy milk"));

  expect(await page.screen.findByRole("alert")).toHaveTextContent("“buy oat milk” now");
  expect(page.screen.getByLabelText("buy milk")).not.toBeChecked();
});

test("[005/FR-034] what another tab changed is seen", async () => {
  /** @type {object[]} */
  let tasks = [MILK];
  await open({ [TASKS]: () => ({ tasks, total: tasks.length }) });
  await page.screen.findByText("buy milk");

  tasks = [MILK, FERNS];
  tellTabs({ userId: "ada-1" });

  await page.screen.findByText("water the ferns");
});

test("[005/FR-034] tasks that cannot be read can be asked for again", async () => {
  let isAway = true;
  await open({
    [TASKS]: () => (isAway ? refusal(503, { code: "unavailable", message: "Not just now." }) : { tasks: [], total: 0 }),
  });
  expect(await page.screen.findByRole("alert")).toHaveTextContent("Not just now.");

  isAway = false;
  await page.user.click(page.screen.getByRole("button", { name: "Try again" }));

  await page.screen.findByText(/Nothing is open/);
  expect(page.screen.queryByRole("alert")).toBeNull();
});

test("[005/FR-038] a tick that failed stays said until it is tried again, which ticks", async () => {
  let isAway = true;
  await open({
    [TASKS]: { tasks: [MILK], total: 1 },
    [ACTIONS]: () => {
      if (isAway) throw new TypeError("network error");
      return { completed: [MILK], undo_token: "u1" };
    },
  });
  await page.user.click(await page.screen.findByLabelText("buy milk"));
  await page.screen.findByText("The connection failed. Check it, then try again.");
  tellTabs({ userId: "ada-1" });
  await page.waitFor(() => expect(page.requests.filter(({ route }) => route === TASKS)).toHaveLength(2));
  expect(page.screen.getByRole("alert")).toBeInTheDocument();

  isAway = false;
  await page.user.click(page.screen.getByRole("button", { name: "Try again" }));

  await page.screen.findByText("“buy milk” is done.");
  expect(page.screen.queryByRole("alert")).toBeNull();
});

test("[005/FR-034] on a narrow screen the tasks come when they are called, and go again", async () => {
  globalThis.matchMedia = narrow;
  await open({ [TASKS]: { tasks: [MILK], total: 1 } });
  expect(page.screen.queryByLabelText("buy milk")).toBeNull();

  await page.user.click(await page.screen.findByRole("button", { name: "Tasks" }));
  await page.screen.findByLabelText("buy milk");
  expect(page.screen.getByRole("dialog", { name: "Tasks" })).toContainElement(page.screen.getByLabelText("buy milk"));
  await page.act(async () =>
    /** @type {HTMLDialogElement} */ (page.screen.getByRole("dialog", { name: "Tasks" })).close(),
  );

  expect(page.screen.queryByLabelText("buy milk")).toBeNull();
});
