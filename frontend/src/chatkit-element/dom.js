/** Builds nodes. Text only ever becomes a text node, so nothing that a server sends can become markup. */

const SVG = "http://www.w3.org/2000/svg";

/** @type {Record<string, string>} */
const ICONS = {
  send: "M12 19V5M5.5 11.5 12 5l6.5 6.5",
  stop: "M8 8h8v8H8z",
  history: "M4 6h16M4 12h16M4 18h10",
  new: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  rename: "M4 20h4L19 9l-4-4L4 16z",
  delete: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  open: "M12 12m-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0",
  done: "M12 12m-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0M8.5 12l2.5 2.5 4.5-5",
};

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

/** @param {string} name one of ICONS */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * A button that shows only a picture.
 * @param {string} name one of ICONS
 * @param {string} label what a screen reader says
 * @param {Record<string, any>} props
 */
export function iconButton(name, label, props) {
  return h("button", { type: "button", class: "icon", "aria-label": label, title: label, ...props }, icon(name));
}
