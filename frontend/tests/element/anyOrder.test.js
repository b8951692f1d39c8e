/** Whatever gets slow or lost, and whatever is pressed meanwhile: in the end the page shows what is stored, and no word is lost. */

import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { fireEvent } from "@testing-library/dom";
import { openChat, URL } from "./chat.js";
import { chance, World } from "./world.js";

/** More of them by hand: `STORIES=1000`. */
const STORIES = Number(process.env.STORIES ?? 60);
const STEPS = 12;
const LONGEST_PAUSE_MS = 2500;
const SETTLED_MS = 120_000;

beforeEach(() => {
  sessionStorage.clear();
  jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask", "performance"] });
});
afterEach(() => {
  jest.useRealTimers();
});

test.each(Array.from({ length: STORIES }, (_, at) => at + 1))("[005/FR-025] story %d", async (seed) => {
  const random = chance(seed);
  const world = new World(random);
  const chat = openChat(world.answers, {
    initialThread: "t1",
    threadItemActions: { feedback: true, retry: true },
    api: { url: URL, domainKey: "x", fetch: stopping(world) },
  });
  /** @type {string[]} */
  const sent = [];
  for (let step = 0; step < STEPS; step += 1) {
    act(chat, world, random, sent);
    await jest.advanceTimersByTimeAsync(random() * LONGEST_PAUSE_MS);
  }

  world.heal();
  await jest.advanceTimersByTimeAsync(SETTLED_MS);
  expectRest(chat);
  chat.element.fetchUpdates(); // as the page does when somebody comes back to it
  await jest.advanceTimersByTimeAsync(SETTLED_MS);

  expectRest(chat);
  expect(world.isAnswering).toBe(false);
  expect(shown(chat)).toEqual(world.items.map(({ content }) => content[0].text));
  for (const text of sent) expect([...shown(chat), chat.composer().value].join()).toContain(text);
});

/**
 * What somebody might do now.
 * @param {ReturnType<typeof openChat>} chat @param {World} world @param {() => number} random @param {string[]} sent
 */
function act(chat, world, random, sent) {
  const buttons = ["Stop", "Answer again", "Try again", "Send again", "Try now"].flatMap((name) => offered(chat, name));
  const choice = random();
  if (choice < 0.4 && buttons.length > 0) fireEvent.click(buttons[Math.floor(random() * buttons.length)]);
  else if (choice < 0.7) send(chat, sent);
  else if (choice < 0.8) world.say(`from elsewhere ${random()}`);
  else if (choice < 0.9) chat.element.fetchUpdates();
  else chat.element.setThreadId("t1");
}

/** @param {ReturnType<typeof openChat>} chat @param {string[]} sent */
function send(chat, sent) {
  const composer = chat.composer();
  if (!composer.value) {
    sent.push(`message ${sent.length}.`);
    fireEvent.input(composer, { target: { value: sent.at(-1) } });
  }
  fireEvent.keyDown(composer, { key: "Enter" });
}

/** Nothing is on its way, the last answer can be asked for again, and where there is none, something can be done. @param {ReturnType<typeof openChat>} chat */
function expectRest(chat) {
  expect(chat.log()).toHaveAttribute("aria-busy", "false");
  expect(offered(chat, "Stop")).toHaveLength(0);
  const ways = ["Answer again", "Send again", "Try again"].map((name) => offered(chat, name).length);
  if (chat.view.queryAllByRole("article").at(-1)?.ariaLabel === "Assistant") expect(ways[0]).toBe(1);
  else if (shown(chat).length > 0) expect(ways).not.toEqual([0, 0, 0]);
}

/** The page's own `fetch`: what is aborted by the person is stopped at the gateway. @param {World} world @returns {typeof fetch} */
function stopping(world) {
  return (url, init) => {
    init?.signal?.addEventListener("abort", () => init.signal?.reason.name === "AbortError" && world.stop());
    return fetch(url, init);
  };
}

/** @param {ReturnType<typeof openChat>} chat */
function shown(chat) {
  return chat.view.queryAllByRole("article").map(({ textContent }) => textContent);
}

/**
 * The buttons of this name that can be pressed; not asked by role, because jsdom keeps what was hidden once.
 * @param {ReturnType<typeof openChat>} chat @param {string} name
 */
function offered(chat, name) {
  const buttons = /** @type {HTMLButtonElement[]} */ ([...chat.element.shadowRoot.querySelectorAll("button")]);
  return buttons.filter(
    (one) => (one.ariaLabel ?? one.textContent) === name && !one.disabled && !one.closest("[hidden]"),
  );
}
