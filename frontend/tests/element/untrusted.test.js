/** What things, files and quotes are called is text, whoever called them so. */

import { beforeEach, expect, test } from "@jest/globals";
import { fireEvent, waitFor } from "@testing-library/dom";
import { openChat, openThread } from "./chat.js";

beforeEach(() => sessionStorage.clear());

const MARKUP = '<img src="https://spy.test/x" onerror="alert(1)">';

/** @param {any} chat */
const taken = (chat) => chat.element.shadowRoot.querySelectorAll("img, [onerror]").length;

/** @param {any} chat @param {string} selector */
const words = (chat, selector) => chat.element.shadowRoot.querySelector(selector)?.textContent;

test("[005/FR-004] nothing that is shown in the composer is taken for markup", async () => {
  const entity = { id: "t1", title: MARKUP, group: MARKUP };
  const attachments = [{ id: "a1", type: "file", name: MARKUP, mime_type: "text/plain" }];
  const chat = openChat(
    {},
    {
      composer: { attachments: { enabled: true, maxCount: 1, accept: { "text/plain": [".txt"] } } },
      entities: { onTagSearch: async () => [entity] },
      commands: { enabled: true, onSearch: async () => [{ id: "c1", label: MARKUP, description: MARKUP }] },
    },
  );
  await chat.element.setComposerValue({ reply: MARKUP, attachments });
  fireEvent.change(chat.element.shadowRoot.querySelector("input[type=file]"), {
    target: { files: [new File(["x"], MARKUP)] },
  });
  expect(words(chat, ".quote blockquote")).toBe(MARKUP);
  expect(words(chat, ".file .name")).toBe(MARKUP);
  expect(words(chat, ".complaint")).toContain(MARKUP);

  await chat.user.type(chat.composer(), "/");
  await waitFor(() => expect(words(chat, ".suggestions .row:last-child")).toBe(MARKUP + MARKUP));
  expect(taken(chat)).toBe(0);
  await chat.user.type(chat.composer(), "{Backspace}@");
  await waitFor(() => expect(words(chat, ".suggestions p")).toBe(MARKUP));
  expect(taken(chat)).toBe(0);
  await chat.user.keyboard("{Enter}");

  expect(words(chat, "mark")).toBe(`@${MARKUP}`);
  expect(taken(chat)).toBe(0);
});

test("[005/FR-004] nothing that a stored message names or quotes is taken for markup", async () => {
  const tag = { type: "input_tag", id: "t1", text: MARKUP, data: {} };
  const message = {
    type: "user_message",
    id: "u1",
    content: [{ ...tag, interactive: true }, { type: "input_text", text: MARKUP }, tag],
    quoted_text: MARKUP,
    attachments: [{ id: "a1", name: MARKUP }],
  };
  const onRequestPreview = async () => ({ preview: { type: "Text", value: MARKUP } });
  const chat = openThread([message], {}, { entities: { onRequestPreview } });
  await chat.user.hover(await chat.view.findByRole("button", { name: MARKUP }));
  await waitFor(() => expect(words(chat, ".preview")).toBe(MARKUP));

  expect(words(chat, ".user blockquote")).toBe(MARKUP);
  expect(words(chat, ".user li")).toBe(MARKUP);
  expect(words(chat, "span.tag")).toBe(MARKUP);
  expect(taken(chat)).toBe(0);
});
