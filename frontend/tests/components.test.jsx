/** Each component by itself: what it shows, what it does, and what it says when that fails. */

import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { createRef } from "react";
import { AuthGuard } from "../src/components/AuthGuard.jsx";
import { Card } from "../src/components/Card.jsx";
import { ConnectDialog } from "../src/components/ConnectDialog.jsx";
import { ConnectionBanner } from "../src/components/ConnectionBanner.jsx";
import { Conversation } from "../src/components/Conversation.jsx";
import { CredentialsForm } from "../src/components/CredentialsForm.jsx";
import { DeleteAccount } from "../src/components/DeleteAccount.jsx";
import { ExportData } from "../src/components/ExportData.jsx";
import { FaultBoundary } from "../src/components/FaultBoundary.jsx";
import { Field } from "../src/components/Field.jsx";
import { Link } from "../src/components/Link.jsx";
import { Logo } from "../src/components/Logo.jsx";
import { ScopeList } from "../src/components/ScopeList.jsx";
import { SignOutButton } from "../src/components/SignOutButton.jsx";
import { TaskDrawer } from "../src/components/TaskDrawer.jsx";
import { TaskPanel } from "../src/components/TaskPanel.jsx";
import { ThemeChoice } from "../src/components/ThemeChoice.jsx";
import { TimeZone } from "../src/components/TimeZone.jsx";
import { TopBar } from "../src/components/TopBar.jsx";
import { gateway, show } from "./frame.jsx";

beforeEach(() => {
  localStorage.clear();
  window.history.replaceState(null, "", "/");
});
afterEach(cleanup);

test("AuthGuard shows what it guards once the session names somebody", async () => {
  await show(
    <AuthGuard fallback={<p>Sign in</p>}>
      <p>Inside</p>
    </AuthGuard>,
  );

  await screen.findByText("Inside");
  expect(screen.queryByText("Sign in")).toBeNull();
});

test("Card names the page once, in its heading and in the browser's tab", async () => {
  await show(<Card title="Settings">Below</Card>);

  expect(screen.getByRole("heading", { level: 1, name: "Settings" })).toBeInTheDocument();
  expect(document.title).toBe("Settings · Remit");
});

test("ConnectDialog gives the address of the MCP server, and says that it was copied", async () => {
  /** @type {import("react").RefObject<HTMLDialogElement>} */
  const dialog = createRef();
  const { user } = await show(<ConnectDialog ref={dialog} />);
  act(() => dialog.current?.showModal());

  await user.click(screen.getByRole("button", { name: "Copy" }));

  await screen.findByRole("button", { name: "Copied" });
  expect(await navigator.clipboard.readText()).toBe("http://mcp.test/mcp");
});

test("[005/FR-038] ConnectDialog says what to do when the browser does not let it copy", async () => {
  /** @type {import("react").RefObject<HTMLDialogElement>} */
  const dialog = createRef();
  const { user } = await show(<ConnectDialog ref={dialog} />);
  const refused = jest
    .spyOn(navigator.clipboard, "writeText")
    .mockRejectedValue(new DOMException("", "NotAllowedError"));
  act(() => dialog.current?.showModal());

  await user.click(screen.getByRole("button", { name: "Copy" }));

  expect(await screen.findByRole("alert")).toHaveTextContent("copy it yourself");
  act(() => dialog.current?.close());
  expect(screen.queryByText(/copy it yourself/)).toBeNull();
  refused.mockRestore();
});

test("ConnectionBanner says nothing as long as the network is there", async () => {
  await show(<ConnectionBanner />);

  expect(screen.getByRole("status")).toBeEmptyDOMElement();
});

test("Conversation gives the element the address, the look and three things to say", async () => {
  const setOptions = jest.fn();
  customElements.define(
    "openai-chatkit",
    class extends HTMLElement {
      setOptions = setOptions;
    },
  );
  const api = gateway({ chatkitUrl: "http://gateway.test/api/ada-1/chatkit", fetch: jest.fn() });
  await show(<Conversation userId="ada-1" api={api} assistant={{}} onChange={jest.fn()} />);

  await waitFor(() => expect(setOptions).toHaveBeenCalled());
  expect(setOptions.mock.calls[0][0]).toMatchObject({
    api: { url: api.chatkitUrl, fetch: expect.any(Function) },
    theme: "light",
  });
  expect(/** @type {any} */ (setOptions.mock.calls[0][0]).startScreen.prompts).toHaveLength(3);
});

