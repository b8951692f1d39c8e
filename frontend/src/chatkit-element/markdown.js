/** Shows Markdown: a library reads it, and only nodes of ours are made of what it read. Raw HTML stays text. */

import { Lexer, Tokenizer } from "marked";
import { h } from "./dom.js";
import { link } from "./links.js";

const SMALLEST_HEADING = 6;
const HEADINGS_ABOVE = 2; // the page's and the conversation's own

/** @type {Record<string, string>} what a name stands for; another one stays as it is written */
const ENTITIES = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  hellip: "…",
  ndash: "–",
  mdash: "—",
};
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi;

/** Takes no HTML for HTML: a tag is text like any other, and Markdown between two tags stays Markdown. */
class TextTokenizer extends Tokenizer {
  /** @override @returns {undefined} */
  html() {
    return undefined;
  }

  /** @override @returns {undefined} */
  tag() {
    return undefined;
  }
}

/** @typedef {any} Token of marked: its shape differs by `type` */
/** @typedef {import("./links.js").OnDeepLink} OnDeepLink */

/** A text that grows: a block that is drawn stays, so that what a person selected in it stays selected. */
export class Markdown {
  element;
  #onDeepLink;
  /** @type {{ raw: string, node: Node }[]} */
  #blocks = [];

  /** @param {HTMLElement} element @param {OnDeepLink} onDeepLink */
  constructor(element, onDeepLink) {
    this.element = element;
    this.#onDeepLink = onDeepLink;
  }

  /** @param {string} text */
  show(text) {
    const tokens = Lexer.lex(text, { gfm: true, breaks: true, tokenizer: new TextTokenizer() });
    const links = JSON.stringify(tokens.links); // a link's address may stand anywhere in the text
    const wanted = tokens.filter((token) => draws(token)).map((token) => ({ token, raw: token.raw + links }));
    const kept = wanted.findIndex(({ raw }, at) => this.#blocks[at]?.raw !== raw);
    const from = kept === -1 ? wanted.length : kept;
    for (const { node } of this.#blocks.splice(from)) /** @type {ChildNode} */ (node).remove();
    for (const { token, raw } of wanted.slice(from)) {
      const node = block(token, this.#onDeepLink);
      this.#blocks.push({ raw, node });
      this.element.append(node);
    }
  }
}

/** @param {Token} token */
function draws({ type }) {
  return type !== "space" && type !== "def";
}

/** @param {Token} token @param {OnDeepLink} go @returns {Node} */
function block(token, go) {
  switch (token.type) {
    case "heading":
      return h(`h${Math.min(token.depth + HEADINGS_ABOVE, SMALLEST_HEADING)}`, { dir: "auto" }, ...inlines(token, go));
    case "paragraph":
      return h("p", { dir: "auto" }, ...inlines(token, go));
    case "blockquote":
      return h("blockquote", {}, ...blocks(token.tokens, go));
    case "code":
      return h("pre", { tabindex: 0, role: "group", "aria-label": "Code" }, h("code", {}, token.text));
    case "hr":
      return h("hr");
    case "list":
      return h(
        token.ordered ? "ol" : "ul",
        { start: token.start, dir: "auto" },
        ...token.items.map((/** @type {Token} */ item) => listItem(item, go)),
      );
    case "table":
      return table(token, go);
    default:
      return h("p", { dir: "auto" }, ...inline(token, go));
  }
}

/** @param {Token[]} tokens @param {OnDeepLink} go */
function blocks(tokens, go) {
  return tokens.filter(draws).map((token) => block(token, go));
}

/** @param {Token} item @param {OnDeepLink} go */
function listItem(item, go) {
  const isInline = (/** @type {Token} */ { type }) => type === "text" || type === "checkbox";
  const content = item.tokens
    .filter(draws)
    .flatMap((/** @type {Token} */ token) => (isInline(token) ? inline(token, go) : [block(token, go)]));
  return h("li", { dir: "auto" }, ...content);
}

/** @param {Token} token @param {OnDeepLink} go */
function table({ header, rows }, go) {
  /** @param {Token[]} cells @param {"th" | "td"} tag */
  const row = (cells, tag) => h("tr", {}, ...cells.map((cell) => h(tag, { dir: "auto" }, ...inlines(cell, go))));
  const head = h("thead", {}, row(header, "th"));
  const body = h("tbody", {}, ...rows.map((/** @type {Token[]} */ cells) => row(cells, "td")));
  return h("div", { class: "table", tabindex: 0, role: "group", "aria-label": "Table" }, h("table", {}, head, body));
}

/** @param {{ tokens?: Token[] }} token @param {OnDeepLink} go @returns {(Node | string)[]} */
function inlines({ tokens = [] }, go) {
  return tokens.flatMap((token) => inline(token, go));
}

/** @param {Token} token @param {OnDeepLink} go @returns {(Node | string)[]} */
function inline(token, go) {
  switch (token.type) {
    case "strong":
    case "em":
    case "del":
      return [h(token.type, {}, ...inlines(token, go))];
    case "codespan":
      return [h("code", {}, token.text)];
    case "br":
      return [h("br")];
    case "link":
      return [link(plain(token.href), inlines(token, go), go)];
    case "image":
      return [`[picture: ${plain(token.text) || "no description"}]`]; // never loaded: its address could carry words away
    case "checkbox":
      return [token.checked ? "☑ " : "☐ "];
    case "text":
      return token.tokens ? inlines(token, go) : [plain(token.text)];
    case "escape":
      return [token.text];
    default:
      return [token.raw];
  }
}

/** @param {string} text */
function plain(text) {
  return text.replace(ENTITY, (written, decimal, hex, name) => {
    if (name) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : written; // “constructor” is none of them
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : written;
  });
}
