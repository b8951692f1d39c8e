/** Draws one item of a conversation. */

import { h, icon } from "./dom.js";
import { prose } from "./prose.js";
import { widget } from "./widgets.js";

/**
 * @param {import("./conversation.js").Item} item
 * @param {(action: any, item: any) => void} act
 * @returns {HTMLElement | null} null for what has nothing to show
 */
export function drawItem(item, act) {
  switch (item.type) {
    case "user_message":
      return h("article", { class: `user${item.isPending ? " pending" : ""}`, "aria-label": "You" }, textOf(item));
    case "assistant_message":
      return h("article", { class: "assistant", "aria-label": "Assistant" }, ...prose(textOf(item)));
    case "widget":
      return h(
        "div",
        { class: "widget" },
        widget(item.widget, (action) => act(action, item)),
      );
    case "workflow":
      return h("ul", { class: "steps" }, ...item.workflow.tasks.map(step));
    case "task":
      return h("ul", { class: "steps" }, step(item.task));
    case "notice":
      return h("p", { class: "notice", role: "status" }, item.title && `${item.title}. `, item.text);
    case "error":
      return h("div", { class: "error", role: "alert" }, h("p", {}, item.text), again(item.again));
    default:
      return null; // above all notes for the model, which a server may send by mistake: only what is named is shown
  }
}

/** @param {import("./conversation.js").Item} item */
export function textOf(item) {
  return []
    .concat(item.content ?? [])
    .map(({ text }) => text ?? "")
    .join("");
}

/** @param {{ title?: string, content?: string, status_indicator?: string }} task */
function step({ title, content, status_indicator: status }) {
  const isRunning = status === "loading";
  return h(
    "li",
    { class: isRunning ? "running" : "" },
    h("span", { class: "mark" }, icon(isRunning ? "open" : "done")),
    title ?? content,
  );
}

/** @param {{ label: string, run: () => void } | undefined} way */
function again(way) {
  return way && h("button", { type: "button", onclick: way.run }, way.label);
}
