/** Speech: seen while it is recorded, turned into text at the caret, and every way in which it fails is said. */

import { beforeEach, expect, jest, test } from "@jest/globals";
import { waitFor } from "@testing-library/dom";
import { refusal } from "../network.js";
import { held, openChat, settled, URL } from "./chat.js";

const track = { stop: jest.fn() };
const getUserMedia = jest.fn(async (/** @type {any} */ _wanted) => /** @type {any} */ ({ getTracks: () => [track] }));

/** The recorder that was made last. @type {any} */
let recorder;

class Recorder extends EventTarget {
  mimeType = "audio/webm;codecs=opus";
  ondataavailable = (/** @type {any} */ _event) => undefined;
  onstop = () => undefined;
  start() {
    recorder = this;
  }
  stop() {
    this.ondataavailable({ data: new Blob(["sound"]) });
    this.dispatchEvent(new Event("stop"));
    this.onstop();
  }
}

beforeEach(() => {
  sessionStorage.clear();
  track.stop.mockClear();
  getUserMedia.mockClear();
  Object.assign(globalThis, { MediaRecorder: Recorder });
  Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia }, configurable: true });
});

/** @param {any} [answers] @param {object} [options] */
function open(answers = {}, options = {}) {
  const chat = openChat(answers, { composer: { dictation: { enabled: true } }, ...options });
  // jsdom takes what is shown later in a shadow tree for hidden still, and so do questions by role.
  const press = (/** @type {string} */ name) => chat.user.click(chat.view.getByRole("button", { name, hidden: true }));
  const bar = () => chat.element.shadowRoot.querySelector(".dictation:not([hidden])");
  const complaint = () => chat.element.shadowRoot.querySelector(".complaint").textContent;
  const focused = () => chat.element.shadowRoot.activeElement;
  return { ...chat, press, bar, complaint, focused };
}

test("[005/FR-019] speech becomes text at the caret, and the microphone is free afterwards", async () => {
  let isFree = false;
  const chat = open({
    "input.transcribe": () => {
      isFree = track.stop.mock.calls.length > 0;
      return { text: " milk tomorrow " };
    },
  });
  await chat.user.type(chat.composer(), "buy, please");
  chat.composer().setSelectionRange(3, 3);

  await chat.press("Dictate");
  await waitFor(() => expect(chat.bar()).toHaveTextContent("Recording0:00"));
  expect(chat.focused()).toHaveAccessibleName("Use the recording");
  expect(chat.view.getByRole("button", { name: "Dictate" })).toBeDisabled();
  await waitFor(() => expect(chat.bar()).toHaveTextContent("Recording0:01"), { timeout: 3000 });
  await chat.user.keyboard("{Enter}");

  await waitFor(() => expect(chat.composer()).toHaveValue("buy milk tomorrow, please"));
  expect(chat.requests[0].body).toMatchObject({
    type: "input.transcribe",
    params: { audio_base64: btoa("sound"), mime_type: "audio/webm;codecs=opus" },
  });
  expect(chat.bar()).toBeNull();
  expect(chat.focused()).toBe(chat.composer());
  expect(isFree).toBe(true); // before the server, which may be slow, was asked
});

test("[005/FR-019] while one recording runs, no command begins another", async () => {
  const chat = openChat({}, { composer: { dictation: { enabled: true } }, commands: { enabled: true } });
  const rows = () => chat.element.shadowRoot.querySelectorAll(".suggestions .row");
  const dictate = async () => {
    await chat.user.type(chat.composer(), "/dict");
    await waitFor(() => expect(rows()).toHaveLength(1));
    await chat.user.keyboard("{Enter}");
    await waitFor(() => expect(chat.element.shadowRoot.querySelector(".recording")).not.toBeNull());
  };

  await dictate();
  await dictate();

  expect(getUserMedia).toHaveBeenCalledTimes(1);
  chat.element.remove();
});

test("[005/FR-019] a recording that is discarded, or whose conversation is left, goes nowhere", async () => {
  const chat = open();
  await chat.press("Dictate");
  await waitFor(() => expect(chat.bar()).toHaveTextContent("Recording"));
  await chat.press("Discard the recording");
  expect([chat.bar(), chat.focused()]).toEqual([null, chat.composer()]);
  expect(track.stop).toHaveBeenCalledTimes(1);

  await chat.press("Dictate");
  await waitFor(() => expect(chat.bar()).toHaveTextContent("Recording"));
  await chat.element.setThreadId(null);

  expect(track.stop).toHaveBeenCalledTimes(2);
  expect([chat.bar(), chat.requests]).toEqual([null, []]);
});

test("[005/FR-019] a recording ends with the element", async () => {
  const chat = open();
  await chat.press("Dictate");
  await waitFor(() => expect(chat.bar()).toHaveTextContent("Recording"));

  chat.element.remove();

  await waitFor(() => expect(track.stop).toHaveBeenCalledTimes(1));
});