test("CredentialsForm says what was wrong, keeps what was typed, and can be sent again", async () => {
  const onSend = jest.fn(async (/** @type {object} */ _fields) => ({
    error: { status: 401, message: "Wrong password" },
  }));
  const { user } = await show(
    <CredentialsForm action="Go" onSend={onSend}>
      <Field label="Password" name="password" />
    </CredentialsForm>,
  );
  await user.type(screen.getByLabelText("Password"), "horse");

  await user.click(screen.getByRole("button", { name: "Go" }));

  expect(await screen.findByRole("alert")).toHaveTextContent("Wrong password.");
  expect(screen.getByLabelText("Password")).toHaveValue("horse");
  expect(onSend).toHaveBeenCalledWith({ password: "horse" });
  expect(screen.getByRole("button", { name: "Go" })).toBeEnabled();
});

/** @param {import("@testing-library/user-event").UserEvent} user */
async function leave(user) {
  await user.click(screen.getByRole("button", { name: "Delete my account…" }));
  await user.type(screen.getByLabelText("Password"), "horse");
  await user.type(screen.getByLabelText("Type DELETE to confirm"), "DELETE");
  await user.click(screen.getByRole("button", { name: "Delete everything" }));
}

test("[005/FR-033] DeleteAccount says what is left when the account cannot be reached after the data", async () => {
  const remove = jest.fn(async (/** @type {string} */ _path) => undefined);
  const { user } = await show(<DeleteAccount api={gateway({ remove })} />, {
    "POST /api/auth/sign-in/email": { token: "t" },
  });

  await leave(user);

  expect(await screen.findByRole("alert")).toHaveTextContent("the account is not yet. Try again.");
  expect(remove).toHaveBeenCalledWith("data");
});

test("[005/FR-033] DeleteAccount takes an account that is gone for gone, when only the answer got lost", async () => {
  let isGone = false;
  const { user, requests } = await show(<DeleteAccount api={gateway({ remove: async () => undefined })} />, {
    "GET /api/auth/get-session": () =>
      isGone ? null : { session: { id: "s1" }, user: { id: "ada-1", email: "a@b.c" } },
    "POST /api/auth/sign-in/email": { token: "t" },
    "POST /api/auth/delete-user": () => {
      isGone = true;
      throw new TypeError("the answer got lost");
    },
  });

  await leave(user);

  await waitFor(() => expect(requests.filter(({ route }) => route.endsWith("get-session")).length).toBeGreaterThan(1));
  expect(screen.queryByRole("alert")).toBeNull();
});

test("ExportData says why there is no file, and can be asked again", async () => {
  const { user } = await show(<ExportData api={gateway({})} />);

  await user.click(screen.getByRole("button", { name: "Download my data" }));

  expect(await screen.findByRole("alert")).toHaveTextContent("nobody answers");
  expect(screen.getByRole("button", { name: "Download my data" })).toBeEnabled();
});

/** @returns {never} */
function Broken() {
  throw new Error("broken");
}

test("FaultBoundary says that the page failed, where otherwise nothing would be left", async () => {
  const silent = jest.spyOn(console, "error").mockImplementation(() => undefined); // React reports what is thrown
  await show(
    <FaultBoundary>
      <Broken />
    </FaultBoundary>,
  );

  expect(screen.getByRole("heading", { name: "The page failed" })).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Reload" })).toBeInTheDocument();
  silent.mockRestore();
});

test("Field ties its label and its hint to the input", async () => {
  await show(<Field label="Password" hint="At least 8 characters." name="password" />);

  expect(screen.getByLabelText("Password")).toHaveAccessibleDescription("At least 8 characters.");
  expect(screen.getByLabelText("Password")).toBeRequired();
});

test("Link goes to another page without loading, and leaves a click for a new tab to the browser", async () => {
  const { user } = await show(<Link to="/settings">Settings</Link>);

  expect(screen.getByRole("link")).toHaveAttribute("href", "/settings");
  /** @type {boolean[]} */
  const areTaken = [];
  const browser = (/** @type {Event} */ event) => {
    areTaken.push(event.defaultPrevented);
    event.preventDefault(); // it would open a tab
  };
  document.addEventListener("click", browser);
  for (const held of [{ metaKey: true }, { ctrlKey: true }, { shiftKey: true }, { button: 1 }]) {
    fireEvent.click(screen.getByRole("link"), held);
  }
  document.removeEventListener("click", browser);
  expect(areTaken).toEqual([false, false, false, false]);
  expect(window.location.pathname).toBe("/");

  await user.click(screen.getByRole("link"));

  expect(window.location.pathname).toBe("/settings");
});

