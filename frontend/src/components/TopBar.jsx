/** The mark, the way to connect other apps, and the person with the way out. */

import { useRef, useState } from "react";
import { useSession } from "../contexts/SessionContext.jsx";
import { ConnectDialog } from "./ConnectDialog.jsx";
import { Logo } from "./Logo.jsx";

export function TopBar() {
  const { user, signOut } = useSession();
  const [fault, setFault] = useState("");
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  return (
    <header className="top-bar">
      <h1>
        <Logo />
      </h1>
      {fault && (
        <p role="alert" className="fault">
          {fault}
        </p>
      )}
      <button type="button" className="quiet" onClick={() => dialog.current?.showModal()}>
        Connect an app
      </button>
      <span className="person" title={user?.email}>
        {user?.name}
      </span>
      <button type="button" className="quiet" onClick={() => signOut().catch(({ message }) => setFault(message))}>
        Sign out
      </button>
      <ConnectDialog ref={dialog} />
    </header>
  );
}
