/** The chat element, told about the person, the look and the assistant, and kept up to date. */

import { ChatKit, useChatKit } from "@openai/chatkit-react";
import { useState } from "react";
import { useConfig } from "../contexts/ConfigContext.jsx";
import { useSession } from "../contexts/SessionContext.jsx";
import { useTheme } from "../contexts/ThemeContext.jsx";
import { useFreshConversation } from "../hooks/useFreshConversation.js";
import { recallThread, rememberThread } from "../utils/memory.js";

const PROMPTS = ["Add buy milk tomorrow", "What is due this week?", "What is on my list?"];
const OFFLINE =
  "This is the offline assistant: it knows everyday sentences about tasks. " +
  "For a language model, set `OPENAI_API_KEY` or `OPENAI_BASE_URL` in `.env` and start again.";

/** Events of a stream after which the list beside the chat may be old. */
const CHANGES = new Set(["thread.item.done", "thread.item.replaced"]);

/**
 * @param {object} props
 * @param {string} props.userId
 * @param {import("../utils/apiClient.js").ApiClient} props.api
 * @param {import("../hooks/useAssistant.js").Assistant} props.assistant
 * @param {() => void} props.onChange the assistant may have changed a task
 */
export function Conversation({ userId, api, assistant, onChange }) {
  const { user } = useSession();
  const { chatkitDomainKey } = useConfig();
  const { scheme } = useTheme();
  const [threadId, setThreadId] = useState(() => recallThread(userId));
  const [initialThread] = useState(threadId);
  const isBeginning = threadId === null;
  const { control, focusComposer, fetchUpdates } = useChatKit({
    api: { url: api.chatkitUrl, domainKey: chatkitDomainKey || "own-element", fetch: api.fetch },
    initialThread,
    theme: scheme,
    frameTitle: "Chat with the assistant",
    startScreen: {
      greeting: `Hello ${user?.name}. What needs doing?`,
      prompts: PROMPTS.map((prompt) => ({ label: prompt, prompt })),
    },
    composer: { placeholder: "Add a task, or ask…" },
    threadItemActions: { feedback: true, retry: true },
    thread: { autoScroll: true },
    ...(isBeginning && assistant.offline && { disclaimer: { text: OFFLINE } }),
    onReady: () => {
      // On a touch screen the focus would open the keyboard over the conversation.
      if (window.matchMedia("(pointer: fine)").matches) focusComposer();
    },
    onThreadChange: ({ threadId: opened }) => {
      rememberThread(userId, opened);
      setThreadId(opened);
    },
    onLog: ({ name }) => CHANGES.has(name) && onChange(),
    onResponseEnd: onChange,
  });
  useFreshConversation({ userId, threadId, api, fetchUpdates });
  return <ChatKit control={control} />;
}
