/** What a person has written and not sent yet: words, the things that are named among them, what it answers, and files. */

/** @typedef {{ type: "input_tag", id: string, text: string, group?: string, data?: Record<string, unknown>, interactive?: boolean }} TagPart */
/** @typedef {TagPart | { type: "input_text", text: string }} Part of a message, as the protocol has it */
/** @typedef {{ mention: string, part: TagPart }} Tag the words that stand for something in the text, and what that is */
/** @typedef {{ id: string, name: string, type?: string, mime_type: string }} Attachment that the server has already */
/** @typedef {{ id: string, title: string, icon?: string, group?: string, data?: Record<string, unknown>, interactive?: boolean }} Entity */

/**
 * @typedef {object} Draft
 * @property {string} text
 * @property {Tag[]} [tags] a mention that the text no longer has is a word like any other
 * @property {string} [quote]
 * @property {Attachment[]} [attachments]
 */

/** @type {Draft} */
export const EMPTY = Object.freeze({ text: "" });

const GOES_ON = /^[\p{L}\p{N}]/u;

/** @param {Draft} draft */
export function isEmpty({ text, quote, attachments = [] }) {
  return !text && !quote && attachments.length === 0;
}

/**
 * Where the text mentions one of the tags, in order; the longest name wins, and none ends in the middle of a word.
 * @param {Draft} draft
 */
export function mentionsIn({ text, tags = [] }) {
  const longestFirst = tags.toSorted((one, other) => other.mention.length - one.mention.length);
  const found = [];
  let at = text.indexOf("@");
  while (at !== -1) {
    const start = at;
    const tag = longestFirst.find(({ mention }) => isWhole(text, start, mention));
    const end = start + (tag?.mention.length ?? 1);
    if (tag) found.push({ start, end, tag });
    at = text.indexOf("@", end);
  }
  return found;
}

/** @param {string} text @param {number} at @param {string} mention */
function isWhole(text, at, mention) {
  return text.startsWith(mention, at) && !GOES_ON.test(text.slice(at + mention.length));
}

/**
 * The text in pieces: words, and the tags that are mentioned.
 * @template T
 * @param {Draft} draft
 * @param {(words: string) => T} ofWords @param {(tag: Tag) => T} ofTag
 * @returns {T[]}
 */
export function pieces(draft, ofWords, ofTag) {
  const made = [];
  let from = 0;
  for (const { start, end, tag } of mentionsIn(draft)) {
    if (start > from) made.push(ofWords(draft.text.slice(from, start)));
    made.push(ofTag(tag));
    from = end;
  }
  if (from < draft.text.length) made.push(ofWords(draft.text.slice(from)));
  return made;
}

/** @param {Draft} draft @returns {Part[]} */
export function partsOf(draft) {
  return pieces(
    draft,
    (text) => /** @type {Part} */ ({ type: "input_text", text }),
    ({ part }) => part,
  );
}

/** @param {any[]} parts @returns {Draft} */
export function draftOf(parts) {
  /** @type {Tag[]} */
  const tags = [];
  let text = "";
  let isTagBefore = false;
  for (const part of parts) {
    const isTag = part.type === "input_tag";
    const words = isTag ? tagOf({ ...part, title: part.text.replace(/^@/, "") }, tags).mention : (part.text ?? "");
    if (isTag) tags.push({ mention: words, part: { data: {}, ...part } });
    text += isTagBefore && GOES_ON.test(words) ? ` ${words}` : words; // run into a word, the tag would be none
    isTagBefore = isTag;
  }
  return { text, tags };
}

/**
 * Name something under words that stand for nothing else in this text.
 * @param {Entity} entity
 * @param {Tag[]} tags that are taken
 * @returns {Tag}
 */
export function tagOf({ id, title, group, data = {}, interactive = false }, tags) {
  const names = [title, ...(group ? [`${title} (${group})`] : []), `${title} (${id})`];
  const mentions = names.map((name) => `@${name.trim().replace(/\s+/g, " ")}`);
  const isFree = (/** @type {string} */ mention) => !tags.some((tag) => tag.mention === mention && tag.part.id !== id);
  const mention = mentions.find(isFree) ?? mentions[0];
  return { mention, part: { type: "input_tag", id, text: title, ...(group && { group }), data, interactive } };
}

/** One after the other; what has the same name in two of them gets another in one. @param {...Draft} drafts @returns {Draft} */
export function joined(...drafts) {
  const lines = drafts.filter(({ text }) => text).map(partsOf);
  return {
    ...draftOf(lines.flatMap((parts, at) => (at === 0 ? parts : [{ type: "input_text", text: "\n" }, ...parts]))),
    quote: drafts.find(({ quote }) => quote)?.quote,
    attachments: drafts.flatMap(({ attachments = [] }) => attachments),
  };
}

/**
 * @param {Draft} draft
 * @param {{ tool?: { id: string } | null, model?: string | null }} choices
 */
export function inputOf(draft, { tool, model }) {
  return {
    content: partsOf(draft),
    quoted_text: draft.quote ?? "",
    attachments: (draft.attachments ?? []).map(({ id }) => id),
    inference_options: { ...(tool && { tool_choice: tool }), ...(model && { model }) },
  };
}

/** Whether both would be the same message. @param {Draft} one @param {Draft} other */
export function isSame(one, other) {
  const [first, second] = [one, other].map((draft) => inputOf({ ...draft, text: draft.text.trim() }, {}));
  return JSON.stringify(first) === JSON.stringify(second);
}
