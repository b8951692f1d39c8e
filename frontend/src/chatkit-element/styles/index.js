/** The element's own look, in the order in which it applies. */

import composer from "./composer.css?inline";
import frame from "./frame.css?inline";
import hidden from "./hidden.css?inline";
import history from "./history.css?inline";
import items from "./items.css?inline";
import prose from "./prose.css?inline";
import shelf from "./shelf.css?inline";
import start from "./start.css?inline";
import suggestions from "./suggestions.css?inline";
import widgets from "./widgets.css?inline";

const css = [frame, items, prose, start, widgets, composer, shelf, suggestions, history, hidden].join("\n");

/** A constructed one needs no 'unsafe-inline' of the page's policy. */
export function styleSheet() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return sheet;
}
