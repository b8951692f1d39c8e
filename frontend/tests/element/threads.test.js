/** Conversations are opened, paged, renamed and deleted. */

import { beforeEach, expect, test } from "@jest/globals";
import { fireEvent, waitFor, within } from "@testing-library/dom";
import { eventStream, refusal } from "../network.js";
import { assistantItem, done, openChat, thread, userItem } from "./chat.js";

beforeEach(() => sessionStorage.clear());

/** @param {number} from @param {number} to */
const messages = (from, to) =>
  Array.from({ length: to - from + 1 }, (_, index) => userItem(`u${from + index}`, `message ${from + index}`));
const whole = {
  ...thread,
  items: { data: [userItem("u1", "hello"), assistantItem("a1", "Good morning")], has_more: false },
};

test("[001/FR-054] the initial thread is shown with its title", async () => {
  const chat = openChat({ "threads.get_by_id": () => whole }, { initialThread: "t1" });

  await chat.view.findByText("Good morning");
  expect(chat.view.getByRole("heading", { name: "Milk" })).toBeInTheDocument();
});

test("[001/FR-054] a remembered thread that is gone gives way to a new conversation", async () => {
  const gone = () => refusal(404, { code: "not_found", message: "There is no such conversation." });
  const chat = openChat({ "threads.get_by_id": gone }, { initialThread: "t1", startScreen: { greeting: "Welcome" } });

  await chat.view.findByText("Welcome");
  expect(chat.events.at(-1)).toEqual(["thread.change", { threadId: null }]);
});

test("what was being written in a thread that is gone is still there", async () => {
  const first = openChat({ "threads.get_by_id": () => whole }, { initialThread: "t1" });
  await first.user.type(first.composer(), "half a sen");
  const gone = () => refusal(404, { code: "not_found", message: "There is no such conversation." });

  const chat = openChat({ "threads.get_by_id": gone }, { initialThread: "t1", startScreen: { greeting: "Welcome" } });

  await chat.view.findByText("Welcome");
  await waitFor(() => expect(chat.composer()).toHaveValue("half a sen"));
});

test("a thread that cannot be loaded can be tried again", async () => {
  let isDown = true;
  const read = () => (isDown ? refusal(503, { code: "unavailable", message: "Not just now." }) : whole);
  const chat = openChat({ "threads.get_by_id": read }, { initialThread: "t1" });
  expect(await chat.view.findByRole("alert")).toHaveTextContent("Not just now.");

  isDown = false;
  await chat.user.click(chat.view.getByRole("button", { name: "Try again" }));

  await chat.view.findByText("Good morning");
  expect(chat.view.queryByRole("alert")).toBeNull();
});

test("a long conversation begins at its end, and earlier pages come on demand", async () => {
  const chat = openChat(
    {
      "threads.get_by_id": () => ({ ...thread, items: { data: messages(1, 20), has_more: true } }),
      "items.list": ({ after }) =>
        after
          ? { data: messages(1, 40).reverse(), has_more: false }
          : { data: messages(41, 80).reverse(), has_more: true, after: "u41" },
    },
    { initialThread: "t1" },
  );
  await chat.view.findByText("message 80");
  expect(chat.view.queryByText("message 1")).toBeNull();

  await chat.user.click(chat.view.getByRole("button", { name: "Earlier messages" }));

  await chat.view.findByText("message 1");
  const shown = chat.view.getAllByLabelText("You").map((node) => node.textContent);
  expect(shown).toEqual(messages(1, 80).map(({ content }) => content[0].text));
  expect(chat.view.queryByRole("button", { name: "Earlier messages" })).toBeNull();
  expect(chat.element.shadowRoot.activeElement).toBe(chat.log());
});

test("[005/FR-021] a prompt of the start screen is sent by a click", async () => {
  const stream = eventStream();
  const prompts = [{ label: "Add milk", prompt: "add buy milk tomorrow" }];
  const chat = openChat({ "threads.create": () => stream.response }, { startScreen: { greeting: "Welcome", prompts } });

  await chat.user.click(chat.view.getByRole("button", { name: "Add milk" }));
  stream.send({ type: "thread.created", thread }, done(userItem("u1", "add buy milk tomorrow")));
  stream.end();

  await chat.view.findByLabelText("You");
  expect(chat.view.queryByText("Welcome")).toBeNull();
  expect(chat.requests[0].body.params.input.content[0].text).toBe("add buy milk tomorrow");
  expect(chat.element.shadowRoot.activeElement).toBe(chat.log()); // the button is gone, the focus is not
});

