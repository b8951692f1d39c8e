/** A link to another page of this app that does not load the app again. */

import { navigate } from "../hooks/usePath.js";

/** @param {{ to: string, className?: string, children: import("react").ReactNode }} props */
export function Link({ to, className, children }) {
  /** @param {import("react").MouseEvent} event */
  const follow = (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={to} className={className} onClick={follow}>
      {children}
    </a>
  );
}
