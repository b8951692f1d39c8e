/** The text that is being written, in which a tag stands as one piece: drawn behind the words, deleted as a whole. */

import { h } from "./dom.js";
import { mentionsIn, pieces, tagOf } from "./draft.js";

const MAX_HEIGHT_PX = 200;
const LINE_END = "\u200b"; // without it a last line that is empty would have no height

/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {{ start: number, end: number }} Span of the text */

export class Field {
  input = /** @type {HTMLTextAreaElement} */ (h("textarea", { rows: 1, "aria-label": "Message", dir: "auto" }));
  #marks = h("div", { class: "marks", "aria-hidden": "true", dir: "auto" });
  /** @type {import("./draft.js").Tag[]} */
  #tags = [];
  #onChange;
  element;

  /** @param {() => void} onChange the person changed the text */
  constructor(onChange) {
    this.#onChange = onChange;
    this.element = h("div", { class: "field" }, this.#marks, this.input);
    this.input.addEventListener("input", () => this.#changed());
    this.input.addEventListener("scroll", () => this.#scroll());
  }

  /** @returns {Draft} */
  get draft() {
    const { value: text } = this.input;
    return { text, tags: [...new Set(mentionsIn({ text, tags: this.#tags }).map(({ tag }) => tag))] };
  }

  set draft({ text, tags = [] }) {
    this.#tags = tags;
    this.input.value = text;
    this.#draw();
  }

  /** Put words where the caret is, or in the place of some. @param {string} words @param {Span} [span] */
  insert(words, { start, end } = { start: this.input.selectionStart, end: this.input.selectionEnd }) {
    this.input.setRangeText(words, start, end, "end");
    this.#changed();
  }

  /** @param {import("./draft.js").Entity} entity @param {Span} span */
  insertTag(entity, span) {
    const tag = tagOf(entity, this.#tags);
    this.#tags = [...this.#tags.filter(({ mention }) => mention !== tag.mention), tag];
    this.insert(`${tag.mention} `, span);
  }

  /** Where a tag is that the caret is in, or behind. */
  get tagAtCaret() {
    const caret = this.input.selectionStart;
    return mentionsIn(this.#whole).find(({ start, end }) => start < caret && caret <= end);
  }

  /** A tag beside the caret is selected, so that the key takes all of it away. @param {KeyboardEvent} event */
  key({ key }) {
    const { selectionStart: caret, selectionEnd } = this.input;
    if (caret !== selectionEnd || (key !== "Backspace" && key !== "Delete")) return;
    const edge = key === "Backspace" ? "end" : "start";
    const tag = mentionsIn(this.#whole).find((mention) => mention[edge] === caret);
    if (tag) this.input.setSelectionRange(tag.start, tag.end);
  }

  /** @returns {Draft} with tags that an undone change may bring back */
  get #whole() {
    return { text: this.input.value, tags: this.#tags };
  }

  #changed() {
    this.#draw();
    this.#onChange();
  }

  #draw() {
    this.#grow();
    if (this.#tags.length === 0) {
      this.#marks.replaceChildren();
      return;
    }
    const drawn = pieces(
      this.#whole,
      (words) => /** @type {Node | string} */ (words),
      ({ mention }) => h("mark", {}, mention),
    );
    this.#marks.replaceChildren(...drawn, LINE_END);
    this.#marks.style.width = `${this.input.clientWidth}px`; // less than the field where the text has a scroll bar
    this.#scroll();
  }

  /** As high as the text is; what is not shown yet has no height to go by. */
  #grow() {
    const { style } = this.input;
    style.height = "auto";
    const { scrollHeight } = this.input;
    if (scrollHeight > 0) style.height = `${Math.min(scrollHeight, MAX_HEIGHT_PX)}px`;
  }

  #scroll() {
    this.#marks.scrollTop = this.input.scrollTop;
  }
}
