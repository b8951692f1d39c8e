/** Who is signed in, from the session alone; and whether a session ended under the person's hands. */

import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { answerOf, authClient } from "../utils/authClient.js";
import { forgetTab, rememberThread } from "../utils/memory.js";
import { hearTabs, tellTabs } from "../utils/tabs.js";

/**
 * @typedef {object} Session
 * @property {string | null} userId
 * @property {{ name: string, email: string } | null} user
 * @property {boolean} isPending
 * @property {boolean} isBroken there is a session, and it names no user
 * @property {Error | null} error the sign-in service could not be asked
 * @property {boolean} hasEnded the session ended without the person's doing
 * @property {() => Promise<void>} refetch
 * @property {() => void} end
 * @property {() => Promise<void>} signOut
 * @property {() => void} forget the account is gone: nothing of it stays in this browser
 */

const SessionContext = createContext(/** @type {Session | null} */ (null));

/** @param {{ children: import("react").ReactNode }} props */
export function SessionProvider({ children }) {
  const { data: found, isPending, error, refetch } = authClient.useSession();
  const { data, leave } = useLeaving(found);
  const [hasEnded, setHasEnded] = useState(false);
  const userId = data?.user?.id || null;
  useEffect(() => {
    if (userId) setHasEnded(false); // somebody signed in since
  }, [userId]);

  const end = useCallback(() => {
    setHasEnded(true);
    refetch();
  }, [refetch]);

  const signOut = useCallback(async () => {
    const { error: refused } = await answerOf(authClient.signOut());
    if (refused) throw new Error("You are still signed in: the sign-in service cannot be reached. Try again.");
    setHasEnded(false);
    if (userId) tellTabs({ userId, hasLeft: true });
    leave();
  }, [userId, leave]);

  const forget = useCallback(() => {
    setHasEnded(false);
    if (userId) rememberThread(userId, null);
    if (userId) tellTabs({ userId, hasLeft: true });
    leave();
    refetch();
  }, [userId, leave, refetch]);

  useEffect(
    () =>
      hearTabs((news) => {
        if (!news.hasLeft || (userId && news.userId !== userId)) return;
        leave();
        refetch();
      }),
    [userId, leave, refetch],
  );

  /** @type {Session} */
  const session = useMemo(
    () => ({
      userId,
      user: userId ? (data?.user ?? null) : null,
      isPending,
      isBroken: Boolean(data) && !userId,
      error: error ?? null,
      hasEnded,
      refetch,
      end,
      signOut,
      forget,
    }),
    [data, userId, isPending, error, hasEnded, refetch, end, signOut, forget],
  );
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}

/** @returns {Session} */
export function useSession() {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession is used outside of SessionProvider");
  return session;
}

/**
 * A session that was left is over at once, whether or not the sign-in service can be asked about it just then.
 * @template {{ session?: { id: string } | null }} Found
 * @param {Found | null} found what the sign-in service said last
 */
function useLeaving(found) {
  const latest = useRef(found);
  latest.current = found;
  const [leftId, setLeftId] = useState(/** @type {string | undefined} */ (undefined));
  const leave = useCallback(() => {
    forgetTab();
    setLeftId(latest.current?.session?.id);
  }, []);
  const hasLeft = leftId !== undefined && found?.session?.id === leftId;
  return { data: hasLeft ? null : found, leave };
}
