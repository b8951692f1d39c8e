/** Keeps the open conversation up to date with what was said in other tabs, or while this one was away. */

import { useCallback } from "react";
import { useNews } from "./useNews.js";

/**
 * @param {object} options
 * @param {string} options.userId
 * @param {string | null} options.threadId the open conversation
 * @param {import("../utils/apiClient.js").ApiClient} options.api
 * @param {() => Promise<void> | undefined} options.fetchUpdates of the chat element
 */
export function useFreshConversation({ userId, threadId, api, fetchUpdates }) {
  const refresh = useCallback(async () => {
    if (!threadId) return;
    if (!isOwnElement()) await untilAnswered(api, threadId);
    await fetchUpdates();
  }, [api, threadId, fetchUpdates]);

  useNews((news) => {
    if (news === null || (news.userId === userId && news.threadId === threadId)) refresh();
  });
}

/** Our own element shows a running answer by itself. */
function isOwnElement() {
  const element = /** @type {{ followsAnswers?: boolean } | undefined} */ (customElements.get("openai-chatkit"));
  return element?.followsAnswers === true;
}

/**
 * The official element does not look on at answers: it is told when there is a whole one.
 * @param {import("../utils/apiClient.js").ApiClient} api @param {string} threadId
 */
async function untilAnswered(api, threadId) {
  const body = JSON.stringify({ type: "threads.follow", params: { thread_id: threadId }, metadata: {} });
  const headers = { "Content-Type": "application/json" };
  try {
    const answer = await api.fetch(api.chatkitUrl, { method: "POST", headers, body });
    await answer.body?.pipeTo(new WritableStream());
  } catch {
    // Unreachable, or cut: what is stored is fetched all the same, and the element says what is wrong.
  }
}