test("[005/FR-019] speech that was discarded is nowhere, even where the page's own fetch goes on with it", async () => {
  const heard = [held(), held()];
  const waiting = [...heard];
  const deaf = async () => Response.json(await waiting.shift()?.promise);
  const chat = open({}, { api: { url: URL, fetch: deaf } });
  await chat.press("Dictate");
  await waitFor(() => expect(chat.bar()).toHaveTextContent("Recording"));
  await chat.press("Use the recording");
  await waitFor(() => expect(waiting).toHaveLength(1));
  await chat.press("Discard the recording");
  await chat.press("Dictate");
  await waitFor(() => expect(chat.bar()).toHaveTextContent("Recording"));

  heard[0].answer({ text: "discarded" });
  await settled();
  expect(chat.composer()).toHaveValue("");
  expect(chat.bar()).toHaveTextContent("Recording"); // that one goes on
  await chat.press("Use the recording");
  heard[1].answer({ text: "milk" });

  await waitFor(() => expect(chat.composer()).toHaveValue("milk"));
});

test("[005/FR-019] the last sound of a recording that was discarded is in no other", async () => {
  const chat = open({ "input.transcribe": () => ({ text: "milk" }) });
  await chat.press("Dictate");
  await waitFor(() => expect(chat.bar()).toHaveTextContent("Recording"));
  const discarded = recorder;
  await chat.press("Discard the recording");
  await chat.press("Dictate");
  await waitFor(() => expect(chat.bar()).toHaveTextContent("Recording"));
  expect(chat.element.shadowRoot.querySelectorAll(".clock")).toHaveLength(1); // that of the first has stopped

  discarded.stop(); // as a browser does, some time after the microphone was let go
  await chat.press("Use the recording");

  await waitFor(() => expect(chat.composer()).toHaveValue("milk"));
  expect(chat.requests.map(({ body }) => body.params.audio_base64)).toEqual([btoa("sound")]);
});

test("[005/FR-019] speech that is discarded while the server hears it is no failure", async () => {
  const chat = open({ "input.transcribe": () => new Promise(() => undefined) });
  await chat.press("Dictate");
  await waitFor(() => expect(chat.bar()).toHaveTextContent("Recording"));
  await chat.press("Use the recording");
  await waitFor(() => expect(chat.requests).toHaveLength(1));

  await chat.press("Discard the recording");
  await chat.user.type(chat.composer(), "typed instead");

  expect(chat.requests[0].signal?.aborted).toBe(true);
  expect([chat.bar(), chat.events]).toEqual([null, []]);
});

test("[005/FR-019] a microphone that is allowed too late is let go at once", async () => {
  /** @type {(stream: any) => void} */
  let allow = () => undefined;
  getUserMedia.mockReturnValueOnce(
    new Promise((resolve) => {
      allow = resolve;
    }),
  );
  const chat = open();
  await chat.press("Dictate");
  expect(chat.bar()).toHaveTextContent("Waiting for the microphone…");
  await chat.press("Discard the recording");

  allow({ getTracks: () => [track] });

  await waitFor(() => expect(track.stop).toHaveBeenCalledTimes(1));
  expect(chat.bar()).toBeNull();
});

test.each([
  ["NotAllowedError", "The microphone is not allowed."],
  ["NotFoundError", "There is no microphone."],
])("[005/FR-019] a microphone that is not there or not allowed is said (%s)", async (name, words) => {
  getUserMedia.mockRejectedValueOnce(new DOMException("x", name));
  const chat = open();

  await chat.press("Dictate");

  expect(await chat.view.findByRole("alert")).toHaveTextContent(words);
  expect([chat.bar(), chat.focused()]).toEqual([null, chat.composer()]);
});

test("[005/FR-019] a browser that cannot record says so", async () => {
  Object.assign(globalThis, { MediaRecorder: undefined });
  const chat = open();

  await chat.press("Dictate");

  expect(await chat.view.findByRole("alert")).toHaveTextContent("This browser cannot record speech.");
});

test("[005/FR-019] a recording that got lost is sent again, and one that the server refuses is said", async () => {
  const refused = refusal(422, { code: "invalid", message: "Speech cannot be heard here." });
  const answers = [new TypeError("network error"), { text: "" }, refused];
  const chat = open({
    "input.transcribe": () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  await chat.press("Dictate");
  await waitFor(() => expect(chat.bar()).toHaveTextContent("Recording"));
  await chat.press("Use the recording");
  await waitFor(() => expect(chat.bar()).toHaveTextContent("The connection failed."));

  await chat.press("Try again");
  await waitFor(() => expect(chat.complaint()).toBe("No words were heard."));
  expect(chat.requests[1].body).toEqual(chat.requests[0].body);
  await chat.press("Dictate");
  await waitFor(() => expect(chat.bar()).toHaveTextContent("Recording"));
  await chat.press("Use the recording");

  await waitFor(() => expect(chat.complaint()).toBe("Speech cannot be heard here."));
  expect(chat.bar()).toBeNull();
});

test("[005/FR-019] where dictation is off there is no button for it", () => {
  expect(openChat({}).view.queryByRole("button", { name: "Dictate" })).toBeNull();
});
