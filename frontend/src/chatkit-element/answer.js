/** One answer of the assistant: its text as it grows, its sources, and what the person can do with it. */

import { h, iconButton } from "./dom.js";
import { link } from "./links.js";
import { Markdown } from "./markdown.js";

/**
 * @typedef {object} AnswerHandlers
 * @property {(id: string, kind: "positive" | "negative") => Promise<boolean>} onRate
 * @property {() => void} onRetry
 * @property {import("./links.js").OnDeepLink} onDeepLink
 */

/** @typedef {{ feedback?: boolean, retry?: boolean }} ItemActions the option of that name */

export class Answer {
  element = h("article", { class: "assistant", "aria-label": "Assistant" });
  #text = h("div", { class: "prose" });
  #sources = h("ul", { class: "sources", "aria-label": "Sources", hidden: true });
  #good;
  #bad;
  #retry;
  /** What can be done with it; stands at the end of all that came with it. */
  tools;
  #markdown;
  #handlers;
  #id;
  /** @type {"positive" | "negative" | null} */
  #rating = null;

  /** @param {string} id @param {AnswerHandlers} handlers */
  constructor(id, handlers) {
    this.#id = id;
    this.#handlers = handlers;
    this.#markdown = new Markdown(this.#text, handlers.onDeepLink);
    this.#good = iconButton(
      "good",
      "Good answer",
      rating(() => this.#rate("positive")),
    );
    this.#bad = iconButton(
      "bad",
      "Bad answer",
      rating(() => this.#rate("negative")),
    );
    this.#bad.classList.add("down");
    this.#retry = iconButton("retry", "Answer again", { onclick: handlers.onRetry });
    const group = { class: "tools", role: "group", "aria-label": "This answer", hidden: true };
    this.tools = h("div", group, this.#good, this.#bad, this.#retry);
    this.element.append(this.#text, this.#sources);
  }

  /** @param {import("./conversation.js").Item} item */
  show(item) {
    const parts = /** @type {any[]} */ ([]).concat(item.content ?? []);
    this.#markdown.show(textOf(item));
    const sources = parts.flatMap(({ annotations }) => annotations ?? []).filter(Boolean);
    this.#sources.replaceChildren(...sources.map((annotation) => source(annotation, this.#handlers.onDeepLink)));
    this.#sources.hidden = sources.length === 0;
  }

  /**
   * @param {ItemActions} actions
   * @param {{ isWhole: boolean, isLast: boolean }} state only the last answer can be asked for again
   */
  offer({ feedback = false, retry = false }, { isWhole, isLast }) {
    this.#good.hidden = this.#bad.hidden = !feedback;
    this.#retry.hidden = !retry || !isLast;
    this.tools.hidden = !isWhole || (this.#good.hidden && this.#retry.hidden);
  }

  /** @param {"positive" | "negative"} kind */
  async #rate(kind) {
    const before = this.#rating;
    if (kind === before) return;
    this.#showRating(kind);
    if (!(await this.#handlers.onRate(this.#id, kind))) this.#showRating(before);
  }

  /** @param {"positive" | "negative" | null} kind */
  #showRating(kind) {
    this.#rating = kind;
    this.#good.setAttribute("aria-pressed", String(kind === "positive"));
    this.#bad.setAttribute("aria-pressed", String(kind === "negative"));
  }
}

/** @param {import("./conversation.js").Item} item */
export function textOf(item) {
  return []
    .concat(item.content ?? [])
    .map(({ text }) => text ?? "")
    .join("");
}

/** @param {() => void} onclick */
function rating(onclick) {
  return { onclick, "aria-pressed": "false" };
}

/** @param {any} annotation @param {import("./links.js").OnDeepLink} onDeepLink */
function source({ source: from = {} }, onDeepLink) {
  const name = from.title || from.filename || from.url || "A source without a name";
  return h("li", { dir: "auto" }, from.url ? link(from.url, [name], onDeepLink) : name);
}
