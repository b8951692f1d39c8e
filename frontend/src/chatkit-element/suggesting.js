/** What is looked for while writing: something to name after an “@”, a command after a “/”. */

import { Suggestions } from "./suggestions.js";

const SIGNS = [
  { sign: "@", pattern: /(?:^|[\s(])@([^@\n]{0,60})$/ },
  { sign: "/", pattern: /(?:^|\s)\/([^\s/]*)$/ },
];

/** @typedef {import("./suggestions.js").Suggestion} Suggestion */
/** @typedef {import("./draft.js").Entity} Entity */
/** @typedef {{ id: string, label: string, description?: string, icon?: string, group?: string }} Command */
/** @typedef {{ type: "entity", entity: Entity } | { type: "menu", commands: Command[] }} Selection */
/** @typedef {{ sign: string, query: string, start: number }} Sought */

/**
 * @typedef {object} Sources the options of that name
 * @property {{ onTagSearch?: (query: string) => Promise<Entity[]> }} [entities]
 * @property {{ enabled?: boolean, onSearch?: (query: string) => Promise<Command[]>, onSelect?: (command: Command) => Promise<Selection | void> }} [commands]
 */

/**
 * @typedef {object} Parts
 * @property {import("./field.js").Field} field
 * @property {() => Suggestion[]} ownCommands what the composer itself can do just now
 * @property {(words: string) => void} say to screen readers
 * @property {(error: unknown) => void} onError a function of the page's failed
 */

export class Suggesting {
  #parts;
  #list;
  /** @type {Sources} */
  #sources = {};
  /** Counts what was asked for: only the answer to the last question is shown. */
  #asked = 0;
  /** Where the sign stands whose list was closed by the person; nothing is suggested for it again. */
  #dismissed = -1;
  /** Counts the conversations that were shown. */
  #conversation = 0;
  element;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    const { input } = parts.field;
    this.#list = new Suggestions(input);
    this.element = this.#list.element;
    input.addEventListener("blur", () => this.close());
    input.addEventListener("click", () => this.look());
  }

  /** @param {Sources} sources */
  configure(sources) {
    this.#sources = sources;
    const { input } = this.#parts.field;
    if (SIGNS.some(({ sign }) => this.#serves(sign))) input.setAttribute("aria-autocomplete", "list");
    else input.removeAttribute("aria-autocomplete");
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether it was for the list */
  key(event) {
    if (event.key !== "Escape" || !this.#list.isOpen) return this.#list.key(event);
    this.#dismissed = this.#sought?.start ?? -1;
    this.close();
    return true;
  }

  close() {
    this.#asked += 1;
    if (this.#list.isOpen) this.#list.close();
  }

  /** Another conversation is shown: what a command brings for the last one is not put into it. */
  abandon() {
    this.#conversation += 1;
  }

  /** The text or the caret moved. */
  async look() {
    const sought = this.#sought;
    if (!sought) this.#dismissed = -1;
    if (!sought || sought.start === this.#dismissed) this.close();
    else if (sought.sign === "@") await this.#show("Tags", () => this.#tags(sought));
    else await this.#show("Commands", () => this.#commands(sought));
  }

  /** @returns {Sought | undefined} */
  get #sought() {
    const { input, tagAtCaret } = this.#parts.field;
    const { selectionStart: end, selectionEnd } = input;
    if (end !== selectionEnd || tagAtCaret) return undefined;
    const before = input.value.slice(0, end);
    for (const { sign, pattern } of SIGNS) {
      const query = this.#serves(sign) ? before.match(pattern)?.[1] : undefined;
      // A name may have several words; after one that nothing was found for, the text has gone on.
      const hasGoneOn = query !== undefined && /\s/.test(query) && !this.#list.isOpen;
      if (query !== undefined && !hasGoneOn) return { sign, query, start: end - query.length - 1 };
    }
    return undefined;
  }

  /** @param {string} sign */
  #serves(sign) {
    const { entities, commands } = this.#sources;
    return sign === "@" ? Boolean(entities?.onTagSearch) : commands?.enabled === true;
  }

  /** @param {string} name @param {() => Promise<Suggestion[]>} find */
  async #show(name, find) {
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const found = await find();
      if (asked !== this.#asked) return;
      this.#list.show(name, found);
      this.#parts.say(found.length > 0 ? `${name}: ${found.length}. Arrow keys choose, Enter takes one.` : "");
    } catch (error) {
      if (asked !== this.#asked) return;
      this.close();
      this.#parts.onError(error);
    }
  }

  /** @param {Sought} sought @returns {Promise<Suggestion[]>} */
  async #tags(sought) {
    const found = (await this.#sources.entities?.onTagSearch?.(sought.query)) ?? [];
    return found.map((entity) => ({
      label: entity.title,
      icon: entity.icon,
      group: entity.group,
      choose: () => this.#take(sought, (field, span) => field.insertTag(entity, span)),
    }));
  }

  /** @param {Sought} sought @returns {Promise<Suggestion[]>} */
  async #commands(sought) {
    const words = sought.query.toLocaleLowerCase();
    const own = this.#parts.ownCommands().filter(({ label }) => label.toLocaleLowerCase().includes(words));
    const theirs = (await this.#sources.commands?.onSearch?.(sought.query)) ?? [];
    return [...own, ...theirs.map((command) => this.#command(command))].map((one) => ({
      ...one,
      choose: () => {
        this.#take(sought, (field, span) => field.insert("", span));
        one.choose();
      },
    }));
  }

  /** @param {Command} command @returns {Suggestion} */
  #command(command) {
    return { ...command, choose: () => this.#run(command) };
  }

  /** @param {Command} command */
  async #run(command) {
    const { field } = this.#parts;
    const conversation = this.#conversation;
    this.close(); // it is run once, and what it puts into the text is not looked for
    await this.#show("Commands", async () => {
      const selection = await this.#sources.commands?.onSelect?.(command);
      if (conversation !== this.#conversation) return [];
      if (selection?.type === "menu") return selection.commands.map((next) => this.#command(next));
      const { selectionStart: start, selectionEnd: end } = field.input;
      if (selection) field.insertTag(selection.entity, { start, end });
      return [];
    });
  }

  /** @param {Sought} sought @param {(field: import("./field.js").Field, span: import("./field.js").Span) => void} put something in its place */
  #take({ start }, put) {
    const { field } = this.#parts;
    this.close();
    put(field, { start, end: field.input.selectionStart });
    field.input.focus();
  }
}
