/** Draws the widgets that a server may send: cards, lists, rows, text, buttons and checkboxes. */

import { h, icon } from "./dom.js";

/** @typedef {(action: any) => void} Act */

/**
 * @param {any} node a component of a widget
 * @param {Act} act what to do with the action of a button, a row or a checkbox
 * @returns {HTMLElement}
 */
export function widget(node, act) {
  const children = [].concat(node.children ?? []).map((child) => widget(child, act));
  return (WIDGETS[node.type] ?? text)(node, children, act);
}

/** @type {Record<string, (node: any, children: HTMLElement[], act: Act) => HTMLElement>} */
const WIDGETS = {
  Card: (node, children, act) =>
    h("div", { class: "panel", role: "group" }, ...children, answers([node.confirm, node.cancel].filter(Boolean), act)),
  ListView: (_node, children) => h("ul", { class: "panel rows" }, ...children),
  ListViewItem: (node, children, act) =>
    h(
      "li",
      {},
      node.onClickAction ? action("row", node.onClickAction, children, act) : h("div", { class: "row" }, ...children),
    ),
  Row: (_node, children) => h("div", { class: "row" }, ...children),
  Col: (_node, children) => h("div", { class: "column" }, ...children),
  Box: (_node, children) => h("div", { class: "column" }, ...children),
  Spacer: () => h("span", { class: "spacer" }),
  Divider: () => h("hr"),
  Icon: (node) => h("span", { class: "mark" }, icon(node.name?.startsWith("check") ? "done" : "open")),
  Title: (node) => h("p", { class: "title" }, node.value),
  Caption: (node) => h("p", { class: "muted" }, node.value),
  Badge: (node) => h("span", { class: "badge" }, node.label),
  Button: (node, _children, act) => action("", node.onClickAction, [node.label], act),
  Checkbox: (node, _children, act) =>
    h(
      "label",
      { class: "row" },
      h("input", { type: "checkbox", checked: node.defaultChecked, onchange: () => act(node.onChangeAction) }),
      node.label,
    ),
};

/** Text, Markdown and whatever this element does not know. @param {any} node @param {HTMLElement[]} children */
function text(node, children) {
  return h("div", { class: "text" }, node.value ?? node.label, ...children);
}

/** @param {{ label: string, action: any }[]} buttons @param {Act} act */
function answers(buttons, act) {
  if (buttons.length === 0) return null;
  return h("div", { class: "answers" }, ...buttons.map(({ label, action: does }) => action("", does, [label], act)));
}

/** @param {string} style @param {any} does @param {(Node | string)[]} content @param {Act} act */
function action(style, does, content, act) {
  return h("button", { type: "button", class: style, onclick: () => act(does) }, ...content);
}
