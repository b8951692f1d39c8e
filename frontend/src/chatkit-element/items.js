/** Draws one item of a conversation; an assistant's message is drawn by `answer.js`. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { link } from "./links.js";
import { Notice } from "./notice.js";
import { tag } from "./tag.js";
import { widget } from "./widgets.js";

/**
 * @typedef {object} ItemHandlers
 * @property {import("./widgets.js").Act} onAction
 * @property {import("./links.js").OnDeepLink} onDeepLink
 * @property {() => import("./tag.js").Entities} entities
 * @property {(error: unknown) => void} onError a function of the page's failed
 */

/**
 * @param {import("./conversation.js").Item} item
 * @param {ItemHandlers} handlers
 * @returns {HTMLElement | null} null for what has nothing to show
 */
export function drawItem(item, handlers) {
  switch (item.type) {
    case "user_message":
      return userMessage(item, handlers);
    case "widget":
      return h("div", { class: "widget" }, widget(item, handlers));
    case "workflow":
      return workflow(item.workflow);
    case "task":
      return h("ul", { class: "steps" }, step(item.task));
    case "generated_image":
      return picture(item.image, handlers);
    case "notice":
    case "error":
      return new Notice(item).element;
    default:
      return null; // above all notes for the model, which a server may send by mistake: only what is named is shown
  }
}

/** @param {import("./conversation.js").Item} item @param {ItemHandlers} handlers */
function userMessage(item, handlers) {
  const quoted = item.quoted_text && h("blockquote", { dir: "auto" }, item.quoted_text);
  const files = (item.attachments ?? []).map((/** @type {{ name: string }} */ { name }) =>
    h("li", { class: "badge", dir: "auto" }, name),
  );
  const props = { class: `user${item.isPending ? " pending" : ""}`, "aria-label": "You", dir: "auto" };
  const words = (item.content ?? []).map((/** @type {any} */ part) =>
    part.type === "input_tag" ? tag(part, handlers) : part.text,
  );
  return h("article", props, quoted, ...words, files.length > 0 && h("ul", { "aria-label": "Files" }, ...files));
}

/** @param {{ tasks: any[], summary?: any, expanded?: boolean }} workflow */
function workflow({ tasks, summary, expanded }) {
  const steps = h("ul", { class: "steps" }, ...tasks.filter(Boolean).map(step));
  const title = summary?.title ?? (summary?.duration && `Worked for ${summary.duration} s`);
  return title && tasks.length > 1
    ? h("details", { class: "steps", open: expanded }, h("summary", {}, title), steps)
    : steps;
}

/** @param {any} task */
function step({ title, title_query: query, content, sources = [], status_indicator: status }) {
  const isRunning = status === "loading";
  const words =
    title ?? query ?? content ?? sources.map((/** @type {any} */ from) => from.title ?? from.filename).join(", ");
  const mark = h("span", { class: "mark" }, icon(isRunning ? "open" : "done"));
  return h("li", { class: isRunning ? "running" : "" }, mark, h("span", { dir: "auto" }, words));
}

/** Its address could be anyone's: it is named, and opened only by the person. @param {any} image @param {ItemHandlers} handlers */
function picture(image, { onDeepLink }) {
  if (!image?.url) return h("p", { class: "muted" }, "A picture is being made…");
  return h("p", {}, link(image.url, ["A picture was made"], onDeepLink));
}
