/** The task panel when answers come late, in another order, or not at all: what is shown is what was pressed last. */

import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { act, cleanup, renderHook } from "@testing-library/react";
import { useTasks } from "../src/hooks/useTasks.js";
import { RefusedError } from "../src/utils/apiClient.js";
import { tellTabs } from "../src/utils/tabs.js";
import { gateway } from "./frame.jsx";
import { network } from "./network.js";

const MILK = { id: "t1", title: "buy milk" };
const FERNS = { id: "t2", title: "water the ferns" };
const LOST = new RefusedError("The connection failed.", 0);

beforeEach(() => {
  network({});
});
afterEach(cleanup);

/** A gateway whose answers come when the test says, and in the order that it says. */
function held() {
  /** @type {{ path: string, body?: any, key?: string, answer: (value: unknown) => Promise<void>, fail: (error: Error) => Promise<void> }[]} */
  const asked = [];
  const ask = (/** @type {string} */ path, /** @type {any} */ body, /** @type {string} */ key) =>
    new Promise((done, refuse) => {
      const answer = (/** @type {unknown} */ value) => act(async () => done(value));
      const fail = (/** @type {Error} */ error) => act(async () => refuse(error));
      asked.push({ path, body, key, answer, fail });
    });
  return { api: gateway({ get: ask, post: ask }), asked };
}

const list = (/** @type {object[]} */ ...tasks) => ({ tasks, total: tasks.length });
const complete = (/** @type {string} */ token) => ({ completed: [MILK], undo_token: token });

async function opened() {
  const { api, asked } = held();
  const { result, rerender } = renderHook(({ pulse }) => useTasks(api, "ada-1", pulse), { initialProps: { pulse: 0 } });
  await asked[0].answer(list(MILK, FERNS));
  return {
    asked,
    rerender,
    hook: () => result.current,
    ticks: () => Object.fromEntries((result.current.tasks ?? []).map(({ id, isDone = false }) => [id, isDone])),
    toggle: (/** @type {string} */ id) =>
      act(async () => {
        const task = result.current.tasks?.find((one) => one.id === id);
        if (!task) throw new Error(`${id} is not shown`);
        result.current.toggle(task); // its end is what the test decides
      }),
    undo: () => act(async () => void result.current.undo()),
    again: () => act(async () => void result.current.fault?.again()),
  };
}

test("[005/FR-034] a list that was asked for before a tick does not take the tick back", async () => {
  const { asked, rerender, ticks, toggle } = await opened();
  rerender({ pulse: 1 });

  await toggle("t1");
  await asked[1].answer(list(MILK, FERNS)); // as it was before the tick
  expect(ticks()).toEqual({ t1: true, t2: false });

  await asked[2].answer(complete("c1"));
  await asked[3].answer(list(FERNS));
  expect(ticks()).toEqual({ t1: true, t2: false });
});

test("[005/FR-034] a list that fails after a tick says nothing about the list that comes next", async () => {
  const { asked, rerender, hook, toggle } = await opened();
  rerender({ pulse: 1 });
  await toggle("t1");

  await asked[1].fail(LOST);

  expect(hook().fault).toBeNull();
});

test("[005/FR-034] what was taken back and is ticked at once stays on the list", async () => {
  const { asked, hook, ticks, toggle, undo } = await opened();
  await toggle("t1");
  await asked[1].answer(complete("c1"));
  await asked[2].answer(list(FERNS));
  await undo();
  await asked[3].answer({ reverted: [MILK] });
  expect(hook().outcome?.words).toBe("Taken back.");
  expect(ticks()).toEqual({ t1: false, t2: false });

  await toggle("t1"); // the list after taking back is still on its way
  await asked[5].answer(complete("c2"));
  await asked[4].answer(list(MILK, FERNS)); // and comes last but one
  await asked[6].answer(list(FERNS));

  expect(ticks()).toEqual({ t1: true, t2: false });
  await toggle("t1");
  expect(asked[7].body).toEqual({ action: "reopen", id: "t1", title: "buy milk" });
});

