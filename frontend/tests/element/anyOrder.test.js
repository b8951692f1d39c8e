/** Whatever gets slow or lost, and whatever is pressed meanwhile: the page shows what is stored, and each word once, where it was written. */

import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { fireEvent } from "@testing-library/dom";
import { openChat, URL } from "./chat.js";
import { chance, World } from "./world.js";

/** More of them by hand: `STORIES=1000`. */
const STORIES = Number(process.env.STORIES ?? 40);
const STEPS = 16;
const LONGEST_PAUSE_MS = 2500;
const SETTLED_MS = 120_000;

/** @typedef {ReturnType<typeof openChat>} Chat */
/** @typedef {{ text: string, place: string }} Sent what was typed, and where: t1, t2, or a conversation that was begun here */

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
    api: { url: URL, domainKey: "x", fetch: asThePage(world) },
  });
  /** @type {Sent[]} */
  const sent = [];
  for (let step = 0; step < STEPS; step += 1) {
    act(chat, world, random, sent);
    await jest.advanceTimersByTimeAsync(random() * LONGEST_PAUSE_MS);
  }

  world.heal();
  await jest.advanceTimersByTimeAsync(SETTLED_MS);
  expectRest(chat);
  expectSeen(chat, sent); // nobody came back to the page, and it need not be read anew
  chat.element.fetchUpdates(); // as the page does when somebody comes back to it
  await jest.advanceTimersByTimeAsync(SETTLED_MS);

  expectRest(chat);
  expect(world.isAnswering).toBe(false);
  expect(shown(chat)).toEqual(stored(chat, world));
  await expectEachWhereItWasWritten(chat, world, sent);
});

/**
 * What somebody might do now.
 * @param {Chat} chat @param {World} world @param {() => number} random @param {Sent[]} sent
 */
function act(chat, world, random, sent) {
  const buttons = ["Stop", "Answer again", "Try again", "Send again", "Try now"].flatMap((name) => offered(chat, name));
  const choice = random();
  if (choice < 0.35 && buttons.length > 0) fireEvent.click(buttons[Math.floor(random() * buttons.length)]);
  else if (choice < 0.65) send(chat, sent);
  else if (choice < 0.72) world.talk(random() < 0.5 ? "t1" : "t2").say(`from elsewhere ${random()}`);
  else if (choice < 0.8) chat.element.fetchUpdates();
  else chat.element.setThreadId([place(chat), "t1", "t2", null][Math.floor(random() * 4)]);
}

/** @param {Chat} chat @param {Sent[]} sent */
function send(chat, sent) {
  const composer = chat.composer();
  if (!composer.value) {
    const text = `message ${sent.length}.`;
    sent.push({ text, place: kindOf(place(chat)) });
    fireEvent.input(composer, { target: { value: text } });
  }
  fireEvent.keyDown(composer, { key: "Enter" });
}

/** The conversation that is shown. @param {Chat} chat @returns {string | null} */
function place(chat) {
  const opened = chat.events.findLast(([name]) => name === "thread.change");
  return opened ? opened[1].threadId : "t1";
}

/** @param {string | null} id */
function kindOf(id) {
  return id === "t1" || id === "t2" ? id : "new";
}

/** Nothing is on its way, the last answer can be asked for again, and where there is none, something can be done. @param {Chat} chat */
function expectRest(chat) {
  expect(chat.log()).toHaveAttribute("aria-busy", "false");
  expect(offered(chat, "Stop")).toHaveLength(0);
  const ways = ["Answer again", "Send again", "Try again"].map((name) => offered(chat, name).length);
  if (chat.view.queryAllByRole("article").at(-1)?.ariaLabel === "Assistant") expect(ways[0]).toBe(1);
  else if (shown(chat).length > 0) expect(ways).not.toEqual([0, 0, 0]);
}

/** What was written in this conversation is shown, or is in the composer. @param {Chat} chat @param {Sent[]} sent */
function expectSeen(chat, sent) {
  const here = kindOf(place(chat));
  if (here === "new" || offered(chat, "Try again").length > 0) return; // several are of that kind; or it could not be read
  const seen = [...shown(chat), chat.composer().value].join();
  for (const { text } of sent.filter((one) => one.place === here)) expect(seen).toContain(text);
}

/** Stored once or in the composer, in no conversation but its own. @param {Chat} chat @param {World} world @param {Sent[]} sent */
async function expectEachWhereItWasWritten(chat, world, sent) {
  /** @type {Record<string, string[]>} */
  const found = { t1: [], t2: [], new: [] };
  for (const id of [null, ...world.talks.keys()]) {
    chat.element.setThreadId(id);
    await jest.advanceTimersByTimeAsync(SETTLED_MS);
    expect(shown(chat)).toEqual(stored(chat, world));
    found[kindOf(id)].push(chat.composer().value, ...stored(chat, world));
  }
  for (const { text, place: own } of sent) {
    for (const [kind, texts] of Object.entries(found))
      expect([kind, texts.join().includes(text)]).toEqual([kind, kind === own]);
  }
  const messages = [...world.talks.values()].flatMap(({ items }) =>
    items.filter(({ type }) => type === "user_message"),
  );
  const texts = messages.map(({ content }) => content[0].text);
  expect(texts).toEqual([...new Set(texts)]);
}

/**
 * The page's own `fetch`: a message keeps its key until the body says that it is stored, and what the person aborted is stopped at the gateway.
 * @param {World} world @returns {typeof fetch}
 */
function asThePage(world) {
  /** @type {Map<unknown, string>} */
  const keys = new Map();
  return async (url, init = {}) => {
    const { type, params } = JSON.parse(String(init.body));
    const isMessage = type === "threads.create" || type === "threads.add_user_message";
    const key = isMessage ? (keys.get(init.body) ?? crypto.randomUUID()) : null;
    const headers = new Headers(init.headers);
    if (key) keys.set(init.body, key);
    if (key) headers.set("Idempotency-Key", key);
    const isWish = () => init.signal?.reason.name === "AbortError";
    init.signal?.addEventListener("abort", () => isWish() && world.stop(params.thread_id, key));
    const answer = await fetch(url, { ...init, headers });
    if (!answer.ok || !answer.body) {
      keys.delete(init.body);
      return answer;
    }
    return new Response(answer.body.pipeThrough(watching("user_message", () => keys.delete(init.body))), answer);
  };
}

/** Lets a stream through, and tells when it brings something. @param {string} type of an item @param {() => void} onCome */
function watching(type, onCome) {
  const decoder = new TextDecoder();
  return new TransformStream({
    transform(chunk, out) {
      if (decoder.decode(chunk).includes(`"type":"${type}"`)) onCome();
      out.enqueue(chunk);
    },
  });
}

/** @param {Chat} chat @param {World} world @returns {string[]} */
function stored(chat, world) {
  const id = place(chat);
  return id ? world.talk(id).texts : [];
}

/** @param {Chat} chat */
function shown(chat) {
  return chat.view.queryAllByRole("article").map(({ textContent }) => textContent);
}

/**
 * The buttons of this name that can be pressed; not asked by role, because jsdom keeps what was hidden once.
 * @param {Chat} chat @param {string} name
 */
function offered(chat, name) {
  const buttons = /** @type {HTMLButtonElement[]} */ ([...chat.element.shadowRoot.querySelectorAll("button")]);
  return buttons.filter(
    (one) => (one.ariaLabel ?? one.textContent) === name && !one.disabled && !one.closest("[hidden]"),
  );
}
