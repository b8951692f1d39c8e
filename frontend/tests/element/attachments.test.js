/** Files that go with a message: how they come, how they travel, and what is said when they do not. */

import { beforeEach, expect, jest, test } from "@jest/globals";
import { fireEvent, waitFor } from "@testing-library/dom";
import { eventStream, refusal, uploads } from "../network.js";
import { URL as API, nothing, openChat, threadOf } from "./chat.js";

beforeEach(() => {
  sessionStorage.clear();
  URL.createObjectURL = jest.fn(() => "blob:http://localhost/1");
  URL.revokeObjectURL = jest.fn();
});

const notes = new File(["ferns"], "notes.txt", { type: "text/plain" });
const photo = new File(["pixels"], "photo.png", { type: "image/png" });
const PLACE = { url: "https://files.test/1", method: "PUT", headers: { "x-signed": "yes" } };

/** @param {any} params */
const created = ({ name, mime_type }) => ({ id: `id-${name}`, type: "file", name, mime_type });

/** @param {any} answers @param {any} [attachments] @param {any} [api] */
function open(answers, attachments = {}, api = {}) {
  const chat = openChat(answers, {
    api: { url: API, domainKey: "x", ...api },
    composer: { attachments: { enabled: true, ...attachments } },
  });
  const input = /** @type {HTMLInputElement} */ (chat.element.shadowRoot.querySelector("input[type=file]"));
  const files = () =>
    [...chat.element.shadowRoot.querySelectorAll(".file .column")].map(({ textContent }) => textContent);
  const add = (/** @type {File[]} */ ...added) => chat.user.upload(input, added);
  return { ...chat, input, files, add };
}

test("[005/FR-018] a file is announced, put where the server says, and sent with the message by its id", async () => {
  const stream = eventStream();
  const sent = uploads();
  const chat = open({
    "attachments.create": (/** @type {any} */ params) => ({ ...created(params), upload_descriptor: PLACE }),
    "threads.create": () => stream.response,
  });

  await chat.add(notes);
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(chat.requests[0].body.params).toEqual({ name: "notes.txt", size: 5, mime_type: "text/plain" });
  expect(sent[0]).toMatchObject({ method: "PUT", url: PLACE.url, file: notes });
  expect(sent[0].headers).toEqual(PLACE.headers); // and no token: the place is another's
  expect(chat.input.value).toBe(""); // so that the same file can be chosen again
  sent[0].progress(0.4);
  expect(chat.files()).toEqual([expect.stringContaining("Uploading… 40 %")]);
  expect(chat.view.getByRole("progressbar", { name: "Upload of notes.txt" })).toHaveProperty("value", 0.4);

  await chat.say("What is in it?");
  expect(chat.view.getByRole("alert")).toHaveTextContent("A file is still being uploaded.");
  sent[0].answer(200);
  await waitFor(() => expect(chat.view.getAllByRole("status").at(-1)).toHaveTextContent("notes.txt is uploaded."));
  await chat.user.type(chat.composer(), "{Enter}");

  expect(chat.requests.at(-1)?.body.params.input).toMatchObject({ attachments: ["id-notes.txt"] });
  expect(chat.view.getByLabelText("You")).toHaveTextContent("notes.txt");
  expect(chat.files()).toEqual([]);
  stream.end();
});

test("[005/FR-018] a direct upload is one form to its own address, by the page's own fetch", async () => {
  const send = /** @type {typeof fetch} */ ((url, init) => fetch(url, init));
  const own = jest.fn(send);
  const chat = open({}, {}, { fetch: own, uploadStrategy: { type: "direct", uploadUrl: "http://files.test/upload" } });
  own.mockImplementation(async () => Response.json(created({ name: "photo.png", mime_type: "image/png" })));

  await chat.add(photo);

  await waitFor(() => expect(chat.view.queryByRole("progressbar")).toBeNull());
  expect(own.mock.calls.map(([url]) => url)).toEqual(["http://files.test/upload"]);
  const body = /** @type {FormData} */ (own.mock.calls[0][1]?.body);
  expect(/** @type {File} */ (body.get("file")).name).toBe("photo.png");
  const picture = chat.element.shadowRoot.querySelector("img");
  expect(picture).toHaveAttribute("src", "blob:http://localhost/1");
  fireEvent.error(picture);
  expect(chat.element.shadowRoot.querySelector(".file img")).toBeNull(); // a sign, where the browser cannot draw it
  await chat.user.type(chat.composer(), "{Enter}");
  expect(URL.revokeObjectURL).toHaveBeenCalledWith("blob:http://localhost/1"); // its bytes are let go
});

test("[005/FR-018] a file that got lost is offered again, and one that the server refuses is not", async () => {
  let isAway = true;
  const chat = open({
    "attachments.create": (/** @type {any} */ params) => {
      if (isAway) throw new TypeError("network error");
      if (params.name === "photo.png") return refusal(422, { code: "invalid", message: "Files cannot be added here." });
      return created(params);
    },
  });
  await chat.add(notes);
  await waitFor(() => expect(chat.files()[0]).toContain("Not uploaded. The connection failed."));
  await chat.say("now");
  expect(chat.view.getByRole("alert")).toHaveTextContent("A file was not uploaded. Try again, or remove it.");
  expect(chat.composer()).toHaveValue("now");

  isAway = false;
  await chat.user.click(chat.view.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(chat.files()[0]).not.toContain("Not uploaded"));
  await chat.add(photo);

  await waitFor(() => expect(chat.files()[1]).toContain("Not uploaded. Files cannot be added here."));
  expect(chat.view.queryByRole("button", { name: "Try again" })).toBeNull();
});