test("Logo is read as the name alone", async () => {
  await show(<Logo />);

  expect(screen.getByText("Remit")).toBeInTheDocument();
  expect(screen.queryByRole("img")).toBeNull();
});

test("ScopeList says in words what is known, and shows the rest as it is", async () => {
  await show(<ScopeList scopes={["tasks:read", "planets:move"]} />);

  expect(screen.getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual([
    "See your tasks",
    "planets:move",
  ]);
});

test("SignOutButton says that the person is still signed in when the service is away", async () => {
  const { user } = await show(<SignOutButton className="quiet" />);

  await user.click(screen.getByRole("button", { name: "Sign out" }));

  expect(await screen.findByRole("alert")).toHaveTextContent("You are still signed in");
});

test("TaskDrawer is open as long as it is there, and tells when it was left", async () => {
  const onClose = jest.fn();
  await show(
    <TaskDrawer onClose={onClose}>
      <p>Inside</p>
    </TaskDrawer>,
  );
  const drawer = /** @type {HTMLDialogElement} */ (screen.getByRole("dialog", { name: "Tasks" }));
  expect(drawer.open).toBe(true);
  expect(drawer).toHaveTextContent("Inside");

  act(() => drawer.close());

  expect(onClose).toHaveBeenCalledTimes(1);
});

test("TaskPanel is not there where the gateway does not serve tasks", async () => {
  const get = jest.fn((/** @type {string} */ _path) => Promise.reject(Object.assign(new Error("no"), { status: 404 })));
  await show(<TaskPanel api={gateway({ get })} userId="ada-1" pulse={0} />);

  await waitFor(() => expect(screen.queryByRole("complementary")).toBeNull());
  expect(get).toHaveBeenCalledWith("tasks?limit=50");
});

test("ThemeChoice is kept, and seen at once", async () => {
  const { user } = await show(<ThemeChoice />);

  await user.click(screen.getByLabelText("Dark"));

  expect(document.documentElement).toHaveAttribute("data-theme", "dark");
  expect(localStorage.getItem("remit.theme")).toBe("dark");
  await user.click(screen.getByLabelText("As the system"));
});

test("TimeZone that cannot be read can be asked for again", async () => {
  const get = jest
    .fn(async () => ({ time_zone: "Asia/Tokyo" }))
    .mockImplementationOnce(() => Promise.reject(new Error("Not just now.")));
  const { user } = await show(<TimeZone api={gateway({ get })} />);
  expect(await screen.findByRole("alert")).toHaveTextContent("Not just now.");

  await user.click(screen.getByRole("button", { name: "Try again" }));

  await waitFor(() => expect(screen.getByLabelText("Time zone")).toHaveValue("Asia/Tokyo"));
  expect(screen.queryByRole("alert")).toBeNull();
});

test("[005/FR-031] TimeZone keeps what was chosen last, however fast and whatever fails on the way", async () => {
  /** @type {{ zone: string, done: (kept: object) => void, fail: (error: Error) => void }[]} */
  const sent = [];
  const patch = (/** @type {string} */ _path, /** @type {any} */ { time_zone: zone }) =>
    new Promise((done, fail) => sent.push({ zone, done, fail }));
  const { user } = await show(<TimeZone api={gateway({ get: async () => ({ time_zone: "Europe/Berlin" }), patch })} />);
  const zone = screen.getByLabelText("Time zone");

  for (const chosen of ["Asia/Tokyo", "Asia/Seoul", "Asia/Dubai"]) await user.selectOptions(zone, chosen);
  expect(sent.map((one) => one.zone)).toEqual(["Asia/Tokyo"]);
  await act(async () => sent[0].done({ time_zone: "Asia/Tokyo" }));
  expect(zone).toHaveValue("Asia/Dubai");
  expect(sent.map((one) => one.zone)).toEqual(["Asia/Tokyo", "Asia/Dubai"]);
  await act(async () => sent[1].fail(new Error("Not just now.")));

  expect(zone).toHaveValue("Asia/Tokyo"); // the last one that was kept
  expect(screen.getByRole("alert")).toHaveTextContent("Not just now.");
});

test("TopBar names the person and leads to the settings, the apps and out", async () => {
  await show(<TopBar />);

  const bar = within(screen.getByRole("banner"));
  await bar.findByText("Ada");
  expect(bar.getByRole("link", { name: "Settings" })).toHaveAttribute("href", "/settings");
  expect(bar.getByRole("button", { name: "Connect an app" })).toBeInTheDocument();
  expect(bar.getByRole("button", { name: "Sign out" })).toBeInTheDocument();
});
