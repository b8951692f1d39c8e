/** Signs the person out, and says when that did not work. */

import { useState } from "react";
import { useSession } from "../contexts/SessionContext.jsx";
import { useOneAtATime } from "../hooks/useOneAtATime.js";

/** @param {{ className: string }} props */
export function SignOutButton({ className }) {
  const { signOut } = useSession();
  const [fault, setFault] = useState("");
  const [leave, isLeaving] = useOneAtATime(() => signOut().catch(({ message }) => setFault(message)));
  return (
    <>
      {fault && (
        <p role="alert" className="fault">
          {fault}
        </p>
      )}
      <button type="button" className={className} aria-disabled={isLeaving} onClick={leave}>
        Sign out
      </button>
    </>
  );
}
