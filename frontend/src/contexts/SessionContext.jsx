/** Who is signed in, from the session alone; and whether a session ended under the person's hands. */

import { createContext, useCallback, useContext, useMemo, useState } from "react";
import { answerOf, authClient } from "../utils/authClient.js";
import { forgetDrafts, rememberThread } from "../utils/memory.js";

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
  const { data, isPending, error, refetch } = authClient.useSession();
  const [hasEnded, setHasEnded] = useState(false);
  const userId = data?.user?.id || null;

  const end = useCallback(() => {
    setHasEnded(true);
    refetch();
  }, [refetch]);

  const signOut = useCallback(async () => {
    setHasEnded(false);
    const { error: refused } = await answerOf(authClient.signOut());
    if (refused) throw new Error("You are still signed in: the sign-in service cannot be reached. Try again.");
    forgetDrafts();
  }, []);

  const forget = useCallback(() => {
    forgetDrafts();
    if (userId) rememberThread(userId, null);
    refetch();
  }, [userId, refetch]);

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
