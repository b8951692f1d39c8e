/** Shows what it guards once the session is resolved and names its user; before that nothing of it exists. */

import { Fragment, useRef } from "react";
import { useSession } from "../contexts/SessionContext.jsx";
import { useRetry } from "../hooks/useRetry.js";
import { Card } from "./Card.jsx";
import { SignOutButton } from "./SignOutButton.jsx";

/** @param {{ fallback: import("react").ReactNode, children: import("react").ReactNode }} props */
export function AuthGuard({ fallback, children }) {
  const { userId, isPending, isBroken, error, refetch } = useSession();
  // A later look at the session is pending again, and may fail: the form must not lose what was typed.
  const isKnown = useRef(false);
  if (!isPending && !error) isKnown.current = true;
  const hasFailed = useRef(false);
  if (error) hasFailed.current = true;

  if (userId) return <Fragment key={userId}>{children}</Fragment>; // nothing of it is for anybody else
  if (isBroken) {
    return (
      <Card title="Your session names no user">
        <p>Without it nothing is sent and the chat stays closed. Sign out, and in again.</p>
        <SignOutButton className="primary" />
      </Card>
    );
  }
  if (isKnown.current) return fallback;
  if (hasFailed.current) return <Unreachable again={refetch} />;
  return <p role="status" className="waiting" aria-label="Loading" />;
}

/** @param {{ again: () => Promise<void> }} props */
function Unreachable({ again }) {
  useRetry(again);
  return (
    <Card title="The sign-in service cannot be reached">
      <p role="status">Check your connection. This page tries again by itself, and opens as soon as it can.</p>
      <button type="button" className="primary" onClick={() => again()}>
        Try again
      </button>
    </Card>
  );
}
