/** Every component, hook, context and page has a test of its own. */

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";

const ROOT = new URL("..", import.meta.url);
const tests = readdirSync(new URL("tests", ROOT))
  .filter((name) => /\.test\.jsx?$/.test(name))
  .map((name) => readFileSync(new URL(`tests/${name}`, ROOT), "utf8"))
  .join("\n");

/** @param {string} folder */
const parts = (folder) => readdirSync(new URL(`src/${folder}`, ROOT));

/** @param {string} part */
const isImported = (part) => tests.includes(`from "../src/${part}"`);

/** A page is opened at its path, as `App.jsx` has it. @param {string} page */
function isOpened(page) {
  const app = readFileSync(new URL("src/App.jsx", ROOT), "utf8");
  const path = app.match(`case "([^"]+)":\\s+return [^;]*<${page} />`)?.[1];
  return path === "/consent" ? /openPage\(request\(/.test(tests) : tests.includes(`openPage("${path}"`);
}

test.each(["components", "hooks", "contexts"])("each of %s is imported by a test", (folder) => {
  expect(parts(folder).filter((name) => !isImported(`${folder}/${name}`))).toEqual([]);
});

test("each page is opened by a test", () => {
  expect(parts("pages").filter((name) => !isOpened(name.replace(".jsx", "")))).toEqual([]);
});

test("a part without a test is found", () => {
  expect(isImported("components/Nothing.jsx")).toBe(false);
  expect(isOpened("Nothing")).toBe(false);
});
