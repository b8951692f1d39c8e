/** The apps that the person let in, and the way to take that back. */

import { useCallback, useEffect, useState } from "react";
import { Card } from "../components/Card.jsx";
import { Link } from "../components/Link.jsx";
import { ScopeList } from "../components/ScopeList.jsx";
import { useSuccessor } from "../hooks/useSuccessor.js";
import { answerOf, authClient } from "../utils/authClient.js";
import { dayOf } from "../utils/dates.js";

/** @typedef {{ clientId: string, name: string, scopes: string[], allowedAt: string, lastUsedAt: string }} App */

const UNREACHABLE = "Your apps cannot be reached. Check your connection, then try again.";

export function ConnectedApps() {
  const [apps, setApps] = useState(/** @type {App[] | null} */ (null));
  const [fault, setFault] = useState("");

  const load = useCallback(async () => {
    const { data, error } = await answerOf(authClient.$fetch("/connected-apps", { method: "GET" }));
    setFault(error ? UNREACHABLE : "");
    if (!error) setApps(/** @type {App[]} */ (data));
  }, []);
  useEffect(() => {
    load();
  }, [load]);

  /** @param {App} app */
  const revoke = async ({ clientId }) => {
    const asking = authClient.$fetch("/connected-apps/revoke", { method: "POST", body: { clientId } });
    const { error } = await answerOf(asking);
    setFault(error ? "The app could not be disconnected. Try again." : "");
    if (!error) setApps((shown) => shown?.filter((app) => app.clientId !== clientId) ?? null);
  };

  return (
    <Card title="Connected apps">
      {fault && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      {fault && !apps && (
        <button type="button" className="primary" onClick={load}>
          Try again
        </button>
      )}
      {apps?.length === 0 && <p>No app is connected. Use “Connect an app” beside your tasks to add one.</p>}
      {apps && apps.length > 0 && (
        <ul className="apps">
          {apps.map((app) => (
            <ConnectedApp key={app.clientId} app={app} onRevoke={() => revoke(app)} />
          ))}
        </ul>
      )}
      <p className="aside">
        <Link to="/">Back to your tasks</Link>
      </p>
    </Card>
  );
}

/** @param {{ app: App, onRevoke: () => Promise<void> }} props */
function ConnectedApp({ app, onRevoke }) {
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
          <div className="answers">
            <button type="button" onClick={() => setIsAsking(false)}>
              Keep
            </button>
            <button type="button" className="primary" onClick={onRevoke}>
              Disconnect
            </button>
          </div>
        </>
      ) : (
        <button ref={opener} type="button" aria-label={`Disconnect ${app.name}`} onClick={() => setIsAsking(true)}>
          Disconnect…
        </button>
      )}
    </li>
  );
}
