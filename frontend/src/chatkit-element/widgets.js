/** Draws the widgets that a server may send: cards, lists, rows, text, buttons and checkboxes. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { Markdown } from "./markdown.js";

/** @typedef {(action: any, item: any, control: HTMLElement) => void} Act what a pressed control does */
/** @typedef {{ item: any, handlers: import("./items.js").ItemHandlers }} Place the widget that a component is part of */

/**
 * @param {import("./conversation.js").Item} item
 * @param {import("./items.js").ItemHandlers} handlers
 */
export function widget(item, handlers) {
  return component(item.widget, { item, handlers });
}

/** @param {any} node @param {Place} place @returns {HTMLElement} */
function component(node, place) {
  const children = [].concat(node.children ?? []).map((child) => component(child, place));
  return (COMPONENTS[node.type] ?? text)(node, children, place);
}

/** @type {Record<string, (node: any, children: HTMLElement[], place: Place) => HTMLElement>} */
const COMPONENTS = {
  Card: (node, children, place) =>
    h(
      "div",
      { class: "panel", role: "group", "aria-label": titleOf(node) },
      status(node),
      ...children,
      answers(node, place),
    ),
  ListView: (node, children) =>
    h("div", { class: "panel list" }, status(node), h("ul", { class: "rows" }, ...children)),
  ListViewItem: (node, children, place) => {
    if (node.onClickAction) return h("li", {}, action("row", node.onClickAction, children, place));
    const row = h("li", {}, h("div", { class: "row" }, ...children));
    const name = row.querySelector(".text, .title")?.textContent;
    // Many rows have a button of the same words: heard alone, it must say which row it belongs to.
    for (const button of row.querySelectorAll("button")) button.ariaLabel = `${button.textContent}: ${name}`;
    return row;
  },
  Basic: (_node, children) => h("div", { class: "column" }, ...children),
  Row: (_node, children) => h("div", { class: "row" }, ...children),
  Col: (_node, children) => h("div", { class: "column" }, ...children),
  Box: (node, children) => h("div", { class: node.direction === "row" ? "row" : "column" }, ...children),
  Transition: (_node, children) => h("div", { class: "column" }, ...children),
  Table: (_node, children) => h("table", {}, h("tbody", {}, ...children)),
  "Table.Row": (_node, children) => h("tr", {}, ...children),
  "Table.Cell": (node, children) => h("td", { colspan: node.colSpan, rowspan: node.rowSpan }, ...children),
  Spacer: () => h("span", { class: "spacer" }),
  Divider: () => h("hr"),
  Icon: (node) => h("span", { class: "mark" }, icon(node.name?.startsWith("check") ? "done" : "open")),
  Image: (node) => h("span", { class: "muted" }, node.alt && `[picture: ${node.alt}]`), // never loaded
  Title: (node) => h("p", { class: "title", dir: "auto" }, node.value),
  Caption: (node) => h("p", { class: "muted", dir: "auto" }, node.value),
  Badge: (node) => h("span", { class: "badge", dir: "auto" }, node.label),
  Markdown: (node, _children, { handlers }) => {
    const prose = new Markdown(h("div", { class: "prose" }), handlers.onDeepLink);
    prose.show(node.value ?? "");
    return prose.element;
  },
  Button: (node, _children, place) => {
    const style = node.style === "primary" ? "primary" : "";
    return action(style, node.onClickAction, [node.label ?? node.iconStart ?? ""], place, node.disabled);
  },
  Checkbox: (node, _children, place) => {
    const input = h("input", { type: "checkbox", checked: node.defaultChecked, disabled: node.disabled });
    const onchange = () => node.onChangeAction && place.handlers.onAction(node.onChangeAction, place.item, input);
    input.addEventListener("change", onchange);
    return h("label", { class: "row" }, input, node.label);
  },
};

/** Text and whatever this element does not know. @param {any} node @param {HTMLElement[]} children */
function text(node, children) {
  const style = `text${node.lineThrough ? " done" : ""}`;
  return h("div", { class: style, dir: "auto" }, node.value ?? node.label, ...children);
}

/** @param {any} node */
function status({ status: state }) {
  return state?.text && h("p", { class: "muted", dir: "auto" }, state.text);
}

/** @param {any} node */
function titleOf({ children }) {
  return /** @type {any[]} */ ([]).concat(children ?? []).find(({ type }) => type === "Title")?.value;
}

/** @param {any} card @param {Place} place */
function answers({ confirm, cancel }, place) {
  const buttons = [confirm && ["primary", confirm], cancel && ["", cancel]].filter(Boolean);
  if (buttons.length === 0) return null;
  return h(
    "div",
    { class: "answers" },
    ...buttons.map(([style, { label, action: does }]) => action(style, does, [label], place)),
  );
}

/**
 * @param {string} style @param {any} does @param {(Node | string)[]} content
 * @param {Place} place @param {boolean} [disabled]
 */
function action(style, does, content, { item, handlers }, disabled = false) {
  const button = h("button", { type: "button", class: style, disabled: disabled || !does }, ...content);
  button.addEventListener("click", () => handlers.onAction(does, item, button));
  return button;
}
