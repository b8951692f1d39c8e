/** Whoever reads at the end stays there while an answer grows; whoever scrolled up, or wants it so, is left where they are. */

import { beforeEach, expect, test } from "@jest/globals";
import { eventStream } from "../network.js";
import { added, assistantItem, delta, done, openChat, thread, userItem } from "./chat.js";

beforeEach(() => sessionStorage.clear());

const HEIGHT = 400;

/** A conversation that is higher than its window by as much as was said. @param {object} [options] */
async function growing(options) {
  const stream = eventStream();
  const chat = openChat({ "threads.create": () => stream.response }, options);
  const log = chat.log();
  Object.defineProperties(log, {
    clientHeight: { value: HEIGHT },
    scrollHeight: { get: () => HEIGHT + 10 * (log.textContent ?? "").length },
  });
  await chat.say("tell me");
  stream.send({ type: "thread.created", thread }, done(userItem("u1", "tell me")), added(assistantItem("a1", "Once")));
  await chat.view.findByText("Once");
  await frame();
  return { ...chat, stream, log, end: () => log.scrollHeight };
}

const frame = () => new Promise((next) => requestAnimationFrame(next));

test("[005/FR-002] the end is followed while an answer grows", async () => {
  const { stream, view, log, end } = await growing();
  stream.send(delta("a1", " upon a time"));
  await view.findByText("Once upon a time");
  await frame();

  expect(log.scrollTop).toBe(end());
  stream.end();
});

test("[005/FR-002] whoever scrolled up is not taken away", async () => {
  const { stream, view, log } = await growing();
  log.scrollTop = 20;
  log.dispatchEvent(new Event("scroll"));
  log.scrollTop = 0;
  log.dispatchEvent(new Event("scroll"));

  stream.send(delta("a1", " upon a time"));
  await view.findByText("Once upon a time");
  await frame();

  expect(log.scrollTop).toBe(0);
  stream.end();
});

test("[005/FR-002] without autoScroll nothing is followed", async () => {
  const { stream, view, log } = await growing({ thread: { autoScroll: false } });
  const before = log.scrollTop;
  stream.send(delta("a1", " upon a time"));
  await view.findByText("Once upon a time");
  await frame();

  expect(log.scrollTop).toBe(before);
  stream.end();
});