test("[005/FR-018] a place that does not take a file is said, and the file is not sent with the message", async () => {
  const sent = uploads();
  const chat = open({
    "attachments.create": (/** @type {any} */ params) => ({ ...created(params), upload_descriptor: PLACE }),
    "attachments.delete": () => ({}),
  });
  await chat.add(notes);
  await waitFor(() => expect(sent).toHaveLength(1));
  sent[0].answer(403);

  await waitFor(() => expect(chat.files()[0]).toContain("Not uploaded. The place for files did not take it."));
  await chat.say("now");
  await chat.user.click(chat.view.getByRole("button", { name: "Remove notes.txt" }));
  expect(chat.requests.map(({ body }) => body.type)).toEqual(["attachments.create", "attachments.delete"]);
});

test("[005/FR-018] a file that is tried again leaves nothing behind of the times before", async () => {
  const sent = uploads();
  const answers = ["first", new TypeError("network error"), "third"];
  const chat = open({
    "attachments.create": (/** @type {any} */ params) => {
      const id = answers.shift();
      if (id instanceof Error) throw id;
      return { ...created(params), id, upload_descriptor: PLACE };
    },
    "attachments.delete": () => ({}),
    "threads.create": nothing,
  });
  const again = async () => chat.user.click(await chat.view.findByRole("button", { name: "Try again" }));
  await chat.add(notes);
  await waitFor(() => expect(sent).toHaveLength(1));
  sent[0].answer(0);
  await again(); // it is not even announced
  await again();
  await waitFor(() => expect(sent).toHaveLength(2));
  sent[1].answer(200);
  await waitFor(() => expect(chat.view.queryByRole("progressbar")).toBeNull());
  await chat.user.type(chat.composer(), "{Enter}");

  const removed = chat.requests.filter(({ body }) => body.type === "attachments.delete");
  expect(removed.map(({ body }) => body.params)).toEqual([{ attachment_id: "first" }]);
  expect(chat.requests.at(-1)?.body.params.input.attachments).toEqual(["third"]);
});

test("[005/FR-018] a file is removed, at the server too, an upload is given up, and the focus stays", async () => {
  const sent = uploads();
  const chat = open({
    "attachments.create": (/** @type {any} */ params) =>
      params.name === "notes.txt" ? created(params) : { ...created(params), upload_descriptor: PLACE },
    "attachments.delete": () => ({}),
  });
  await chat.add(notes);
  await chat.add(photo);
  await waitFor(() => expect(sent).toHaveLength(1));

  await chat.user.click(chat.view.getByRole("button", { name: "Remove notes.txt" }));
  expect(chat.element.shadowRoot.activeElement).toHaveAccessibleName("Remove photo.png");
  await chat.user.keyboard("{Enter}");

  expect(chat.element.shadowRoot.activeElement).toBe(chat.composer());
  expect(sent[0].isAborted).toBe(true);
  const removed = chat.requests.filter(({ body }) => body.type === "attachments.delete");
  const ids = removed.map(({ body }) => body.params.attachment_id);
  expect(ids).toEqual(["id-notes.txt", "id-photo.png"]); // the second was announced, and never came
});

test.each([
  ["announced", {}, PLACE],
  ["sent", { uploadStrategy: { type: "direct", uploadUrl: API } }, undefined],
])(
  "[005/FR-018] a removed file that a `fetch` of the page's own has %s all the same is deleted",
  async (_, api, place) => {
    const sent = uploads();
    /** @type {(answer: Response) => void} */
    let answer = () => undefined;
    const deaf = jest.fn(async (/** @type {any} */ _, /** @type {any} */ { body }) =>
      String(body).includes("attachments.delete") ? Response.json({}) : new Promise((done) => (answer = done)),
    );
    const chat = open({}, {}, { fetch: deaf, ...api });
    await chat.add(notes);
    await chat.user.click(chat.view.getByRole("button", { name: "Remove notes.txt" }));

    answer(Response.json({ ...created({ name: "notes.txt" }), upload_descriptor: place }));

    await waitFor(() => expect(deaf).toHaveBeenCalledTimes(2));
    expect(JSON.parse(deaf.mock.calls[1][1].body).params).toEqual({ attachment_id: "id-notes.txt" });
    expect([sent, chat.files(), chat.events]).toEqual([[], [], []]); // not put anywhere, and nothing failed
  },
);

