/** Links in what a server sends: only to `https:`, and never without showing where they lead. */

import { h } from "./dom.js";

const DEEP_LINK = "chatkit-link:";
/** What a reader takes for the host: a name before an “@”, or letters that only look like others, is not where it leads. */
const WRITTEN_ORIGIN = /^https:\/\/[^/?#]*/;

/** @typedef {(link: { name: string, data: Record<string, string> }) => void} OnDeepLink */

/**
 * @param {string} address
 * @param {(Node | string)[]} content
 * @param {OnDeepLink} onDeepLink
 * @returns {HTMLElement}
 */
export function link(address, content, onDeepLink) {
  const shown = h("span", {}, ...content);
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url?.protocol === DEEP_LINK) return deepLink(url, shown, onDeepLink);
  const isItsOwnText = shown.textContent === address;
  if (url?.protocol !== "https:") {
    if (!isItsOwnText) shown.append(" ", h("span", { class: "muted" }, `(${address})`));
    return shown;
  }
  const showsHost = isItsOwnText && address.match(WRITTEN_ORIGIN)?.[0] === url.origin;
  const host = showsHost ? null : h("span", { class: "muted host" }, ` (${url.host})`);
  return h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, shown, host);
}

/** What only the page itself understands. @param {URL} url @param {HTMLElement} shown @param {OnDeepLink} onDeepLink */
function deepLink(url, shown, onDeepLink) {
  const name = url.href.slice(`${DEEP_LINK}//`.length).split(/[/?#]/, 1)[0];
  const data = Object.fromEntries(url.searchParams);
  return h("button", { type: "button", class: "link", onclick: () => onDeepLink({ name, data }) }, shown);
}
