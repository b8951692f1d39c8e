/** The conversation, and above it who is signed in. */

import { ChatKit, useChatKit } from "@openai/chatkit-react";
import { useState } from "react";
import { Card } from "../components/Card.jsx";
import { TopBar } from "../components/TopBar.jsx";
import { useConfig } from "../contexts/ConfigContext.jsx";
import { useSession } from "../contexts/SessionContext.jsx";
import { useApiClient } from "../hooks/useApiClient.js";
import { useChatElement } from "../hooks/useChatElement.js";
import { useTitle } from "../hooks/useTitle.js";
import { recallThread, rememberThread } from "../utils/memory.js";

const PROMPTS = ["Add buy milk tomorrow", "What is due this week?", "What is on my list?"];

export function Chat() {
  const { userId } = useSession();
  const { chatkitDomainKey } = useConfig();
  const element = useChatElement(chatkitDomainKey);
  useTitle("Remit");

  if (element === "failed") {
    return (
      <Card title="The chat could not be loaded">
        <p>Check your connection, then reload the page.</p>
      </Card>
    );
  }
  return (
    <div className="chat-page">
      <TopBar />
      <main>{element === "ready" && userId && <Conversation key={userId} userId={userId} />}</main>
    </div>
  );
}

/** @param {{ userId: string }} props */
function Conversation({ userId }) {
  const { user } = useSession();
  const { chatkitDomainKey } = useConfig();
  const api = useApiClient();
  const [initialThread] = useState(() => recallThread(userId));
  const { control, focusComposer } = useChatKit({
    api: { url: api.chatkitUrl, domainKey: chatkitDomainKey || "own-element", fetch: api.fetch },
    initialThread,
    startScreen: {
      greeting: `Hello ${user?.name}. What needs doing?`,
      prompts: PROMPTS.map((prompt) => ({ label: prompt, prompt })),
    },
    composer: { placeholder: "Add a task, or ask…" },
    onReady: () => {
      // On a touch screen the focus would open the keyboard over the conversation.
      if (window.matchMedia("(pointer: fine)").matches) focusComposer();
    },
    onThreadChange: ({ threadId }) => rememberThread(userId, threadId),
  });
  return <ChatKit control={control} />;
}
