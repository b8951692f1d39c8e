/** The option `theme`, told to the stylesheet: a scheme, or a scheme with colours, type, corners and spacing. */

const RADII = { pill: "22px", round: "14px", soft: "8px", sharp: "0px" };
const GAPS = { compact: "12px", normal: "18px", spacious: "26px" };

/** @param {HTMLElement} element @param {any} theme */
export function applyTheme(element, theme) {
  const {
    colorScheme,
    radius,
    density,
    typography = {},
    color = {},
  } = typeof theme === "string" ? { colorScheme: theme } : (theme ?? {});
  const values = {
    "color-scheme": colorScheme,
    "--chatkit-accent": color.accent?.primary,
    "--chatkit-paper": color.surface?.background,
    "--chatkit-surface": color.surface?.background,
    "--chatkit-ink": color.surface?.foreground,
    "--chatkit-radius": RADII[/** @type {keyof typeof RADII} */ (radius)],
    "--chatkit-gap": GAPS[/** @type {keyof typeof GAPS} */ (density)],
    "--chatkit-mono": typography.fontFamilyMono,
    "font-family": typography.fontFamily,
    "font-size": typography.baseSize && `${typography.baseSize}px`,
  };
  for (const [name, value] of Object.entries(values)) {
    if (value) element.style.setProperty(name, value);
    else element.style.removeProperty(name);
  }
}
