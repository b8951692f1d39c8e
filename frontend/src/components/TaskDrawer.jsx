/** The open tasks where the screen has no room for them beside the chat: they come when they are called. */

import { useEffect, useRef } from "react";

/** @param {{ onClose: () => void, children: import("react").ReactNode }} props */
export function TaskDrawer({ onClose, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="task-drawer" aria-label="Tasks" onClose={onClose}>
      <form method="dialog">
        <button type="submit" className="quiet">
          Back to the chat
        </button>
      </form>
      {children}
    </dialog>
  );
}
