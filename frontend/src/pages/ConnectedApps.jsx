/** The apps that the person let in, and the way to take that back. */

import { useCallback, useEffect, useState } from "react";
import { Card } from "../components/Card.jsx";
import { Link } from "../components/Link.jsx";
import { ScopeList } from "../components/ScopeList.jsx";
import { useOneAtATime } from "../hooks/useOneAtATime.js";
import { useSuccessor } from "../hooks/useSuccessor.js";
import { answerOf, authClient } from "../utils/authClient.js";
import { dayOf } from "../utils/dates.js";

/** @typedef {{ clientId: string, name: string, scopes: string[], allowedAt: string, lastUsedAt: string }} App */

const UNREACHABLE = "Your apps cannot be reached. Check your connection, then try again.";

export function ConnectedApps() {
  const [apps, setApps] = useState(/** @type {App[] | null} */ (null));
  const [isUnread, setIsUnread] = useState(false);

  const read = useCallback(async () => {
    const { data, error } = await answerOf(authClient.$fetch("/connected-apps", { method: "GET" }));
    setIsUnread(Boolean(error));
    if (!error) setApps(/** @type {App[]} */ (data));
  }, []);
  const [load] = useOneAtATime(read);
  useEffect(() => {
    load();
  }, [load]);

  /** @param {string} clientId */
  const forget = (clientId) => setApps((shown) => shown?.filter((app) => app.clientId !== clientId) ?? null);

  return (
    <Card title="Connected apps">
      {isUnread && (
        <>
          <p className="fault" role="alert">
            {UNREACHABLE}
          </p>
          <button type="button" className="primary" onClick={load}>
            Try again
          </button>
        </>
      )}
      {apps?.length === 0 && <p>No app is connected. Use “Connect an app” beside your tasks to add one.</p>}
      {apps && apps.length > 0 && (
        <ul className="apps">
          {apps.map((app) => (
            <ConnectedApp key={app.clientId} app={app} onRevoked={() => forget(app.clientId)} />
          ))}
        </ul>
      )}
      <p className="aside">
        <Link to="/">Back to your tasks</Link>
      </p>
    </Card>
  );
}

/** @param {{ app: App, onRevoked: () => void }} props */
function ConnectedApp({ app, onRevoked }) {
  const [isAsking, setIsAsking] = useState(false);
  const opener = useSuccessor(isAsking);
  const question = useSuccessor(isAsking);
  return (
    <li>
      <h2>{app.name}</h2>
      <p className="hint">
        Allowed {dayOf(new Date(app.allowedAt))}, last got access {dayOf(new Date(app.lastUsedAt))}
      </p>
      <ScopeList scopes={app.scopes} />
      {isAsking ? (
        <>
          <p ref={question} tabIndex={-1} className="note">
            {app.name} gets no new access. What it holds now ends within the hour.
          </p>
          <Revocation clientId={app.clientId} onKept={() => setIsAsking(false)} onRevoked={onRevoked} />
        </>
      ) : (
        <button ref={opener} type="button" aria-label={`Disconnect ${app.name}`} onClick={() => setIsAsking(true)}>
          Disconnect…
        </button>
      )}
    </li>
  );
}

/** @param {{ clientId: string, onKept: () => void, onRevoked: () => void }} props */
function Revocation({ clientId, onKept, onRevoked }) {
  const [isRefused, setIsRefused] = useState(false);
  const [revoke, isRevoking] = useOneAtATime(async () => {
    setIsRefused(false);
    const asking = authClient.$fetch("/connected-apps/revoke", { method: "POST", body: { clientId } });
    const { error } = await answerOf(asking);
    if (error) setIsRefused(true);
    else onRevoked();
  });
  return (
    <>
      {isRefused && (
        <p className="fault" role="alert">
          The app could not be disconnected. Try again.
        </p>
      )}
      <div className="answers">
        <button type="button" aria-disabled={isRevoking} onClick={() => isRevoking || onKept()}>
          Keep
        </button>
        <button type="button" className="primary" aria-disabled={isRevoking} onClick={revoke}>
          {isRevoking ? "Disconnecting…" : "Disconnect"}
        </button>
      </div>
    </>
  );
}
