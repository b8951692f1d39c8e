/** Keys by which the gateway knows a message that is sent again: it is stored and answered once. */

const MESSAGES = new Set(["threads.create", "threads.add_user_message"]);

/** Kept only while it is unknown whether the message arrived. */
export class MessageKeys {
  /** @type {Map<string, string>} */
  #keys = new Map();

  /**
   * @param {unknown} body of a ChatKit request
   * @returns {string | null} null: the request is no message
   */
  of(body) {
    if (typeof body !== "string" || !MESSAGES.has(JSON.parse(body).type)) return null;
    const key = this.#keys.get(body) ?? crypto.randomUUID();
    this.#keys.set(body, key);
    return key;
  }

  /**
   * The gateway answered: the same text is another message from now on, unless the gateway itself failed.
   * @param {unknown} body
   * @param {Response} answer
   */
  settle(body, answer) {
    if (answer.status < 500) this.#keys.delete(String(body));
  }
}
