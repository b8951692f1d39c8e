/** One file beside the text: its picture or a sign, its name, how far it has come, and the ways to mend or remove it. */

import { h, iconButton } from "./dom.js";
import { icon } from "./icons.js";
import { upload } from "./upload.js";
import { mayPass, reasonOf } from "./wire.js";

const OWN = /^(blob:|data:image\/)/; // a picture from elsewhere is never loaded

/** @typedef {import("./draft.js").Attachment & { preview_url?: string }} Uploaded */

/**
 * @typedef {object} AttachmentHandlers
 * @property {() => import("./wire.js").Wire} wire
 * @property {(words: string) => void} onSay to screen readers
 * @property {(error: unknown) => void} onError
 * @property {() => void} onUploaded
 * @property {(attachment: Attachment) => void} onFailed
 * @property {(attachment: Attachment) => void} onUnwanted nobody will send what the server has under its id
 * @property {(attachment: Attachment) => void} onRemove
 */

export class Attachment {
  #handlers;
  #abort = new AbortController();
  #name;
  #url = "";
  #status = h("span", { class: "muted", dir: "auto" });
  #bar = /** @type {HTMLProgressElement} */ (h("progress", { max: 1 }));
  #again;
  #remove;
  /** By which the server knows it, from when it was announced there. */
  id = "";
  /** @type {Uploaded | null} */
  uploaded = null;
  hasFailed = false;
  element;

  /** @param {{ name: string, type?: string, mime_type?: string, preview_url?: string }} file @param {AttachmentHandlers} handlers */
  constructor(file, handlers) {
    this.#handlers = handlers;
    this.#name = file.name;
    this.#bar.setAttribute("aria-label", `Upload of ${file.name}`);
    this.#again = h("button", { type: "button", hidden: true }, "Try again");
    this.#remove = iconButton("close", `Remove ${file.name}`, { onclick: () => handlers.onRemove(this) });
    const words = h("span", { class: "column" }, h("span", { class: "name", dir: "auto" }, file.name), this.#status);
    const ways = h("span", { class: "ways" }, this.#again, this.#remove);
    this.element = h("li", { class: "file" }, this.#picture(file), words, this.#bar, ways);
  }

  /** @param {File} file @param {AttachmentHandlers} handlers */
  static of(file, handlers) {
    const attachment = new Attachment(file, handlers);
    attachment.#again.addEventListener("click", () => {
      attachment.#remove.focus(); // the pressed button goes away
      handlers.onUnwanted(attachment);
      attachment.#upload(file);
    });
    attachment.#upload(file);
    return attachment;
  }

  /** @param {Uploaded} uploaded @param {AttachmentHandlers} handlers */
  static from(uploaded, handlers) {
    const attachment = new Attachment(uploaded, handlers);
    attachment.#arrived(uploaded);
    return attachment;
  }

  /** It is no longer shown; what was being uploaded is not wanted any more. */
  close() {
    this.#abort.abort();
    this.element.remove();
    if (this.#url) URL.revokeObjectURL(this.#url);
  }

  focus() {
    this.#remove.focus();
  }

  /** @param {File} file */
  async #upload(file) {
    const { wire, onUploaded, onSay, onError } = this.#handlers;
    const { signal } = this.#abort;
    this.id = "";
    this.hasFailed = false;
    this.#show("Uploading…");
    this.#bar.removeAttribute("value");
    try {
      const onNamed = (/** @type {string} */ id) => {
        this.id = id;
        if (signal.aborted) this.#handlers.onUnwanted(this); // the page's own `fetch` went on all the same
        signal.throwIfAborted();
      };
      const onProgress = (/** @type {number} */ part) => this.#advance(part);
      this.#arrived(await upload(wire(), file, { signal, onNamed, onProgress }));
      onSay(`${this.#name} is uploaded.`);
      onUploaded();
    } catch (error) {
      if (signal.aborted) return;
      const reason = reasonOf(error);
      this.hasFailed = true;
      this.#show(`Not uploaded. ${reason}`, { mayPass: mayPass(error) });
      onSay(`${this.#name} was not uploaded. ${reason}`);
      onError(error);
      this.#handlers.onFailed(this);
    }
  }

  /** @param {number} part */
  #advance(part) {
    this.#bar.value = part;
    this.#status.textContent = `Uploading… ${Math.round(part * 100)} %`;
  }

  /** @param {Uploaded} uploaded */
  #arrived({ id, name, type, mime_type }) {
    this.id = id;
    this.uploaded = { id, name, type, mime_type };
    this.#show("");
  }

  /** @param {string} status @param {{ mayPass?: boolean }} [problem] */
  #show(status, { mayPass = false } = {}) {
    this.#status.textContent = status;
    this.element.classList.toggle("failed", this.hasFailed);
    this.#bar.hidden = this.hasFailed || this.uploaded !== null;
    this.#again.hidden = !mayPass;
  }

  /** @param {{ type?: string, preview_url?: string }} file */
  #picture(file) {
    if (file instanceof File && file.type.startsWith("image/")) this.#url = URL.createObjectURL(file);
    const src = this.#url || file.preview_url || "";
    const sign = h("span", { class: "mark" }, icon("file"));
    if (!OWN.test(src)) return sign;
    const picture = h("img", { src, alt: "", onerror: () => picture.replaceWith(sign) });
    return picture;
  }
}
