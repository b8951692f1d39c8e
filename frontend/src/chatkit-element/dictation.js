/** Speech instead of typing: recorded by the browser, turned into text by the server, put where the caret is. */

import { h, iconButton } from "./dom.js";
import { mayPass, reasonOf } from "./wire.js";

const SECOND_MS = 1000;
const MINUTE_S = 60;
const UNABLE = "This browser cannot record speech.";
const NO_WORDS = "No words were heard.";

/** @type {Record<string, string>} by the name of the browser's error */
const REASONS = {
  NotAllowedError: "The microphone is not allowed. Allow it for this page in the browser, then try again.",
  NotFoundError: "There is no microphone.",
  NotReadableError: "The microphone is in use elsewhere.",
};

/**
 * @typedef {object} DictationHandlers
 * @property {() => import("./wire.js").Wire} wire
 * @property {(words: string) => void} onText
 * @property {(words: string) => void} onComplain where it is seen
 * @property {(error: unknown) => void} onError
 * @property {() => void} onEnd what had the focus goes away
 */

export class Dictation {
  #handlers;
  #status = h("span", { role: "status" });
  #use = iconButton("done", "Use the recording", { onclick: () => this.#finish() });
  #again = h("button", { type: "button", hidden: true, onclick: () => this.#hear() }, "Try again");
  #discard = iconButton("close", "Discard the recording", { onclick: () => this.cancel() });
  /** Ends what is going on. */
  #abort = new AbortController();
  /** @type {MediaRecorder | null} */
  #recorder = null;
  /** @type {Blob[]} */
  #recorded = [];
  button = iconButton("mic", "Dictate", { hidden: true, onclick: () => this.start() });
  element = h("div", { class: "dictation", role: "group", "aria-label": "Dictation", hidden: true });

  /** @param {DictationHandlers} handlers */
  constructor(handlers) {
    this.#handlers = handlers;
    const dot = h("span", { class: "dot", "aria-hidden": "true" });
    this.element.append(dot, this.#status, this.#again, this.#use, this.#discard);
  }

  async start() {
    if (!this.element.hidden) return;
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#handlers.onComplain("");
    try {
      if (!globalThis.MediaRecorder || !navigator.mediaDevices) throw new Error(UNABLE);
      this.#show("Waiting for the microphone…");
      this.#discard.focus();
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      signal.addEventListener("abort", () => silence(stream));
      if (signal.aborted) silence(stream);
      else this.#record(stream, signal);
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  /** Nothing of it is used, and the microphone is free. */
  cancel() {
    const hadFocus = this.element.contains(/** @type {ShadowRoot} */ (this.element.getRootNode()).activeElement);
    this.#abort.abort();
    this.element.hidden = true;
    this.button.removeAttribute("disabled");
    if (hadFocus) this.#handlers.onEnd();
  }

  /** @param {MediaStream} stream @param {AbortSignal} signal */
  #record(stream, signal) {
    /** @type {Blob[]} */
    const recorded = []; // its own: a recording that was discarded may still bring its last sound
    this.#recorded = recorded;
    this.#recorder = new MediaRecorder(stream);
    this.#recorder.ondataavailable = ({ data }) => recorded.push(data);
    this.#recorder.onstop = () => {
      silence(stream);
      if (!signal.aborted) this.#hear();
    };
    this.#recorder.start();
    this.#show("Recording", { isRecording: true });
    this.#use.focus();
    const begun = Date.now();
    const clock = h("span", { class: "clock", "aria-hidden": "true" }, inWords(0));
    this.#status.after(clock);
    const ticking = setInterval(() => {
      clock.textContent = inWords(Math.round((Date.now() - begun) / SECOND_MS));
    }, SECOND_MS);
    const stop = () => {
      clearInterval(ticking);
      clock.remove();
    };
    this.#recorder.addEventListener("stop", stop);
    signal.addEventListener("abort", stop);
  }

  #finish() {
    this.#discard.focus(); // the pressed button goes away
    this.#recorder?.stop();
  }

  async #hear() {
    const { wire, onText, onComplain } = this.#handlers;
    const { signal } = this.#abort;
    const speech = new Blob(this.#recorded, { type: this.#recorder?.mimeType });
    this.#show("Turning speech into text…");
    this.#discard.focus();
    try {
      const params = { audio_base64: await inBase64(speech), mime_type: speech.type };
      signal.throwIfAborted(); // the page's own `fetch` may not look at it, before or after
      const { text } = await wire().json("input.transcribe", params, signal);
      signal.throwIfAborted();
      this.cancel();
      if (text.trim()) onText(text.trim());
      else onComplain(NO_WORDS);
    } catch (error) {
      if (!signal.aborted) this.#fail(error, { mayPass: mayPass(error) });
    }
  }

  /** @param {any} error @param {{ mayPass?: boolean }} [way] the recording is kept, and can be sent once more */
  #fail(error, { mayPass = false } = {}) {
    const { onComplain, onError } = this.#handlers;
    const words = REASONS[error.name] ?? reasonOf(error);
    onError(error);
    if (mayPass) {
      this.#show(words, { mayPass });
      return;
    }
    this.cancel();
    onComplain(words);
  }

  /** @param {string} status @param {{ isRecording?: boolean, mayPass?: boolean }} [state] */
  #show(status, { isRecording = false, mayPass = false } = {}) {
    this.element.hidden = false;
    this.button.setAttribute("disabled", "");
    this.element.classList.toggle("recording", isRecording);
    this.#status.textContent = status;
    this.#use.hidden = !isRecording;
    this.#again.hidden = !mayPass;
  }
}

/** @param {MediaStream} stream */
function silence(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/** @param {number} seconds */
function inWords(seconds) {
  return `${Math.floor(seconds / MINUTE_S)}:${String(seconds % MINUTE_S).padStart(2, "0")}`;
}

/** @param {Blob} blob @returns {Promise<string>} */
async function inBase64(blob) {
  const reader = new FileReader();
  const read = new Promise((done) => reader.addEventListener("load", done));
  reader.readAsDataURL(blob);
  await read;
  return String(reader.result).split(",")[1];
}
