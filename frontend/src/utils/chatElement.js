/** Decides which `<openai-chatkit>` the page uses: a name can be defined once, so the choice is made before the chat. */

const OFFICIAL_SCRIPT = "https://cdn.platform.openai.com/deployments/chatkit/chatkit.js";
const OFFICIAL_MS = 5_000;
const NAME = "openai-chatkit";

/**
 * Load the official element where it is configured, and our own when it is not, does not load or takes too long.
 * @param {string} domainKey
 * @param {() => Promise<unknown>} [loadOwn]
 */
export async function loadChatElement(domainKey, loadOwn = () => import("../chatkit-element/index.js")) {
  if (domainKey && !customElements.get(NAME)) {
    const official = addScript(OFFICIAL_SCRIPT).then(() => customElements.whenDefined(NAME));
    await Promise.race([official.catch(() => undefined), new Promise((done) => setTimeout(done, OFFICIAL_MS))]);
  }
  if (!customElements.get(NAME)) await loadOwn();
}

/** @param {string} src */
function addScript(src) {
  return new Promise((onload, onerror) => {
    document.head.append(Object.assign(document.createElement("script"), { src, async: true, onload, onerror }));
  });
}
