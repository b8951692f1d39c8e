/** Shows what it guards once the session is resolved and names its user; before that nothing of it exists. */

import { useRef } from "react";
import { useSession } from "../contexts/SessionContext.jsx";
import { Card } from "./Card.jsx";
import { SignOutButton } from "./SignOutButton.jsx";

/** @param {{ fallback: import("react").ReactNode, children: import("react").ReactNode }} props */
export function AuthGuard({ fallback, children }) {
  const { userId, isPending, isBroken, error, refetch } = useSession();
  // Signed out, a look at the session at each focus is pending again: the form must not lose what was typed.
  const settled = useRef(false);
  if (!isPending) settled.current = true;

  if (userId) return children;
  if (!settled.current) return <p role="status" className="waiting" aria-label="Loading" />;
  if (isBroken) {
    return (
      <Card title="Your session names no user">
        <p>Without it nothing is sent and the chat stays closed. Sign out, and in again.</p>
        <SignOutButton className="primary" />
      </Card>
    );
  }
  if (error) {
    return (
      <Card title="The sign-in service cannot be reached">
        <p>Check your connection, then try again.</p>
        <button type="button" className="primary" onClick={refetch}>
          Try again
        </button>
      </Card>
    );
  }
  return fallback;
}
