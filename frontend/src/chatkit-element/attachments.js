/** The files that go with the message that is being written. */

import { Attachment } from "./attachment.js";
import { h, reveal } from "./dom.js";
import { whyNot } from "./fileRules.js";

const UPLOADING = "A file is still being uploaded. Wait for it, or remove it.";
const FAILED = "A file was not uploaded. Try again, or remove it.";

/**
 * @typedef {object} AttachmentsHandlers
 * @property {() => import("./wire.js").Wire} wire
 * @property {(words: string) => void} onSay to screen readers
 * @property {(words: string) => void} onComplain where it is seen
 * @property {(error: unknown) => void} onError
 * @property {() => void} onInput what would be sent is another by now
 * @property {() => void} onEmpty the last one went away with the focus on it
 */

export class Attachments {
  element = h("ul", { class: "files", "aria-label": "Files", hidden: true });
  #handlers;
  /** @type {Attachment[]} */
  #all = [];

  /** @param {AttachmentsHandlers} handlers */
  constructor(handlers) {
    this.#handlers = handlers;
  }

  /** Those that the server has. */
  get uploaded() {
    return this.#all.flatMap(({ uploaded }) => uploaded ?? []);
  }

  /** What is still on its way stays. */
  set uploaded(wanted) {
    const ids = new Set(wanted.map(({ id }) => id));
    for (const one of this.#all) if (one.uploaded && !ids.has(one.uploaded.id)) this.#drop(one);
    const shown = new Set(this.uploaded.map(({ id }) => id));
    for (const one of wanted) if (!shown.has(one.id)) this.#show(Attachment.from(one, this.#each));
  }

  /** Why the message cannot be sent yet, or "". */
  get obstacle() {
    if (this.#all.some(({ hasFailed }) => hasFailed)) return FAILED;
    return this.#all.every(({ uploaded }) => uploaded) ? "" : UPLOADING;
  }

  /** @param {Iterable<File>} files @param {import("./fileRules.js").FileOptions} options */
  add(files, options) {
    const refused = [...files].flatMap((file) => {
      const reason = whyNot(file, options, this.#all.length);
      if (!reason) this.#show(Attachment.of(file, this.#each));
      return reason || [];
    });
    this.#handlers.onComplain([...new Set(refused)].join(" "));
  }

  /** What is still on its way belongs to a conversation that is no longer shown. */
  abandon() {
    for (const one of this.#all) {
      if (one.uploaded) continue;
      this.#drop(one);
      this.#forget(one);
    }
  }

  get #each() {
    const { wire, onSay, onError, onInput } = this.#handlers;
    /** @param {Attachment} attachment */
    const onRemove = (attachment) => this.#remove(attachment);
    /** @param {Attachment} attachment */
    const onFailed = ({ element }) => reveal(this.element, element);
    /** @param {Attachment} attachment */
    const onUnwanted = (attachment) => this.#forget(attachment);
    return { wire, onSay, onError, onRemove, onFailed, onUnwanted, onUploaded: onInput };
  }

  /** @param {Attachment} attachment */
  #show(attachment) {
    this.#all.push(attachment);
    this.element.append(attachment.element);
    this.element.hidden = false;
    reveal(this.element, attachment.element);
  }

  /** @param {Attachment} attachment */
  #drop(attachment) {
    attachment.close();
    this.#all = this.#all.filter((one) => one !== attachment);
    this.element.hidden = this.#all.length === 0;
  }

  /** The person does not want it. @param {Attachment} attachment */
  #remove(attachment) {
    const { onComplain, onInput, onEmpty } = this.#handlers;
    const at = this.#all.indexOf(attachment);
    this.#drop(attachment);
    onComplain("");
    onInput();
    const next = this.#all[at] ?? this.#all.at(-1);
    if (next) next.focus();
    else onEmpty();
    this.#forget(attachment);
  }

  /** Nobody will send what has this id; should the server not hear of that, it keeps it in vain. @param {Attachment} attachment */
  #forget({ id }) {
    const { wire, onError } = this.#handlers;
    if (id) wire().json("attachments.delete", { attachment_id: id }).catch(onError);
  }
}
