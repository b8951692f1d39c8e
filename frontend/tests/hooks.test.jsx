/** Each hook and each context by itself. */

import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import { useConfig } from "../src/contexts/ConfigContext.jsx";
import { useSession } from "../src/contexts/SessionContext.jsx";
import { useTheme } from "../src/contexts/ThemeContext.jsx";
import { useApiClient } from "../src/hooks/useApiClient.js";
import { useAssistant } from "../src/hooks/useAssistant.js";
import { useChatElement } from "../src/hooks/useChatElement.js";
import { useFreshConversation } from "../src/hooks/useFreshConversation.js";
import { useMediaQuery } from "../src/hooks/useMediaQuery.js";
import { useNews } from "../src/hooks/useNews.js";
import { useOneAtATime } from "../src/hooks/useOneAtATime.js";
import { useOnline } from "../src/hooks/useOnline.js";
import { navigate, usePath } from "../src/hooks/usePath.js";
import { useRetry } from "../src/hooks/useRetry.js";
import { useTasks } from "../src/hooks/useTasks.js";
import { useTitle } from "../src/hooks/useTitle.js";
import { tellTabs } from "../src/utils/tabs.js";
import { Around, gateway, signedIn } from "./frame.jsx";
import { network } from "./network.js";
import { CONFIG } from "./page.js";

const around = { wrapper: Around };

beforeEach(() => {
  localStorage.clear();
  signedIn();
});
afterEach(cleanup);

test.each([
  ["useConfig", useConfig],
  ["useSession", useSession],
  ["useTheme", useTheme],
])("%s says what is missing around it", (name, useIt) => {
  const silent = jest.spyOn(console, "error").mockImplementation(() => undefined); // React reports what is thrown

  expect(() => renderHook(() => useIt())).toThrow(`${name} is used outside of`);
  silent.mockRestore();
});

test("useOneAtATime does a thing once however often it is asked, says so, and does it anew after a failure", async () => {
  /** @type {((outcome: Promise<void>) => void)[]} */
  const ends = [];
  const deed = jest.fn(() => new Promise((/** @type {any} */ end) => ends.push(end)));
  const { result } = renderHook(() => useOneAtATime(deed));
  const [run] = result.current;
  /** @type {Promise<void>[]} */
  let runs = [];
  act(() => {
    runs = [run(), run()];
  });
  expect([deed.mock.calls.length, result.current[1]]).toEqual([1, true]);

  ends[0](Promise.reject(new Error("away")));
  await act(() => expect(runs[0]).rejects.toThrow("away"));
  expect(result.current[1]).toBe(false);

  act(() => void run());
  expect([deed.mock.calls.length, result.current[1]]).toEqual([2, true]);
});

test("useConfig gives what this deployment is", () => {
  expect(renderHook(useConfig, around).result.current).toEqual(CONFIG);
});

test("useSession names the user of the session alone, and an end of it that nobody wished", async () => {
  const { result } = renderHook(useSession, around);
  await waitFor(() => expect(result.current.userId).toBe("ada-1"));
  expect(result.current.hasEnded).toBe(false);

  network({ "GET /api/auth/get-session": null });
  act(() => result.current.end());

  await waitFor(() => expect(result.current.userId).toBeNull());
  expect(result.current.hasEnded).toBe(true);
});

/** A `matchMedia` that changes when the test says so. */
function changingMedia() {
  const before = globalThis.matchMedia;
  let matches = false;
  /** @type {Set<() => void>} */
  const listeners = new Set();
  const list = () => ({
    matches,
    addEventListener: (/** @type {string} */ _name, /** @type {() => void} */ listener) => listeners.add(listener),
    removeEventListener: (/** @type {string} */ _name, /** @type {() => void} */ listener) =>
      listeners.delete(listener),
  });
  globalThis.matchMedia = /** @type {any} */ (list);
  return {
    change: (/** @type {boolean} */ now) => {
      matches = now;
      act(() => {
        for (const listener of listeners) listener();
      });
    },
    giveBack: () => {
      cleanup();
      globalThis.matchMedia = before;
    },
  };
}

test("[005/FR-024] useTheme follows the system until somebody chooses", () => {
  const media = changingMedia();
  const { result } = renderHook(useTheme, around);
  expect(result.current).toMatchObject({ theme: "system", scheme: "light" });
  media.change(true);
  expect(result.current).toMatchObject({ theme: "system", scheme: "dark" });

  act(() => result.current.choose("dark"));
  media.change(false);

  expect(result.current).toMatchObject({ theme: "dark", scheme: "dark" });
  act(() => result.current.choose("system"));
  expect(result.current).toMatchObject({ theme: "system", scheme: "light" });
  media.giveBack();
});

test("useApiClient gives one client for one person", async () => {
  const { result, rerender } = renderHook(() => ({ api: useApiClient(), session: useSession() }), around);
  await waitFor(() => expect(result.current.session.userId).toBe("ada-1"));
  const { api } = result.current;

  rerender();

  expect(result.current.api).toBe(api);
  expect(api.chatkitUrl).toBe("http://gateway.test/api/ada-1/chatkit");
});