test("[005/FR-034] presses are carried out in their order, and the list is read once, after the last", async () => {
  const { asked, hook, ticks, toggle } = await opened();
  await toggle("t1");
  await toggle("t2");
  await toggle("t1");
  tellTabs({ userId: "ada-1" });
  expect(asked).toHaveLength(2);

  await asked[1].answer(complete("c1"));
  await asked[2].answer(complete("c2"));
  expect(ticks()).toEqual({ t1: false, t2: true });
  await asked[3].answer({ reopened: [MILK], undo_token: "c3" });

  expect(asked.slice(1).map(({ path, body }) => body?.action ?? path)).toEqual([
    "complete",
    "complete",
    "reopen",
    "tasks?limit=50",
  ]);
  await asked[4].answer(list(MILK));
  expect(ticks()).toEqual({ t1: false, t2: true });
  expect(hook().outcome).toEqual({ words: "“buy milk” is open again.", undoToken: "c3" });
});

test("[005/FR-034] a repeating task whose occurrence is done is open again for the next", async () => {
  const { asked, ticks, toggle } = await opened();
  await toggle("t1");
  await asked[1].answer(complete("c1"));

  await asked[2].answer(list({ ...MILK, due: "2026-12-01" }, FERNS));

  expect(ticks()).toEqual({ t1: false, t2: false });
});

test("[005/FR-038] a tick whose answer was lost is sent again under its key, and can be taken back", async () => {
  const { asked, hook, ticks, toggle, again, undo } = await opened();
  await toggle("t1");
  await asked[1].fail(LOST);
  expect(ticks()).toEqual({ t1: false, t2: false });
  await asked[2].answer(list(FERNS)); // it had arrived
  expect(ticks()).toEqual({ t1: true, t2: false });
  expect(hook().fault?.words).toBe("The connection failed.");

  await again();
  expect(asked[3]).toMatchObject({ body: asked[1].body, key: asked[1].key });
  await asked[3].answer(complete("c1"));
  await asked[4].answer(list(FERNS));
  expect(hook().fault).toBeNull();
  expect(hook().outcome).toEqual({ words: "“buy milk” is done.", undoToken: "c1" });

  await undo();
  await asked[5].fail(LOST);
  await asked[6].answer(list(MILK, FERNS));
  await again();
  expect(asked[7]).toMatchObject({ body: { action: "undo", undo_token: "c1" }, key: asked[5].key });
  await asked[7].answer({ reverted: [MILK] });
  expect(hook().outcome?.words).toBe("Taken back.");
});

test("[005/FR-038] a lost tick that is pressed again instead is the same press, until a list shows the task open", async () => {
  const { asked, toggle } = await opened();
  await toggle("t1");
  await asked[1].fail(LOST);
  await asked[2].fail(LOST);
  await toggle("t1");
  expect(asked[3].key).toBe(asked[1].key);

  await asked[3].fail(LOST);
  await asked[4].answer(list(MILK, FERNS));
  await toggle("t1");
  expect(asked[5].key).not.toBe(asked[1].key);
});

test("[005/FR-038] a tick that was refused is another press when it is tried again", async () => {
  const { asked, hook, toggle, again } = await opened();
  await toggle("t1");
  await asked[1].answer({ completed: [], failed: [{ message: "The task is “buy oat milk” now." }] });
  expect(hook().fault?.words).toBe("The task is “buy oat milk” now.");

  await again();

  expect(asked.filter(({ body }) => body).map(({ key }) => key)).toEqual([asked[1].key, expect.any(String)]);
  expect(asked.at(-1)?.key).not.toBe(asked[1].key);
});

test("[005/FR-038] what failed before is still said when the next press, begun already, is well", async () => {
  const { asked, hook, toggle } = await opened();
  await toggle("t1");
  await toggle("t2");
  await asked[1].fail(LOST);
  await asked[2].answer(complete("c2"));

  expect(hook().fault?.words).toBe("The connection failed.");
});
