/** What the person writes: in the composer, kept as a draft, on its way, and back again when it did not arrive. */

import { Drafts } from "./drafts.js";

export class Writing {
  #conversation;
  #composer;
  #drafts = new Drafts("");

  /**
   * @param {import("./conversation.js").Conversation} conversation
   * @param {() => import("./composer.js").Composer} composer
   */
  constructor(conversation, composer) {
    this.#conversation = conversation;
    this.#composer = composer;
  }

  /** @param {string} url of the API, whose drafts these are */
  keepFor(url) {
    this.#drafts = new Drafts(url);
  }

  get text() {
    return this.#composer().text;
  }

  set text(text) {
    this.#composer().text = text;
    this.keep();
  }

  /** The draft is the conversation's that is shown. */
  keep() {
    this.#drafts.write(this.#conversation.threadId, this.text);
  }

  /**
   * A conversation is opened: its own draft, after what was sent and never acknowledged, because whether that arrived
   * is not known.
   */
  open() {
    const kept = joined(this.#drafts.sent, this.#drafts.written(this.#conversation.threadId));
    this.#drafts.sent = "";
    this.text = kept;
  }

  /** Out of the composer, into the conversation, and still kept. @param {string} draft */
  send(draft) {
    this.#drafts.sent = draft;
    this.text = "";
    this.#composer().sent();
    this.#conversation.addPending(draft);
  }

  /** The server has it. */
  arrived() {
    this.#drafts.sent = "";
  }

  /** What is being written meanwhile belongs to the conversation that now has a name. @param {string} threadId */
  name(threadId) {
    this.#drafts.write(null, "");
    this.#drafts.write(threadId, this.text);
  }

  /** It was not stored: what was written since stands after it. @param {string} draft */
  giveBack(draft) {
    this.#drafts.sent = "";
    this.text = joined(draft, this.text);
  }

  /** Out of a conversation that is gone: the text is put where the person is next. @param {() => Promise<void>} move */
  async carry(move) {
    const { text } = this;
    this.text = "";
    await move();
    this.text = joined(this.text, text);
  }
}

/** @param {...string} texts */
function joined(...texts) {
  return texts.filter(Boolean).join("\n");
}