test("[005/FR-013] a search finds a conversation by its title, also beyond the first page", async () => {
  const second = { data: [{ ...thread, id: "t3", title: "Ferns in the hall" }], has_more: false };
  const first = { data: [thread, { ...thread, id: "t2", title: "Taxes" }], has_more: true, after: "t2" };
  const chat = openChat({ "threads.list": ({ after }) => (after ? second : first) });
  await chat.user.click(chat.view.getByRole("button", { name: "Conversations" }));
  const dialog = chat.element.shadowRoot.querySelector("dialog");
  const panel = within(dialog);
  const titles = () =>
    [...dialog.querySelectorAll("li:not([hidden]) .entry")].map(
      (/** @type {Element} */ { textContent }) => textContent,
    );
  await panel.findByText("Taxes");

  await chat.user.type(panel.getByLabelText("Search conversations"), "FERNS");

  await waitFor(() => expect(titles()).toEqual(["Ferns in the hall"]));
  await chat.user.type(panel.getByLabelText("Search conversations"), " nowhere");
  await panel.findByText("No title has these words.");
});

test("[005/FR-013] the list opens, renames and deletes conversations", async () => {
  const list = { data: [thread, { ...thread, id: "t2", title: "Ferns" }], has_more: false };
  const chat = openChat({
    "threads.list": () => list,
    "threads.update": () => ({}),
    "threads.delete": () => ({}),
    "threads.get_by_id": () => whole,
  });
  await chat.user.click(chat.view.getByRole("button", { name: "Conversations" }));
  const dialog = /** @type {HTMLDialogElement} */ (chat.element.shadowRoot.querySelector("dialog"));
  const panel = within(dialog); // by label and text: jsdom takes an open dialog in a shadow root for hidden
  expect(dialog.open).toBe(true);

  await chat.user.click(await panel.findByLabelText("Rename Ferns"));
  fireEvent.input(panel.getByLabelText("Title"), { target: { value: "Plants" } });
  fireEvent.submit(panel.getByLabelText("Title"));
  await panel.findByText("Plants");
  expect(chat.requests.at(-1)?.body.params).toEqual({ thread_id: "t2", title: "Plants" });

  await chat.user.click(panel.getByLabelText("Delete Plants"));
  await chat.user.click(panel.getByText("Delete"));
  await waitFor(() => expect(panel.queryByText("Plants")).toBeNull());

  await chat.user.click(panel.getByText("Milk"));
  await chat.view.findByText("Good morning");
  expect(dialog.open).toBe(false);
});

test("[005/FR-013] typing quickly lists nothing twice, and one search reads each page once", async () => {
  /** @type {Record<string, (page: object) => void>} */
  const answer = {};
  const chat = openChat({
    "threads.list": ({ after = "first" }) =>
      new Promise((resolve) => {
        expect(answer).not.toHaveProperty(after);
        answer[after] = resolve;
      }),
  });
  chat.element.showHistory();
  const dialog = chat.element.shadowRoot.querySelector("dialog");
  await chat.user.type(within(dialog).getByLabelText("Search conversations"), "milk");
  expect(within(dialog).getByRole("status", { hidden: true })).toHaveTextContent("Loading…");

  answer.first({ data: [thread], has_more: true, after: "t1" });
  await waitFor(() => expect(answer).toHaveProperty("t1"));
  await chat.user.type(within(dialog).getByLabelText("Search conversations"), "{Backspace}k");
  answer.t1({ data: [{ ...thread, id: "t2" }], has_more: true, after: "t2" });
  await waitFor(() => expect(answer).toHaveProperty("t2"));
  answer.t2({ data: [{ ...thread, id: "t3", title: "More milk" }], has_more: false });

  await within(dialog).findByText("More milk");
  expect([...dialog.querySelectorAll("li")].map(({ textContent }) => textContent)).toEqual([
    "Milk",
    "Milk",
    "More milk",
  ]);
  expect(chat.requests.map(({ body }) => body.params.after)).toEqual([undefined, "t1", "t2"]);
});

