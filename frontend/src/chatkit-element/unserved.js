/** What the official element has and this one does not: whoever asks for it is told so, once, in the browser's console. */

/** @type {[string, (options: Record<string, any>) => unknown, string][]} */
const OPTIONS = [
  ["api.getClientSecret", ({ api }) => api?.getClientSecret, "it belongs to the hosted service; set api.url"],
  ["composer.attachments", ({ composer }) => composer?.attachments?.enabled, "the gateway keeps no files"],
  ["composer.dictation", ({ composer }) => composer?.dictation?.enabled, "the gateway hears no speech"],
];

export class Unserved {
  /** @type {Set<string>} */
  #told = new Set();

  /** @param {Record<string, any>} options */
  check(options) {
    for (const [name, isWanted, why] of OPTIONS) if (isWanted(options)) this.#tell(name, why);
  }

  /** What a message or the composer was given. @param {{ attachments?: unknown[], files?: unknown[] }} given */
  checkFiles({ attachments = [], files = [] }) {
    if (files.length + attachments.length > 0) this.#tell("files and attachments", "the gateway keeps no files");
  }

  /** What the composer was given besides words. @param {string} [reply] */
  checkReply(reply) {
    if (reply) this.#tell("reply of setComposerValue", "the composer shows no quote; give it to sendUserMessage");
  }

  /** @param {string} name @param {string} why */
  #tell(name, why) {
    if (this.#told.has(name)) return;
    this.#told.add(name);
    console.warn(`<openai-chatkit>: ${name} is not served here: ${why}.`);
  }
}
