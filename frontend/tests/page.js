/** Opens the whole page in a test, fresh each time: nothing of an earlier session is left in its modules. */

import { jest } from "@jest/globals";
import { network } from "./network.js";

export const CONFIG = {
  publicUrl: "http://localhost",
  gatewayUrl: "http://gateway.test",
  mcpUrl: "http://mcp.test/mcp",
  chatkitDomainKey: "",
};
export const ADA = { id: "ada-1", name: "Ada", email: "ada@example.com" };

/** What is waited for comes late on a busy machine. */
export const PATIENCE_MS = 5000;

/** What the sign-in service answers about somebody who is signed in. @param {object | null} user */
export function sessionOf(user) {
  return user && { session: { id: "s1" }, user };
}

/** A token as the page reads it; nobody checks its signature here. @param {string} sub @param {number} [seconds] */
export function tokenFor(sub, seconds = 900) {
  const claims = { sub, exp: Math.floor(Date.now() / 1000) + seconds };
  return `e30.${btoa(JSON.stringify(claims))}.sig`;
}

/**
 * @param {string} path
 * @param {Record<string, unknown>} routes
 */
export async function openPage(path, routes) {
  jest.resetModules();
  window.history.replaceState(null, "", path);
  const requests = network(routes);
  const { render, screen, waitFor, act, configure } = await import("@testing-library/react");
  configure({ asyncUtilTimeout: PATIENCE_MS });
  const { default: userEvent } = await import("@testing-library/user-event");
  const { createElement } = await import("react");
  const { ConfigProvider } = await import("../src/contexts/ConfigContext.jsx");
  const { SessionProvider } = await import("../src/contexts/SessionContext.jsx");
  const { ThemeProvider } = await import("../src/contexts/ThemeContext.jsx");
  const { App } = await import("../src/App.jsx");
  const app = createElement(SessionProvider, null, createElement(ThemeProvider, null, createElement(App)));
  const page = render(createElement(ConfigProvider, { value: CONFIG }, app));
  return { ...page, screen, waitFor, act, requests, user: userEvent.setup(), close: page.unmount };
}
