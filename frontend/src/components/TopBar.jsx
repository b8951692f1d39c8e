/** The mark, the ways to other apps and to the settings, and the person with the way out. */

import { useRef } from "react";
import { useSession } from "../contexts/SessionContext.jsx";
import { ConnectDialog } from "./ConnectDialog.jsx";
import { Link } from "./Link.jsx";
import { Logo } from "./Logo.jsx";
import { SignOutButton } from "./SignOutButton.jsx";

/** @param {{ children?: import("react").ReactNode }} props what the page adds to it */
export function TopBar({ children }) {
  const { user } = useSession();
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  return (
    <header className="top-bar">
      <h1>
        <Logo />
      </h1>
      {children}
      <button type="button" className="quiet" onClick={() => dialog.current?.showModal()}>
        Connect<span className="wide"> an app</span>
      </button>
      <Link to="/settings" className="quiet">
        Settings
      </Link>
      <span className="person" title={user?.email} dir="auto">
        {user?.name}
      </span>
      <SignOutButton className="quiet" />
      <ConnectDialog ref={dialog} />
    </header>
  );
}