test("useAssistant says nothing of an assistant that it could not learn of", async () => {
  const api = gateway({});
  const { result } = renderHook(() => useAssistant(api));
  expect(result.current).toBeNull();

  await waitFor(() => expect(result.current).toEqual({}));
});

test("useChatElement is ready once our own element is there", async () => {
  const { result } = renderHook(() => useChatElement(""));
  expect(result.current).toBe("loading");

  await waitFor(() => expect(result.current).toBe("ready"));
});

test("useFreshConversation fetches for news of its own conversation, not for others", async () => {
  const fetchUpdates = jest.fn(async () => undefined);
  const api = gateway({ fetch: async () => new Response("") });
  renderHook(() => useFreshConversation({ userId: "ada-1", threadId: "t1", api, fetchUpdates }));

  tellTabs({ userId: "ada-1", threadId: "t2" });
  tellTabs({ userId: "bob-2", threadId: "t1" });
  const other = new BroadcastChannel("remit");
  other.postMessage({ userId: "ada-1", threadId: "t2" });
  other.postMessage({ userId: "ada-1", threadId: "t1" });

  await waitFor(() => expect(fetchUpdates).toHaveBeenCalledTimes(1));
  other.close();
});

test("useMediaQuery follows its query", () => {
  const media = changingMedia();
  const { result } = renderHook(() => useMediaQuery("(min-width: 1px)"));
  expect(result.current).toBe(false);

  media.change(true);

  expect(result.current).toBe(true);
  media.giveBack();
});

test("useNews tells of a tab that came back, until nobody listens", () => {
  const onNews = jest.fn();
  const { unmount } = renderHook(() => useNews(onNews));
  window.dispatchEvent(new Event("online"));
  expect(onNews.mock.calls).toEqual([[null]]);

  unmount();
  window.dispatchEvent(new Event("online"));

  expect(onNews).toHaveBeenCalledTimes(1);
});

test("useNews tells nothing of somebody who only left", async () => {
  const onNews = jest.fn();
  renderHook(() => useNews(onNews));
  const other = new BroadcastChannel("remit");

  other.postMessage({ userId: "ada-1", hasLeft: true });
  other.postMessage({ userId: "ada-1" });

  await waitFor(() => expect(onNews).toHaveBeenCalled());
  expect(onNews.mock.calls).toEqual([[{ userId: "ada-1" }]]);
  other.close();
});

test("useOnline follows the browser's network", () => {
  const { result } = renderHook(useOnline);
  expect(result.current).toBe(true);

  Object.defineProperty(navigator, "onLine", { value: false, configurable: true });
  act(() => window.dispatchEvent(new Event("offline")) && undefined);
  expect(result.current).toBe(false);

  Object.defineProperty(navigator, "onLine", { value: true, configurable: true });
  act(() => window.dispatchEvent(new Event("online")) && undefined);
  expect(result.current).toBe(true);
});

test("usePath follows both a link and the browser's way back", () => {
  const { result } = renderHook(usePath);

  act(() => navigate("/settings"));

  expect(result.current).toBe("/settings");
  act(() => navigate("/"));
});

test("useRetry tries again by itself, later and later, and at once when the network is back", async () => {
  jest.useFakeTimers();
  const attempt = jest.fn(async () => undefined);
  const { unmount } = renderHook(() => useRetry(attempt));
  await jest.advanceTimersByTimeAsync(1999);
  expect(attempt).toHaveBeenCalledTimes(0);
  await jest.advanceTimersByTimeAsync(1);
  await jest.advanceTimersByTimeAsync(3999);
  expect(attempt).toHaveBeenCalledTimes(1);

  window.dispatchEvent(new Event("online"));
  expect(attempt).toHaveBeenCalledTimes(2);
  await jest.advanceTimersByTimeAsync(7999);
  expect(attempt).toHaveBeenCalledTimes(2);
  await jest.advanceTimersByTimeAsync(1);
  expect(attempt).toHaveBeenCalledTimes(3);

  unmount();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(attempt).toHaveBeenCalledTimes(3);
  jest.useRealTimers();
});

test("useTasks takes the tick back when the task could not be done", async () => {
  const milk = { id: "t1", title: "buy milk" };
  const api = gateway({ get: async () => ({ tasks: [milk], total: 1 }) });
  const { result } = renderHook(() => useTasks(api, "ada-1", 0));
  await waitFor(() => expect(result.current.tasks).toEqual([milk]));

  await act(() => result.current.toggle(milk));

  expect(result.current.tasks).toEqual([milk]);
  expect(result.current.fault?.words).toBe("nobody answers");
});

test("useTitle names the page in the browser's tab", () => {
  renderHook(() => useTitle("Settings"));

  expect(document.title).toBe("Settings · Remit");
});
