/** A browser that keeps nothing costs what would be kept, and nothing else. */

import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { forgetTab, recallThread, rememberThread } from "../src/utils/memory.js";
import { forTab } from "../src/utils/storage.js";
import { recallTheme, rememberTheme } from "../src/utils/theme.js";

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});
afterEach(() => {
  jest.restoreAllMocks();
});

test("what is kept is found again, by the tab first", () => {
  rememberThread("ada-1", "t1");
  localStorage.setItem("remit.thread.ada-1", "t2");
  expect(recallThread("ada-1")).toBe("t1");

  forgetTab();
  expect(recallThread("ada-1")).toBe("t2");
  rememberThread("ada-1", null);
  expect(localStorage).toHaveLength(0);
});

test("site data that is blocked is as if there were none", () => {
  for (const name of /** @type {const} */ (["localStorage", "sessionStorage"])) {
    jest.spyOn(globalThis, name, "get").mockImplementation(() => {
      throw new DOMException("", "SecurityError");
    });
  }

  rememberThread("ada-1", "t1");
  rememberTheme("dark");
  forgetTab();

  expect(recallThread("ada-1")).toBeNull();
  expect(recallTheme()).toBe("system");
});

test("a storage that is full keeps what it had", () => {
  forTab.write("one", "1");
  jest.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("", "QuotaExceededError");
  });

  forTab.write("two", "2");

  expect([forTab.read("one"), forTab.read("two")]).toEqual(["1", null]);
});

test("another fault is not swallowed", () => {
  jest.spyOn(Storage.prototype, "getItem").mockImplementation(() => {
    throw new TypeError("a fault of ours");
  });

  expect(() => recallTheme()).toThrow("a fault of ours");
});
