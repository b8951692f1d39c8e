/** Builds nodes. Text only ever becomes a text node, so nothing that a server sends can become markup. */

import { icon } from "./icons.js";

/**
 * Build an element. `on…` props are listeners, `true` gives an empty attribute; null, false and "" leave out.
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value != null && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(.../** @type {(Node | string)[]} */ (children.filter((child) => child != null && child)));
  return element;
}

/**
 * A button that shows only a picture.
 * @param {string} name one of the icons
 * @param {string} label what a screen reader says
 * @param {Record<string, any>} props
 */
export function iconButton(name, label, props) {
  return h("button", { type: "button", class: "icon", "aria-label": label, title: label, ...props }, icon(name));
}

/** Scroll a list, and nothing around it, until one of its parts is in sight. @param {HTMLElement} list a positioned element @param {HTMLElement} part */
export function reveal(list, { offsetTop, offsetHeight }) {
  const lowest = offsetTop + offsetHeight - list.clientHeight;
  list.scrollTop = Math.min(Math.max(list.scrollTop, lowest), offsetTop);
}
