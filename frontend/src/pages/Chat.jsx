/** The conversation, above it who is signed in, and on a wide screen the tasks beside it. */

import { useCallback, useEffect, useRef, useState } from "react";
import { Card } from "../components/Card.jsx";
import { ConnectionBanner } from "../components/ConnectionBanner.jsx";
import { Conversation } from "../components/Conversation.jsx";
import { TaskDrawer } from "../components/TaskDrawer.jsx";
import { TaskPanel } from "../components/TaskPanel.jsx";
import { TopBar } from "../components/TopBar.jsx";
import { useConfig } from "../contexts/ConfigContext.jsx";
import { useSession } from "../contexts/SessionContext.jsx";
import { useApiClient } from "../hooks/useApiClient.js";
import { useAssistant } from "../hooks/useAssistant.js";
import { useChatElement } from "../hooks/useChatElement.js";
import { useMediaQuery } from "../hooks/useMediaQuery.js";
import { useTitle } from "../hooks/useTitle.js";

const SETTLE_MS = 300; // several items of one answer end at once
const WIDE = "(min-width: 1080px)";

export function Chat() {
  const { userId } = useSession();
  const { chatkitDomainKey } = useConfig();
  const element = useChatElement(chatkitDomainKey);
  const isWide = useMediaQuery(WIDE);
  const [areTasksCalled, setAreTasksCalled] = useState(false);
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
      <div>
        <TopBar>
          {!isWide && (
            <button type="button" className="quiet" onClick={() => setAreTasksCalled(true)}>
              Tasks
            </button>
          )}
        </TopBar>
        <ConnectionBanner />
      </div>
      {element === "ready" && userId && (
        <Desk
          key={userId}
          userId={userId}
          isWide={isWide}
          areTasksCalled={areTasksCalled}
          onTasksLeft={() => setAreTasksCalled(false)}
        />
      )}
    </div>
  );
}

/** @param {{ userId: string, isWide: boolean, areTasksCalled: boolean, onTasksLeft: () => void }} props */
function Desk({ userId, isWide, areTasksCalled, onTasksLeft }) {
  const api = useApiClient();
  const assistant = useAssistant(api);
  const [pulse, beat] = usePulse();
  const tasks = <TaskPanel api={api} userId={userId} pulse={pulse} />;
  return (
    <div className="desk">
      <main>{assistant && <Conversation userId={userId} api={api} assistant={assistant} onChange={beat} />}</main>
      {isWide && tasks}
      {!isWide && areTasksCalled && <TaskDrawer onClose={onTasksLeft}>{tasks}</TaskDrawer>}
    </div>
  );
}

/** A number that grows a moment after it was asked to. @returns {[number, () => void]} */
function usePulse() {
  const [pulse, setPulse] = useState(0);
  const timer = useRef(/** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined));
  useEffect(() => () => clearTimeout(timer.current), []);
  const beat = useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      setPulse((count) => count + 1);
    }, SETTLE_MS);
  }, []);
  return [pulse, beat];
}
