/** Whoever reads at the end stays there while an answer grows; whoever scrolled up, or wants it so, is left where they are. */

import { beforeEach, expect, test } from "@jest/globals";
import { waitFor } from "@testing-library/dom";
import { eventStream } from "../network.js";
import { added, assistantItem, delta, done, openChat, thread, userItem } from "./chat.js";

beforeEach(() => sessionStorage.clear());

const HEIGHT = 400;

/** A conversation that is higher than its window by as much as was said. @param {object} [options] */
async function growing(options) {
  const stream = eventStream();
  const next = eventStream();
  const answers = { "threads.create": () => stream.response, "threads.add_user_message": () => next.response };
  const chat = openChat(answers, options);
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

test.each([
  [{}, true],
  [{ thread: { autoScroll: false } }, false],
])(
  "[005/FR-002] what is sent from further up is in sight, where the page lets it scroll (%j)",
  async (options, isSeen) => {
    const { stream, say, view, log, end } = await growing(options);
    stream.end();
    await waitFor(() => expect(log).toHaveAttribute("aria-busy", "false"));
    log.scrollTop = 20;
    log.dispatchEvent(new Event("scroll"));
    log.scrollTop = 0;
    log.dispatchEvent(new Event("scroll"));

    await say("go on");
    await view.findByText("go on");
    await frame();

    expect(log.scrollTop === end()).toBe(isSeen);
  },
);