test("[005/FR-018] what the option does not let in is said, and asks the server for nothing", async () => {
  const accept = { "image/*": [".Png"] };
  const chat = open({}, { accept, maxSize: { "image/png": 3, "image/webp": 1792, "*": 1 }, maxCount: 1 });
  await chat.element.setComposerValue({ attachments: [created({ name: "plan.pdf", mime_type: "application/pdf" })] });
  expect(chat.input.accept).toBe("image/*,.Png");

  const refused = (/** @type {File} */ file) => {
    fireEvent.change(chat.input, { target: { files: [file] } });
    return chat.view.getByRole("alert").textContent;
  };
  expect(refused(notes)).toBe("“notes.txt” is no kind of file that is taken here.");
  expect(refused(photo)).toBe("“photo.png” is larger than 3 bytes.");
  const rich = new File(["x".repeat(1800)], "rich.webp", { type: "image/webp" });
  expect(refused(rich)).toBe("“rich.webp” is larger than 1.7 kB."); // which it is, as it would not be of 1.8
  expect(refused(new File(["1"], "ONE.PNG"))).toBe("Only one file goes with a message."); // its name tells its kind

  await chat.user.type(chat.composer(), "x");
  expect(chat.view.queryByRole("alert")).toBeNull();
  expect(chat.requests).toEqual([]);
});

test.each([{}, { maxSize: { "image/png": 3 } }])(
  "[005/FR-018] without limits ten files of 100 MB are the most",
  (limits) => {
    const chat = open({ "attachments.create": created }, limits);
    const film = new File(["x"], "film.mp4", { type: "video/mp4" });
    Object.defineProperty(film, "size", { value: 100 * 1024 * 1024 + 1 });

    fireEvent.change(chat.input, { target: { files: [film] } });
    expect(chat.view.getByRole("alert")).toHaveTextContent("“film.mp4” is larger than 100 MB.");
    fireEvent.change(chat.input, { target: { files: Array(11).fill(notes) } });

    expect(chat.view.getByRole("alert")).toHaveTextContent("At most 10 files go with a message.");
    expect(chat.files()).toHaveLength(10);
  },
);

test("[005/FR-018] files are pasted and dropped, and text that brings its picture stays text", async () => {
  const chat = open({ "attachments.create": created });
  const clipboard = { files: [photo], types: ["Files", "text/plain"] };

  fireEvent.paste(chat.composer(), { clipboardData: clipboard });
  expect(chat.files()).toEqual([]);
  fireEvent.paste(chat.composer(), { clipboardData: { ...clipboard, types: ["Files"] } });
  const dataTransfer = { files: [notes], types: ["Files"] };
  expect(fireEvent.dragOver(chat.element, { dataTransfer })).toBe(false);
  expect(fireEvent.drop(chat.element, { dataTransfer })).toBe(false); // else the browser would open the file

  await waitFor(() => expect(chat.requests).toHaveLength(2));
  expect(chat.view.getByRole("button", { name: "Remove photo.png" })).toBeInTheDocument();
  expect(chat.view.getByRole("button", { name: "Remove notes.txt" })).toBeInTheDocument();
});

test("[005/FR-018] where files are off, nothing takes one", () => {
  const chat = openChat({});
  const dataTransfer = { files: [notes], types: ["Files"] };

  expect(chat.view.queryByRole("button", { name: "Add files" })).toBeNull();
  expect(fireEvent.paste(chat.composer(), { clipboardData: dataTransfer })).toBe(true);
  expect(fireEvent.dragOver(chat.element, { dataTransfer })).toBe(true);
  fireEvent.drop(chat.element, { dataTransfer });

  expect(chat.element.shadowRoot.querySelector(".files li")).toBeNull();
});

test("[005/FR-018] uploaded files are part of the draft, and what is still on its way is not", async () => {
  uploads();
  const answers = {
    "attachments.create": (/** @type {any} */ params) =>
      params.name === "notes.txt" ? created(params) : { ...created(params), upload_descriptor: PLACE },
    "attachments.delete": () => ({}),
    "threads.get_by_id": () => threadOf(),
    "threads.follow": nothing,
  };
  const chat = open(answers);
  await chat.element.setComposerValue({ files: [notes, photo] });
  await waitFor(() => expect(chat.view.getAllByRole("progressbar")).toHaveLength(1));

  await chat.element.setThreadId("t1");
  expect(chat.files()).toEqual([]);
  await chat.element.setThreadId(null);

  expect(chat.files()).toEqual(["notes.txt"]);
  const { body } = chat.requests.filter(({ body }) => body.type === "attachments.delete")[0];
  expect(body.params).toEqual({ attachment_id: "id-photo.png" });
});

test("[005/FR-018] files of the page go by their name, and a picture of another host is not loaded", async () => {
  const stream = eventStream();
  const chat = open({ "threads.create": () => stream.response });
  const attachment = { ...created({ name: "plan.png", mime_type: "image/png" }), type: "image" };
  await chat.element.setComposerValue({ attachments: [{ ...attachment, preview_url: "https://spy.test/x.png" }] });
  expect(chat.files()).toEqual(["plan.png"]);
  expect(chat.element.shadowRoot.querySelector("img")).toBeNull();

  await chat.user.type(chat.composer(), "{Enter}"); // a file is message enough

  expect(chat.requests[0].body.params.input).toMatchObject({ content: [], attachments: ["id-plan.png"] });
  stream.end();
});
