/** What the person writes: in the composer, kept as a draft, on its way, and back again when it did not arrive. */

import { EMPTY, isSame, joined, partsOf } from "./draft.js";
import { Drafts } from "./drafts.js";

/** @typedef {import("./draft.js").Draft} Draft */

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

  get draft() {
    return this.#composer().draft;
  }

  set draft(draft) {
    this.#composer().draft = draft;
    this.keep();
  }

  /** The draft is the conversation's that is shown. */
  keep() {
    this.#drafts.write(this.#conversation.threadId, this.draft);
  }

  /**
   * A conversation is opened: its own draft, after what was sent and never acknowledged, because whether that arrived
   * is not known.
   */
  open() {
    const kept = joined(this.#drafts.sent, this.#drafts.written(this.#conversation.threadId));
    this.#drafts.sent = EMPTY;
    this.#composer().abandon();
    this.draft = kept;
  }

  /** Into the conversation, out of the composer where it came from there, and still kept. @param {Draft} draft */
  send(draft) {
    this.#drafts.sent = draft;
    if (isSame(this.draft, draft)) this.draft = EMPTY;
    this.#composer().sent();
    const { quote, attachments } = draft;
    this.#conversation.addPending({ content: partsOf(draft), quoted_text: quote, attachments });
  }

  /** The server has it. */
  arrived() {
    this.#drafts.sent = EMPTY;
  }

  /** What is being written meanwhile belongs to the conversation that now has a name. @param {string} threadId */
  name(threadId) {
    this.#drafts.write(null, EMPTY);
    this.#drafts.write(threadId, this.draft);
  }

  /** It was not stored: what was written since stands after it. @param {Draft} draft */
  giveBack(draft) {
    this.#drafts.sent = EMPTY;
    this.draft = joined(draft, this.draft);
  }

  /** Out of a conversation that is gone: the text is put where the person is next. @param {() => Promise<void>} move */
  async carry(move) {
    const { draft } = this;
    this.draft = EMPTY;
    await move();
    this.draft = joined(this.draft, draft);
  }
}
