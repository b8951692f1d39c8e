/** Shows an assistant's text: paragraphs, line breaks and lists; everything else as it is written. */

import { h } from "./dom.js";

const BULLET = /^\s*[-*•]\s+(.*)$/;
const NUMBER = /^\s*(\d{1,3})[.)]\s+(.*)$/;

/**
 * @param {string} text
 * @returns {HTMLElement[]} blocks in order
 */
export function prose(text) {
  /** @type {HTMLElement[]} */
  const blocks = [];
  /** @type {HTMLElement | null} */
  let open = null;
  for (const line of text.split("\n")) {
    const { tag, content, start } = read(line);
    if (!tag) {
      open = null;
      continue;
    }
    if (open?.localName !== tag) {
      open = h(tag, { start });
      blocks.push(open);
    }
    if (tag === "p") open.append(...(open.hasChildNodes() ? [h("br")] : []), content);
    else open.append(h("li", {}, content));
  }
  return blocks;
}

/**
 * @param {string} line
 * @returns {{ tag: "ul" | "ol" | "p" | "", content: string, start?: string }}
 */
function read(line) {
  const bullet = BULLET.exec(line);
  if (bullet) return { tag: "ul", content: bullet[1] };
  const number = NUMBER.exec(line);
  if (number) return { tag: "ol", content: number[2], start: number[1] };
  return { tag: line.trim() ? "p" : "", content: line };
}
