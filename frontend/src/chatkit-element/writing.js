/** What the person writes: in the composer, kept as a draft, on its way, and back again when it did not arrive. */

import { draftOf, EMPTY, inputOf, isEmpty, isSame, joined, partsOf } from "./draft.js";
import { Drafts } from "./drafts.js";

/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {import("./drafts.js").Sent} Sent */
/** @typedef {{ toolChoice?: { id: string }, model?: string }} Choices in the place of those in the composer */

/**
 * @typedef {object} ComposerValue
 * @property {string} [text]
 * @property {any[]} [content] parts of a message
 * @property {string} [reply] what it answers
 * @property {string | null} [selectedToolId]
 * @property {string} [selectedModelId]
 * @property {File[]} [files]
 * @property {any[]} [attachments]
 */

export class Writing {
  #conversation;
  #composer;
  #drafts = new Drafts("");
  /** Whether what was sent from here before has arrived is not known, and shown so, until the conversation is read. */
  #isInDoubt = false;
  /** The tool that went with what was sent. @type {string | null} */
  #tool = null;

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

  /** What is not named stays. @param {ComposerValue} value */
  fill({ text, content, reply, selectedToolId, selectedModelId, files, attachments }) {
    const composer = this.#composer();
    if (selectedToolId !== undefined) composer.tool.choose(selectedToolId);
    if (selectedModelId !== undefined) composer.model.choose(selectedModelId);
    const written = content ?? (text !== undefined && [{ text }]);
    this.draft = {
      ...this.draft,
      ...(written && draftOf(written)),
      ...(reply !== undefined && { quote: reply }),
      ...(attachments && { attachments }),
    };
    if (files) composer.addFiles(files);
  }

  /** The draft as a message. @param {Draft} draft @param {Choices} [choices] */
  inputOf(draft, { toolChoice, model } = {}) {
    const composer = this.#composer();
    const tool = toolChoice ?? (composer.tool.id ? { id: composer.tool.id } : null);
    return inputOf(draft, { tool, model: model ?? composer.model.id });
  }

  /** The draft is the conversation's that is shown. */
  keep() {
    this.#drafts.write(this.#conversation.threadId, this.draft);
  }

  /** A conversation is opened: its own draft, and what was sent in it and never acknowledged. */
  open() {
    this.#composer().abandon();
    this.draft = this.#drafts.written(this.#conversation.threadId);
    this.#isInDoubt = !isEmpty(this.#sent);
    if (!this.#isInDoubt) return;
    if (this.#conversation.threadId) this.#showPending(this.#sent);
    else this.giveBack(this.#sent); // had it begun a conversation, that one is not known here
  }

  /** What the server has is known: what was sent is among it, or is the person's again. */
  settle() {
    if (!this.#isInDoubt) return;
    this.#conversation.removePending();
    if (this.#hasArrived) this.arrived();
    else this.giveBack(this.#sent);
  }

  /** Into the conversation, out of the composer where it came from there, and still kept. @param {Draft} draft */
  send(draft) {
    const inDoubt = this.#isInDoubt ? this.#sent : EMPTY;
    if (isSame(this.draft, draft)) this.draft = EMPTY;
    if (!isEmpty(inDoubt)) this.giveBack(inDoubt);
    const { isRead, lastQuestion } = this.#conversation;
    this.#sent = { ...draft, after: isRead ? lastQuestion : undefined };
    this.#tool = this.#composer().tool.id;
    this.#showPending(draft);
  }

  /** The server has it. */
  arrived() {
    this.#isInDoubt = false;
    this.#sent = EMPTY;
    this.#composer().sent(this.#tool);
    this.#tool = null;
  }

  /** What is sent and written meanwhile belongs to the conversation that now has a name. @param {string} threadId */
  name(threadId) {
    this.#drafts.send(threadId, this.#drafts.sent(null));
    this.#drafts.send(null, EMPTY);
    this.#drafts.write(null, EMPTY);
    this.#drafts.write(threadId, this.draft);
  }

  /** It was not stored: what was written since stands after it. @param {Draft} sent */
  giveBack({ text, tags, quote, attachments }) {
    this.#isInDoubt = false;
    this.draft = joined({ text, tags, quote, attachments }, this.draft);
    this.#sent = EMPTY;
  }

  /** A conversation is gone: what was not said in it can be said in a new one. @param {string} threadId */
  bury(threadId) {
    const rest = [this.#drafts.sent(threadId), this.#drafts.written(threadId)];
    if (rest.every(isEmpty)) return;
    this.#drafts.send(threadId, EMPTY);
    this.#drafts.write(threadId, EMPTY);
    if (this.#conversation.threadId) this.#drafts.write(null, joined(this.#drafts.written(null), ...rest));
    else this.draft = joined(this.draft, ...rest);
  }

  /** @returns {Sent} from the conversation that is shown */
  get #sent() {
    return this.#drafts.sent(this.#conversation.threadId);
  }

  set #sent(sent) {
    this.#drafts.send(this.#conversation.threadId, sent);
  }

  /** Whether such a message came after the one that was the last; where that is not known, an older one may say the same. */
  get #hasArrived() {
    const { after } = this.#sent;
    if (after === undefined) return false;
    const messages = [...this.#conversation.items.values()].filter(({ type }) => type === "user_message");
    const since = messages.slice(messages.findIndex(({ id }) => id === after) + 1);
    const words = wordsOf({ ...this.#sent, content: partsOf(this.#sent) });
    return since.some((message) => wordsOf(message) === words);
  }

  /** @param {Draft} draft */
  #showPending({ quote, attachments, ...written }) {
    this.#conversation.addPending({ content: partsOf(written), quoted_text: quote, attachments });
  }
}

/** @param {any} message that is stored, or would be */
function wordsOf({ content = [], attachments = [] }) {
  const words = content.map((/** @type {{ text?: string }} */ { text = "" }) => text).join("");
  return JSON.stringify([words.trim(), ...attachments.map((/** @type {{ id: string }} */ { id }) => id)]);
}
