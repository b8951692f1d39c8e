/** Which files the option `composer.attachments` lets in, and in words why one may not come. */

const KB = 1024;
const MB = KB * KB;
const LARGEST = 100 * MB;
const MOST = 10;

/**
 * @typedef {object} FileOptions
 * @property {boolean} [enabled]
 * @property {number | Record<string, number>} [maxSize] in bytes, of all or by kind
 * @property {number} [maxCount]
 * @property {Record<string, string[]>} [accept] kinds, each with the ends of names that it has
 */

/** What the browser's own dialog offers. @param {FileOptions} options */
export function offered({ accept = {} }) {
  return Object.entries(accept).flat(2).join(",");
}

/**
 * @param {File} file
 * @param {FileOptions} options
 * @param {number} count of the files that are there already
 * @returns {string} "" where it may come
 */
export function whyNot(file, options, count) {
  const { accept = {}, maxCount = MOST } = options;
  const kinds = Object.entries(accept);
  const name = file.name.toLowerCase();
  const isTaken = kinds.some(
    ([kind, ends]) => isKind(file.type, kind) || ends.some((end) => name.endsWith(end.toLowerCase())),
  );
  if (kinds.length > 0 && !isTaken) return `“${file.name}” is no kind of file that is taken here.`;
  const largest = largestOf(file.type, options.maxSize);
  if (file.size > largest) return `“${file.name}” is larger than ${inWords(largest)}.`;
  if (count < maxCount) return "";
  return maxCount === 1 ? "Only one file goes with a message." : `At most ${maxCount} files go with a message.`;
}

/** The limit that names the kind most exactly. @param {string} type @param {number | Record<string, number>} [maxSize] */
function largestOf(type, maxSize = LARGEST) {
  if (typeof maxSize === "number") return maxSize;
  const wide = Object.keys(maxSize).find((kind) => kind.endsWith("/*") && isKind(type, kind));
  return maxSize[type] ?? maxSize[wide ?? "*"] ?? maxSize["*"] ?? maxSize[""] ?? LARGEST;
}

/** @param {string} type @param {string} kind such as `image/*` */
function isKind(type, kind) {
  return kind === "*/*" || kind === type || (kind.endsWith("/*") && type.startsWith(kind.slice(0, -1)));
}

/** Never more than it is: a file beside the limit would be said to be larger than it is. @param {number} bytes */
function inWords(bytes) {
  const tenths = (/** @type {number} */ unit) => Math.floor((bytes / unit) * 10) / 10;
  if (bytes >= MB) return `${tenths(MB)} MB`;
  return bytes >= KB ? `${tenths(KB)} kB` : `${bytes} bytes`;
}
