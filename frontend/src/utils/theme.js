/** The look that a person chose for this browser: light, dark, or as the system is. */

/** @typedef {"light" | "dark" | "system"} Theme */

const KEY = "remit.theme";

/** @returns {Theme} */
export function recallTheme() {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** @param {Theme} theme */
export function rememberTheme(theme) {
  if (theme === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
}

/** The stylesheet knows both by this attribute. @param {Theme} theme */
export function showTheme(theme) {
  if (theme === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", theme);
}
