/** A person's judgement of an answer, told to the server; what comes of it is said where the answer is shown, or not at all. */

import { reasonOf } from "./wire.js";

const THANKS = "Thank you. Your rating is kept.";

/**
 * @typedef {object} Parts
 * @property {import("./conversation.js").Conversation} conversation
 * @property {() => import("./wire.js").Wire} wire
 * @property {(words: string) => void} onSay to screen readers
 */

export class Ratings {
  #parts;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {string} id @param {"positive" | "negative"} kind @returns {Promise<boolean>} whether it is kept */
  async give(id, kind) {
    const { conversation, wire, onSay } = this.#parts;
    const { threadId } = conversation;
    const isLeft = () => conversation.threadId !== threadId;
    try {
      await wire().json("items.feedback", { thread_id: threadId, item_ids: [id], kind });
      if (!isLeft()) onSay(THANKS);
      return true;
    } catch (error) {
      if (!isLeft()) conversation.addLocal({ type: "error", text: reasonOf(error) });
      return false;
    }
  }
}
