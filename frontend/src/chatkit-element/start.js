/** The screen of a conversation that has not begun: a greeting, and things to say. */

import { h } from "./dom.js";
import { promptIcon } from "./icons.js";

/**
 * @param {object} start
 * @param {string} [start.greeting]
 * @param {{ label: string, prompt: any, icon?: string }[]} [start.prompts]
 * @param {(prompt: any) => void} onPrompt
 */
export function startScreen({ greeting = "What can I help with today?", prompts = [] }, onPrompt) {
  const buttons = prompts.map(({ label, prompt, icon }) =>
    h("button", { type: "button", dir: "auto", onclick: () => onPrompt(prompt) }, promptIcon(icon), label),
  );
  return h("div", { class: "start" }, h("h2", { dir: "auto" }, greeting), ...buttons);
}
