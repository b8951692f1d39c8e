/** Says that the network is gone, and that it is back. */

import { useEffect, useState } from "react";
import { useOnline } from "../hooks/useOnline.js";

const BACK_MS = 4000;

export function ConnectionBanner() {
  const isOnline = useOnline();
  const [wasOffline, setWasOffline] = useState(false);

  useEffect(() => {
    if (!isOnline) setWasOffline(true);
    const over = isOnline && setTimeout(() => setWasOffline(false), BACK_MS);
    return () => clearTimeout(over || undefined);
  }, [isOnline]);

  const isShown = !isOnline || wasOffline;
  return (
    <div role="status" className={isShown ? "banner" : ""}>
      {isShown &&
        (isOnline ? "You are online again." : "You are offline. What you write is kept; send it when you are back.")}
    </div>
  );
}