test("[005/FR-013] a search ends with its list", async () => {
  /** @type {((page: object) => void)[]} */
  const waiting = [];
  const chat = openChat({ "threads.list": () => new Promise((resolve) => waiting.push(resolve)) });
  chat.element.showHistory();
  const search = within(chat.element.shadowRoot.querySelector("dialog")).getByLabelText("Search conversations");
  await chat.user.type(search, "ferns");

  await chat.element.hideHistory();
  waiting[0]({ data: [thread], has_more: true, after: "t1" });
  await new Promise((next) => setTimeout(next));
  expect(chat.requests).toHaveLength(1);

  chat.element.showHistory();
  await waitFor(() => expect(waiting).toHaveLength(2));
  waiting[1]({ data: [thread], has_more: false });
  await waitFor(() => expect(chat.element.shadowRoot.querySelectorAll("dialog li")).toHaveLength(1));
});

test("[005/FR-038] a conversation that is gone already leaves the list, and a failure says what failed", async () => {
  const answers = [new TypeError("network error"), refusal(404, { code: "not_found", message: "Not there." })];
  const chat = openChat({
    "threads.list": () => ({ data: [thread, { ...thread, id: "t2", title: "Ferns" }], has_more: false }),
    "threads.delete": () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  await chat.element.showHistory();
  const panel = within(chat.element.shadowRoot.querySelector("dialog"));
  await chat.user.click(panel.getByLabelText("Delete Milk"));
  await chat.user.click(panel.getByText("Delete"));
  await panel.findByText("The connection failed.");

  await chat.user.click(panel.getByText("Delete"));

  await waitFor(() => expect(panel.queryByText("Delete “Milk”?")).toBeNull());
  expect(panel.queryByText("Not there.")).toBeNull();
  expect(panel.getByText("Ferns")).toBeInTheDocument();
});

test("an answer that still streams does not spill into the conversation opened meanwhile", async () => {
  const stream = eventStream();
  const chat = openChat({ "threads.create": () => stream.response, "threads.get_by_id": () => whole });
  await chat.say("hello there");
  stream.send({ type: "thread.created", thread: { ...thread, id: "t9" } }, done(userItem("u9", "hello there")));
  await waitFor(() => expect(chat.view.getByLabelText("You")).not.toHaveClass("pending"));

  await chat.element.setThreadId("t1");
  await chat.view.findByText("Good morning");
  stream.send(done(assistantItem("a9", "Hello to you")));
  await new Promise((next) => setTimeout(next, 10));

  expect(chat.view.queryByText("Hello to you")).toBeNull();
  expect(chat.view.queryByText("hello there")).toBeNull();
  expect(chat.log()).toHaveAttribute("aria-busy", "false");
});

test("what arrives together with the event that opens another conversation is not shown in that one", async () => {
  const stream = eventStream();
  const chat = openChat({ "threads.create": () => stream.response }, { startScreen: { greeting: "Welcome" } });
  const leave = () => chat.element.setThreadId(null);
  chat.element.addEventListener("chatkit.thread.change", leave, { once: true });
  await chat.say("hello there");

  stream.send({ type: "thread.created", thread: { ...thread, id: "t9" } }, ...messages(1, 40).map(done));

  await chat.view.findByText("Welcome");
  await waitFor(() => expect(chat.events.map(([name]) => name)).toContain("response.end"));
  expect(chat.view.queryByLabelText("You")).toBeNull();
});

test("a new conversation starts empty, and its first message makes another thread", async () => {
  const stream = eventStream();
  const chat = openChat(
    { "threads.get_by_id": () => whole, "threads.create": () => stream.response },
    { initialThread: "t1", startScreen: { greeting: "Welcome" } },
  );
  await chat.view.findByText("Good morning");

  await chat.user.click(chat.view.getByRole("button", { name: "New conversation" }));
  await chat.view.findByText("Welcome");
  await chat.say("something else");

  expect(chat.requests.at(-1)?.body.type).toBe("threads.create");
  stream.end();
});
