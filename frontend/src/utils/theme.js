/** The look that a person chose for this browser: light, dark, or as the system is. */

import { forBrowser } from "./storage.js";

/** @typedef {"light" | "dark" | "system"} Theme */

const KEY = "remit.theme";

/** @returns {Theme} */
export function recallTheme() {
  const kept = forBrowser.read(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** @param {Theme} theme */
export function rememberTheme(theme) {
  forBrowser.write(KEY, theme === "system" ? null : theme);
}

/** The stylesheet knows both by this attribute. @param {Theme} theme */
export function showTheme(theme) {
  if (theme === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", theme);
}
