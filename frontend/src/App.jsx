/** Which page belongs to which path, and which of them need a session. */

import { useEffect } from "react";
import { AuthGuard } from "./components/AuthGuard.jsx";
import { Card } from "./components/Card.jsx";
import { Link } from "./components/Link.jsx";
import { useSession } from "./contexts/SessionContext.jsx";
import { useKeptFocus } from "./hooks/useKeptFocus.js";
import { navigate, usePath } from "./hooks/usePath.js";
import { Chat } from "./pages/Chat.jsx";
import { ConnectedApps } from "./pages/ConnectedApps.jsx";
import { Consent } from "./pages/Consent.jsx";
import { Settings } from "./pages/Settings.jsx";
import { SignIn } from "./pages/SignIn.jsx";
import { SignUp } from "./pages/SignUp.jsx";

export function App() {
  const path = usePath();
  useKeptFocus();
  switch (path) {
    case "/":
      return guarded(<Chat />);
    case "/apps":
      return guarded(<ConnectedApps />);
    case "/settings":
      return guarded(<Settings />);
    case "/consent":
      return guarded(<Consent />);
    case "/sign-in":
      return <OnTheWay page={<SignIn />} />;
    case "/sign-up":
      return <OnTheWay page={<SignUp />} />;
    default:
      return (
        <Card title="There is no such page">
          <p>
            <Link to="/">Go to your tasks</Link>
          </p>
        </Card>
      );
  }
}

/** @param {JSX.Element} page */
function guarded(page) {
  return <AuthGuard fallback={<SignIn />}>{page}</AuthGuard>;
}

/**
 * A page on the way into the chat. An app's request for access keeps it open: the sign-in service leads on from there.
 * @param {{ page: JSX.Element }} props
 */
function OnTheWay({ page }) {
  const { userId } = useSession();
  const isForAnApp = new URLSearchParams(window.location.search).has("sig");
  const isDone = Boolean(userId) && !isForAnApp;
  useEffect(() => {
    if (isDone) navigate("/");
  }, [isDone]);
  return isDone ? null : <AuthGuard fallback={page}>{page}</AuthGuard>;
}
