/** Signs the person out, and says when that did not work. */

import { useState } from "react";
import { useSession } from "../contexts/SessionContext.jsx";

/** @param {{ className: string }} props */
export function SignOutButton({ className }) {
  const { signOut } = useSession();
  const [fault, setFault] = useState("");
  return (
    <>
      {fault && (
        <p role="alert" className="fault">
          {fault}
        </p>
      )}
      <button type="button" className={className} onClick={() => signOut().catch(({ message }) => setFault(message))}>
        Sign out
      </button>
    </>
  );
}
