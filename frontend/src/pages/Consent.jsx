/** Asks the person whether an app may act for them: which app, where it sends them, what it may do. */

import { useCallback, useEffect, useState } from "react";
import { Card } from "../components/Card.jsx";
import { ScopeList } from "../components/ScopeList.jsx";
import { useSession } from "../contexts/SessionContext.jsx";
import { useOneAtATime } from "../hooks/useOneAtATime.js";
import { answerOf, authClient } from "../utils/authClient.js";

const UNREACHABLE = "The sign-in service cannot be reached. Check your connection, then try again.";

export function Consent() {
  const query = new URLSearchParams(window.location.search);
  const clientId = query.get("client_id");
  const redirect = query.get("redirect_uri") ?? "";
  if (!clientId || !query.has("sig") || !URL.canParse(redirect)) {
    return (
      <Card title="Nothing to allow">
        <p>This page is opened by an app that asks for access. Start again in the app.</p>
      </Card>
    );
  }
  const scopes = (query.get("scope") ?? "").split(" ").filter(Boolean);
  return <Question clientId={clientId} redirect={new URL(redirect)} scopes={scopes} />;
}

/** @param {{ clientId: string, redirect: URL, scopes: string[] }} props */
function Question({ clientId, redirect, scopes }) {
  const { user } = useSession();
  const [name, setName] = useState(/** @type {string | null} */ (null));
  const [fault, setFault] = useState("");
  const [isUnreachable, setIsUnreachable] = useState(false);
  const [isSending, setIsSending] = useState(false);

  const read = useCallback(async () => {
    const query = { client_id: clientId };
    const { data, error } = await answerOf(authClient.$fetch("/oauth2/public-client", { method: "GET", query }));
    setIsUnreachable(isAbsence(error));
    if (!error) setName(/** @type {{ client_name?: string }} */ (data).client_name || "An app without a name");
    else if (!isAbsence(error)) setFault("This app is not known here. Start again in the app.");
  }, [clientId]);
  const [load] = useOneAtATime(read);
  useEffect(() => {
    load();
  }, [load]);

  /** @param {boolean} accept */
  const answer = async (accept) => {
    if (isSending) return;
    setIsSending(true);
    setIsUnreachable(false);
    const { error } = await answerOf(authClient.oauth2.consent({ accept })); // its client follows the way back by itself
    if (!error) return;
    setIsSending(false);
    if (isAbsence(error)) setIsUnreachable(true);
    else setFault("Your answer could not be delivered: the request may be too old. Start again in the app.");
  };

  if (fault) {
    return (
      <Card title="This did not work">
        <p role="alert">{fault}</p>
      </Card>
    );
  }
  return (
    <Card title={name ? `${name} asks for access` : "An app asks for access"}>
      <p>
        It would act for <strong>{user?.name}</strong> ({user?.email}) and may:
      </p>
      <ScopeList scopes={scopes} />
      <p className="note">
        Your answer sends you to <strong>{placeOf(redirect)}</strong>. Allow it only if that is where you came from: an
        app can give itself any name.
      </p>
      {isUnreachable && (
        <p role="alert" className="fault">
          {UNREACHABLE}
        </p>
      )}
      {isUnreachable && !name && (
        <button type="button" onClick={load}>
          Try again
        </button>
      )}
      <Answers isOpen={name !== null} isSending={isSending} onAnswer={answer} />
    </Card>
  );
}

/** @param {{ isOpen: boolean, isSending: boolean, onAnswer: (accept: boolean) => void }} props */
function Answers({ isOpen, isSending, onAnswer }) {
  const props = { type: /** @type {const} */ ("button"), disabled: !isOpen, "aria-disabled": isSending };
  return (
    <div className="answers">
      <button {...props} onClick={() => onAnswer(false)}>
        Deny
      </button>
      <button {...props} className="primary" onClick={() => onAnswer(true)}>
        Allow
      </button>
    </div>
  );
}

/** The service was not reached, or failed: its own refusals stand below. @param {{ status?: number } | null} error */
function isAbsence(error) {
  return error !== null && (error.status ?? 500) >= 500;
}

/** @param {URL} redirect */
function placeOf({ protocol, hostname, host }) {
  if (/^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)) return `an app on this computer (${host})`;
  return /^https?:$/.test(protocol) ? host : `${protocol}//${host}`;
}
