/** The options and methods that `@openai/chatkit-react` passes on. */

import { beforeEach, expect, jest, test } from "@jest/globals";
import { waitFor } from "@testing-library/dom";
import { eventStream } from "../network.js";
import { done, openChat, thread, userItem } from "./chat.js";

beforeEach(() => sessionStorage.clear());

test("[005/FR-002] header, disclaimer, frame title and language", async () => {
  const onClick = jest.fn();
  const chat = openChat(
    { "threads.list": () => ({ data: [], has_more: false }) },
    {
      frameTitle: "Helper",
      locale: "de-DE",
      header: { title: { text: "My chat" }, leftAction: { icon: "settings-cog", onClick } },
      disclaimer: { text: "It can be *wrong*." },
    },
  );

  await chat.user.click(chat.view.getByRole("button", { name: "settings cog" }));
  await chat.element.showHistory();

  expect(onClick).toHaveBeenCalledTimes(1);
  expect(chat.view.getByRole("heading", { name: "My chat" })).toBeInTheDocument();
  expect(chat.element).toHaveAccessibleName("Helper");
  expect(chat.element.shadowRoot.querySelector("small em")).toHaveTextContent("wrong");
  expect(chat.requests[0].headers.get("accept-language")).toBe("de-DE");
});

test("[005/FR-002] header and history can be left out, and so can what a row of the history does", async () => {
  const bare = openChat({}, { header: { enabled: false }, history: { enabled: false } });
  expect(bare.view.queryByRole("button", { name: "Conversations" })).toBeNull();

  const chat = openChat(
    { "threads.list": () => ({ data: [thread], has_more: false }) },
    { history: { enabled: true, showDelete: false, showRename: false } },
  );
  await chat.element.showHistory();

  const entries = chat.element.shadowRoot.querySelectorAll("dialog li button");
  expect(entries).toHaveLength(1);
});

test("[005/FR-002] a tool and a model are chosen for a message, and the tool for that one alone", async () => {
  const stream = eventStream();
  const tools = [{ id: "search", label: "Search", icon: "search", placeholderOverride: "What to look for" }];
  const models = [
    { id: "small", label: "Small", default: true },
    { id: "large", label: "Large" },
  ];
  const chat = openChat({ "threads.create": () => stream.response }, { composer: { tools, models } });
  const chosen = jest.fn();
  chat.element.addEventListener("chatkit.tool.change", (/** @type {any} */ { detail }) => chosen(detail.toolId));

  await chat.element.setComposerValue({ text: "ferns", selectedToolId: "search", selectedModelId: "large" });
  expect(chat.composer()).toHaveAttribute("placeholder", "What to look for");
  await chat.user.type(chat.composer(), "{Enter}");

  const { input } = chat.requests[0].body.params;
  expect(input.inference_options).toEqual({ tool_choice: { id: "search" }, model: "large" });
  expect(chosen.mock.calls).toEqual([["search"]]); // it goes with the message, until that has arrived
  stream.send({ type: "thread.created", thread }, done(userItem("u1", "ferns")));
  await waitFor(() => expect(chosen.mock.calls).toEqual([["search"], [null]]));
  stream.end();
});

test("[005/FR-038] a message that did not arrive is sent again with its tool, as the same one", async () => {
  const stream = eventStream();
  const answers = [new TypeError("network error"), stream.response];
  const create = () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const tools = [{ id: "search", label: "Search" }];
  const chat = openChat({ "threads.create": create }, { composer: { tools } });
  await chat.element.setComposerValue({ text: "ferns", selectedToolId: "search" });
  await chat.user.type(chat.composer(), "{Enter}");

  await chat.user.click(await chat.view.findByRole("button", { name: "Send again" }));
  await waitFor(() => expect(chat.requests).toHaveLength(2));
  stream.send({ type: "thread.created", thread }, done(userItem("u1", "ferns")));

  expect(chat.requests[0].body.params.input.inference_options).toEqual({ tool_choice: { id: "search" } });
  expect(chat.requests[1].body).toEqual(chat.requests[0].body);
  stream.end();
});

test("[005/FR-002] a message of the page's own carries its parts, quote and choices into a new conversation", async () => {
  const stream = eventStream();
  const chat = openChat({
    "threads.get_by_id": () => ({ ...thread, items: { data: [], has_more: false } }),
    "threads.follow": () => new Response(""),
    "threads.create": () => stream.response,
  });
  await chat.element.setThreadId("t1");
  const content = [
    { type: "input_tag", id: "t1", text: "@milk" },
    { type: "input_text", text: " is late" },
  ];

  const sent = chat.element.sendUserMessage({
    content,
    reply: "earlier words",
    newThread: true,
    toolChoice: { id: "x" },
  });
  stream.send(
    { type: "thread.created", thread },
    done({ ...userItem("u1", "@milk is late"), quoted_text: "earlier words" }),
  );
  stream.end();
  await sent;

  expect(chat.requests.at(-1)?.body).toMatchObject({
    type: "threads.create",
    params: { input: { content, quoted_text: "earlier words", inference_options: { tool_choice: { id: "x" } } } },
  });
  expect(chat.view.getByLabelText("You")).toHaveTextContent("earlier words@milk is late");
});

