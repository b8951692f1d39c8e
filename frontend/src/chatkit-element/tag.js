/** Something that a message names: its words, and, where the page has more to tell of it, a button with a preview. */

import { h } from "./dom.js";
import { widget } from "./widgets.js";

const PREVIEW_MS = 200; // the pointer that only passes asks for nothing
const MARGIN_PX = 8;

/** @typedef {import("./draft.js").Entity} Entity */

/**
 * @typedef {object} Entities the option of that name
 * @property {(entity: Entity) => void} [onClick]
 * @property {(entity: Entity) => Promise<{ preview: any }>} [onRequestPreview]
 */

/**
 * @param {import("./draft.js").TagPart} part
 * @param {import("./items.js").ItemHandlers} handlers
 * @returns {HTMLElement}
 */
export function tag({ id, text, group, data, interactive = false }, handlers) {
  const { onClick, onRequestPreview } = handlers.entities();
  if (!interactive || !(onClick || onRequestPreview)) return h("span", { class: "tag" }, text);
  const entity = { id, title: text, interactive, ...(group && { group }), ...(data && { data }) };
  const button = h("button", { type: "button", class: "tag", onclick: () => onClick?.(entity) }, text);
  if (!onRequestPreview) return button;
  return new Preview(button, async () => (await onRequestPreview(entity)).preview, handlers).element;
}

let previews = 0;

/** Comes with the pointer or the focus, and goes when one of them does, or on Escape. */
class Preview {
  element;
  #button;
  #box = h("div", { class: "preview", popover: "manual", role: "tooltip" });
  #handlers;
  #load;
  /** @type {Promise<any> | null} */
  #loading = null;
  #isWanted = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {HTMLElement} button @param {() => Promise<any>} load a widget, or null @param {import("./items.js").ItemHandlers} handlers */
  constructor(button, load, handlers) {
    this.#button = button;
    this.#load = load;
    this.#handlers = handlers;
    previews += 1;
    this.#box.id = `preview-${previews}`;
    this.element = h("span", { class: "tagged" }, button);
    this.element.addEventListener("pointerenter", () => this.#want());
    this.element.addEventListener("pointerleave", () => this.#hide());
    this.element.addEventListener("focusin", () => this.#want());
    this.element.addEventListener("focusout", () => this.#hide());
    this.element.addEventListener("keydown", ({ key }) => key === "Escape" && this.#hide());
  }

  #want() {
    this.#isWanted = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#show(), PREVIEW_MS);
  }

  #hide() {
    this.#isWanted = false;
    clearTimeout(this.#timer);
    this.#button.removeAttribute("aria-describedby");
    this.#box.remove();
  }

  async #show() {
    this.#loading ??= this.#load();
    const shown = await this.#loading.catch((error) => {
      this.#loading = null; // it is asked for again the next time
      this.#handlers.onError(error);
    });
    if (!shown || !this.#isWanted) return;
    this.#box.replaceChildren(widget({ type: "widget", widget: shown }, this.#handlers));
    this.element.append(this.#box);
    this.#button.setAttribute("aria-describedby", this.#box.id);
    this.#box.showPopover?.(); // above everything, where nothing cuts it off
    this.#place();
  }

  /** Below the tag, or above where there is no room, and never beyond the screen. */
  #place() {
    const tag = this.#button.getBoundingClientRect();
    const { width, height } = this.#box.getBoundingClientRect();
    const left = Math.min(tag.left, window.innerWidth - width - MARGIN_PX);
    const top = tag.bottom + height > window.innerHeight ? tag.top - height : tag.bottom;
    Object.assign(this.#box.style, { left: `${Math.max(left, MARGIN_PX)}px`, top: `${Math.max(top, MARGIN_PX)}px` });
  }
}
