/** The pictures of the buttons, drawn as one path each. */

const SVG = "http://www.w3.org/2000/svg";

const CIRCLE = "M12 12m-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0";
const THUMB = "M7 10v10M7 10l4-7c2 0 2 2 2 3v4h5.5a1.5 1.5 0 0 1 1.5 2l-2 7a1.5 1.5 0 0 1-1.5 1H4V10z";

/** @type {Record<string, string>} */
const PATHS = {
  send: "M12 19V5M5.5 11.5 12 5l6.5 6.5",
  stop: "M8 8h8v8H8z",
  history: "M4 6h16M4 12h16M4 18h10",
  new: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  rename: "M4 20h4L19 9l-4-4L4 16z",
  delete: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  attach: "M19.5 11.5l-7.6 7.6a4.6 4.6 0 0 1-6.5-6.5l8-8a3 3 0 0 1 4.3 4.3l-8 8a1.5 1.5 0 0 1-2.2-2.2l7.3-7.2",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  mic: "M9 6a3 3 0 0 1 6 0v5a3 3 0 0 1-6 0zM6 11a6 6 0 0 0 12 0M12 17v4",
  at: "M12 12m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0M15.5 8.5v4.5a2.5 2.5 0 0 0 5 0v-1a8.5 8.5 0 1 0-3.5 6.9",
  open: CIRCLE,
  done: `${CIRCLE}M8.5 12l2.5 2.5 4.5-5`,
  good: THUMB,
  bad: THUMB,
  retry: "M19 12a7 7 0 1 1-2-5M17 3v4h-4",
  // Names that the options of a header may carry.
  menu: "M4 6h16M4 12h16M4 18h16",
  home: "M4 11l8-7 8 7M6 9.5V20h12V9.5",
  back: "M15 5l-7 7 7 7",
  settings: `${CIRCLE}M12 12m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0`,
  share: "M12 15V4M8 8l4-4 4 4M5 13v6h14v-6",
  star: "M12 4l2.4 5.2 5.6.7-4.2 3.9 1.1 5.6-4.9-2.8-4.9 2.8 1.1-5.6L4 9.9l5.6-.7z",
  dots: "M6 12h.01M12 12h.01M18 12h.01",
  // … and those of a prompt.
  calendar: "M5 6h14v14H5zM5 10h14M9 3v4M15 3v4",
  search: "M11 11m-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0M15.5 15.5L20 20",
  idea: "M9 17h6M10 20h4M12 4a5.5 5.5 0 0 0-3 10v3h6v-3a5.5 5.5 0 0 0-3-10z",
  person: "M12 8m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0M5 20c1-4 4-5 7-5s6 1 7 5",
};

/** @type {[RegExp, string][]} the names of ChatKit's header icons, by what they begin with */
const HEADER = [
  [/^(menu|hamburger|sidebar|collapse|open-|double)/, "menu"],
  [/^home/, "home"],
  [/^back/, "back"],
  [/^(compose|write)/, "rename"],
  [/^(history|star|close|share|settings)/, ""],
];

/** @type {[RegExp, string][]} the same of a prompt's */
const PROMPT = [
  [/^(calendar|clock)/, "calendar"],
  [/^check/, "done"],
  [/^(plus|square-plus)/, "new"],
  [/^(search|globe|page-text-search)/, "search"],
  [/^(lightbulb|sparkle|suggest|bolt)/, "idea"],
  [/^(profile|user)/, "person"],
  [/^(write|square-text|notebook)/, "rename"],
  [/^(document|page-blank|file)/, "file"],
  [/^paperclip/, "attach"],
  [/^mic/, "mic"],
  [/^(list|notepad)/, "history"],
  [/^star/, "star"],
];

/** @param {string} name one of PATHS */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** The nearest of our pictures for a header's icon. @param {string} name of ChatKit */
export function headerIcon(name) {
  const [, found] = HEADER.find(([pattern]) => pattern.test(name)) ?? [null, "dots"];
  return found || name.split("-")[0];
}

/** The nearest of our pictures for a prompt's icon. @param {string} [name] of ChatKit @returns {SVGElement | null} */
export function promptIcon(name = "") {
  const plain = name.replace(/^lucide:/, "");
  const [, found] = PROMPT.find(([pattern]) => pattern.test(plain)) ?? [null, ""];
  return found ? icon(found) : null;
}