test("[005/FR-002] a pinned tool has a button of its own, a chosen one its short name, a model its description", async () => {
  const tools = [
    { id: "search", label: "Search the web", shortLabel: "Search", icon: "globe" },
    { id: "draw", label: "Draw", icon: "sparkle", pinned: true },
  ];
  const models = [
    { id: "small", label: "Small", description: "quick", default: true },
    { id: "large", label: "Large", description: "thorough" },
  ];
  const chat = openChat({}, { composer: { tools, models } });
  const chosen = jest.fn();
  chat.element.addEventListener("chatkit.tool.change", (/** @type {any} */ { detail }) => chosen(detail.toolId));
  const words = (/** @type {string} */ name) =>
    [.../** @type {HTMLSelectElement} */ (chat.view.getByLabelText(name)).options].map(({ text }) => text);
  const pin = chat.view.getByRole("button", { name: "Draw" });
  expect(words("Model")).toEqual(["Small", "Large: thorough"]);

  await chat.user.click(pin);
  expect(pin).toHaveAttribute("aria-pressed", "true");
  await chat.user.selectOptions(chat.view.getByLabelText("Tool"), "search");
  expect(pin).toHaveAttribute("aria-pressed", "false");
  expect(words("Tool")).toEqual(["No tool", "Search", "Draw"]);
  expect(chat.view.getByLabelText("Tool").querySelector("[value=draw]")).toHaveAttribute("hidden");
  await chat.user.dblClick(pin);

  expect(pin).toHaveAttribute("aria-pressed", "false");
  expect(chosen.mock.calls).toEqual([["draw"], ["search"], ["draw"], [null]]);
});

test("[005/FR-024] the theme is told to the stylesheet, and nothing of it stays when it goes", () => {
  /** @type {Set<any>} */
  const fonts = new Set();
  Object.defineProperty(document, "fonts", { value: fonts, configurable: true });
  class Face {
    /** @param {string} family @param {string} source @param {object} traits */
    constructor(family, source, traits) {
      Object.assign(this, { family, source, ...traits });
    }
  }
  Object.assign(globalThis, { FontFace: Face });
  const theme = {
    colorScheme: "dark",
    radius: "sharp",
    density: "compact",
    typography: {
      baseSize: 18,
      fontFamily: "Fern, serif",
      fontSources: [{ family: "Fern", src: "/fern.woff2", weight: 700 }],
    },
    color: {
      accent: { primary: "#123456", level: 3 },
      grayscale: { hue: 220, tint: 9, shade: 4 },
      surface: { background: "#000000", foreground: "#ffffff" },
    },
  };
  const { element } = openChat({}, { theme });
  const told = (/** @type {string} */ name) => element.style.getPropertyValue(`--chatkit-${name}`);

  expect([told("accent"), told("radius"), told("paper")]).toEqual(["#123456", "0px", "#000000"]);
  expect(told("tint")).toBe("color-mix(in srgb, #123456 18%, Canvas)");
  expect(told("line")).toContain("hsl(220 80% 50%) 27%, CanvasText) 26%");
  expect(element.style.fontSize).toBe("18px");
  expect([...fonts]).toEqual([{ family: "Fern", source: 'url("/fern.woff2")', weight: 700 }]);
  element.setOptions({ api: { url: "http://gateway.test/api/ada-1/chatkit" }, theme: "light" });
  expect(element.style.cssText).toBe("color-scheme: light;");
  expect(fonts.size).toBe(0);
});

test("[005/FR-002] what the composer answers is shown, can be removed, is kept, and goes with the message", async () => {
  const stream = eventStream();
  const chat = openChat({ "threads.create": () => stream.response });
  await chat.element.setComposerValue({ reply: "You have two tasks." });
  await chat.user.type(chat.composer(), "{Enter}");
  expect(chat.requests).toEqual([]); // a quote alone says nothing
  await chat.element.setComposerValue({ text: "why?" });
  expect(chat.view.getByRole("group", { name: "In answer to" })).toHaveTextContent("You have two tasks.");
  await chat.user.click(chat.view.getByRole("button", { name: "Remove the quote" }));
  expect(chat.view.queryByRole("group", { name: "In answer to" })).toBeNull();
  expect(chat.element.shadowRoot.activeElement).toBe(chat.composer());

  await chat.element.setComposerValue({ reply: "One is late." });
  const again = openChat({ "threads.create": () => stream.response });
  expect(again.view.getByRole("group", { name: "In answer to" })).toHaveTextContent("One is late.");
  await again.user.type(again.composer(), "{Enter}");

  expect(again.requests[0].body.params.input).toMatchObject({
    content: [{ type: "input_text", text: "why?" }],
    quoted_text: "One is late.",
  });
  expect(again.view.getByLabelText("You")).toHaveTextContent("One is late.why?");
  expect(again.view.queryByRole("group", { name: "In answer to" })).toBeNull();
  stream.end();
});

test("[005/FR-002] a prompt has the nearest of our icons, or none", async () => {
  const prompts = [
    { label: "What is due?", prompt: "due", icon: "calendar" },
    { label: "Anything", prompt: "any", icon: "no-such-icon" },
  ];
  const { view } = openChat({}, { startScreen: { prompts } });

  expect(view.getByRole("button", { name: "What is due?" }).querySelector("svg")).not.toBeNull();
  expect(view.getByRole("button", { name: "Anything" }).querySelector("svg")).toBeNull();
});

test("[005/FR-014] a composer that is filled before it is shown is not flat", async () => {
  const chat = openChat({});
  const { style } = chat.composer();
  await chat.element.setComposerValue({ text: "one" });
  expect(style.height).toBe("auto"); // nothing has a height here, as where it is not shown

  Object.defineProperty(chat.composer(), "scrollHeight", { value: 48 });
  await chat.element.setComposerValue({ text: "one and two" });

  expect(style.height).toBe("48px");
});

test("[005/FR-002] an element without an address says what is missing, and what is not served", () => {
  const element = /** @type {any} */ (document.createElement("openai-chatkit"));

  expect(() => element.setOptions({})).toThrow("api.url is required");
  expect(() => element.setOptions({ api: { getClientSecret: async () => "x" } })).toThrow(
    /getClientSecret.*not served/,
  );
});
