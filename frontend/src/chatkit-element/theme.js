/** The option `theme`, told to the stylesheet: a scheme, or a scheme with colours, type, corners and spacing. */

const RADII = { pill: "22px", round: "14px", soft: "8px", sharp: "0px" };
const GAPS = { compact: "12px", normal: "18px", spacious: "26px" };
const TINTS = [4, 8, 12, 18]; // percent of the accent in what stands on it, by its level
const HIGHEST_TINT = 9;
const MOST_HUE = 27; // percent of the hue in a grey whose tint is the highest

/** @typedef {{ hue: number, tint: number, shade?: number }} Grayscale tint 0 to 9; shade -4 to 4, a higher one is stronger */

/** The fonts that an element brought; they go with its theme. @type {WeakMap<HTMLElement, FontFace[]>} */
const brought = new WeakMap();

/** @param {HTMLElement} element @param {any} theme */
export function applyTheme(element, theme) {
  const {
    colorScheme,
    radius,
    density,
    typography = {},
    color: { accent, surface, grayscale } = /** @type {any} */ ({}),
  } = typeof theme === "string" ? { colorScheme: theme } : (theme ?? {});
  const values = {
    "color-scheme": colorScheme,
    "--chatkit-accent": accent?.primary,
    "--chatkit-tint": accent?.level !== undefined && onPaper(accent.primary, TINTS[accent.level]),
    "--chatkit-paper": surface?.background ?? grey(grayscale, 3),
    "--chatkit-surface": surface?.background,
    "--chatkit-line": grey(grayscale, 22),
    "--chatkit-edge": grey(grayscale, 54),
    "--chatkit-ink": surface?.foreground,
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
  bringFonts(element, typography.fontSources ?? []);
}

/** A grey with something of a hue; words keep theirs, and so their contrast. @param {Grayscale | undefined} grayscale @param {number} percent */
function grey(grayscale, percent) {
  if (!grayscale) return null;
  const { hue, tint, shade = 0 } = grayscale;
  const share = Math.round((tint / HIGHEST_TINT) * MOST_HUE);
  return onPaper(`color-mix(in srgb, hsl(${hue} 80% 50%) ${share}%, CanvasText)`, Math.max(percent + shade, 0));
}

/** @param {string} color @param {number} percent */
function onPaper(color, percent) {
  return `color-mix(in srgb, ${color} ${percent}%, Canvas)`;
}

/** @param {HTMLElement} element @param {{ family: string, src: string }[]} sources that the page names, under its own policy */
function bringFonts(element, sources) {
  for (const font of brought.get(element) ?? []) document.fonts.delete(font);
  const fonts = sources.map(
    ({ family, src, ...traits }) => new FontFace(family, `url(${JSON.stringify(src)})`, traits),
  );
  for (const font of fonts) document.fonts.add(font);
  brought.set(element, fonts);
}
