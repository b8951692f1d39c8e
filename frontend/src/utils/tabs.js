/** What the tabs of one browser tell each other: whose conversation or tasks changed, and who left. Content is never sent. */

const NAME = "remit";

/**
 * @typedef {object} News
 * @property {string} userId
 * @property {string} [threadId] without one only the tasks changed
 * @property {boolean} [hasLeft] the person signed out, or the account is gone: nothing else changed
 */

/** @type {BroadcastChannel | null} */
let channel = null;

/** One channel for sending and hearing: a tab does not hear itself. */
function open() {
  channel ??= new BroadcastChannel(NAME);
  return channel;
}

/** @param {News} news */
export function tellTabs(news) {
  open().postMessage(news);
}

/** @param {(news: News) => void} listener @returns {() => void} ends it */
export function hearTabs(listener) {
  /** @param {MessageEvent<News>} event */
  const hear = ({ data }) => listener(data);
  const opened = open();
  opened.addEventListener("message", hear);
  return () => opened.removeEventListener("message", hear);
}
