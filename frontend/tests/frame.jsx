/** Shows one part of the page with everything around it that it asks for, on a replaced network. */

import { act, render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { ConfigProvider } from "../src/contexts/ConfigContext.jsx";
import { SessionProvider } from "../src/contexts/SessionContext.jsx";
import { ThemeProvider } from "../src/contexts/ThemeContext.jsx";
import { authClient } from "../src/utils/authClient.js";
import { network } from "./network.js";
import { ADA, CONFIG, sessionOf } from "./page.js";

/**
 * @param {import("react").ReactElement} part
 * @param {Record<string, unknown>} [routes]
 */
export async function show(part, routes) {
  const requests = signedIn(routes);
  render(<Around>{part}</Around>);
  await act(untilKnown);
  return { requests, user: userEvent.setup() };
}

/** The session was looked at. */
async function untilKnown() {
  const { session } = authClient.$store.atoms;
  do await new Promise((next) => setTimeout(next));
  while (session.get().isPending || session.get().isRefetching);
}

/** Ada's session, whatever the test before left. @param {Record<string, unknown>} [routes] */
export function signedIn(routes) {
  const requests = network({ "GET /api/auth/get-session": sessionOf(ADA), ...routes });
  authClient.$store.notify("$sessionSignal");
  return requests;
}

/** @param {{ children: import("react").ReactNode }} props */
export function Around({ children }) {
  return (
    <ConfigProvider value={CONFIG}>
      <SessionProvider>
        <ThemeProvider>{children}</ThemeProvider>
      </SessionProvider>
    </ConfigProvider>
  );
}

/** A client of the gateway that answers as the test says. @param {object} answers @returns {any} */
export function gateway(answers) {
  const refuse = () => Promise.reject(new Error("nobody answers"));
  return { get: refuse, post: refuse, patch: refuse, remove: refuse, download: refuse, me: refuse, ...answers };
}
