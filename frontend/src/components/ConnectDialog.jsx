/** Tells how to reach the same tasks from an MCP client. */

import { forwardRef, useState } from "react";
import { useConfig } from "../contexts/ConfigContext.jsx";
import { Link } from "./Link.jsx";

export const ConnectDialog = forwardRef(
  /** @type {import("react").ForwardRefRenderFunction<HTMLDialogElement, object>} */
  function ConnectDialog(_props, ref) {
    const { mcpUrl } = useConfig();
    const [isCopied, setIsCopied] = useState(false);
    const [isRefused, setIsRefused] = useState(false);
    const copy = async () => {
      try {
        await navigator.clipboard.writeText(mcpUrl);
        setIsCopied(true);
      } catch {
        setIsRefused(true); // the browser may forbid it, and has none on a page without https
      }
    };
    const forget = () => {
      setIsCopied(false);
      setIsRefused(false);
    };
    return (
      <dialog ref={ref} aria-labelledby="connect-title" onClose={forget}>
        <h2 id="connect-title">Connect an app</h2>
        <p>Claude, Cursor, VS Code and any other MCP client can work with the same tasks. Give the app this address:</p>
        <p className="address">
          <code>{mcpUrl}</code>
          <button type="button" onClick={copy}>
            {isCopied ? "Copied" : "Copy"}
          </button>
        </p>
        {isRefused && (
          <p role="alert" className="fault">
            The browser did not let this page copy it. Select the address and copy it yourself.
          </p>
        )}
        <p>It then opens this site, where you sign in and decide what it may do.</p>
        <p>
          <Link to="/apps">See and disconnect the apps that you let in</Link>
        </p>
        <form method="dialog">
          <button type="submit" className="primary">
            Close
          </button>
        </form>
      </dialog>
    );
  },
);
