/** The focus is never lost: what held it keeps it while it works, hands it on when it goes, or leaves it to a heading. */

import { afterEach, expect, jest, test } from "@jest/globals";
import { act, cleanup, render, renderHook, screen, waitFor } from "@testing-library/react";
import { CredentialsForm } from "../src/components/CredentialsForm.jsx";
import { DeleteAccount } from "../src/components/DeleteAccount.jsx";
import { ExportData } from "../src/components/ExportData.jsx";
import { useKeptFocus } from "../src/hooks/useKeptFocus.js";
import { useSuccessor } from "../src/hooks/useSuccessor.js";
import { Around, gateway, show, signedIn } from "./frame.jsx";

afterEach(cleanup);

test("[005/FR-021] useKeptFocus gives the nearest heading the focus of what is gone", async () => {
  document.body.innerHTML = `
    <main><h1>Settings</h1><section><h2>Zone</h2><p><button>Here</button></p></section><button>Beside</button></main>`;
  renderHook(() => useKeptFocus());
  const [here, beside] = document.querySelectorAll("button");

  here.focus();
  here.parentElement?.remove();
  await waitFor(() => expect(screen.getByText("Zone")).toHaveFocus());
  document.querySelector("section")?.remove();
  await waitFor(() => expect(screen.getByText("Settings")).toHaveFocus());

  beside.focus();
  beside.blur(); // a click beside it: nobody waits for the focus
  await new Promise((next) => setTimeout(next));
  beside.remove();
  await new Promise((next) => setTimeout(next));
  expect(document.body).toHaveFocus();
  document.body.innerHTML = "";
});

test("[005/FR-021] useSuccessor leads the focus to what comes in the place of something, and to nothing before", () => {
  const successor = document.body.appendChild(document.createElement("button"));
  const { result, rerender } = renderHook(({ state }) => useSuccessor(state), { initialProps: { state: false } });
  Object.assign(result.current, { current: successor });
  rerender({ state: false });
  expect(document.body).toHaveFocus();

  rerender({ state: true });

  expect(successor).toHaveFocus();
  successor.remove();
});

test("[005/FR-021] CredentialsForm keeps the focus while it sends, and sends once", async () => {
  const onSend = jest.fn(() => new Promise(() => undefined));
  const { user } = await show(
    <CredentialsForm action="Go" onSend={/** @type {any} */ (onSend)}>
      {null}
    </CredentialsForm>,
  );
  const button = screen.getByRole("button", { name: "Go" });

  await user.click(button);
  await user.click(button);

  expect(button).toHaveFocus();
  expect(button).toHaveAttribute("aria-disabled", "true");
  expect(button).not.toHaveAttribute("disabled"); // a browser takes the focus from such a one
  expect(onSend).toHaveBeenCalledTimes(1);
});

test("[005/FR-021] DeleteAccount leads the focus into its form, and back out of it", async () => {
  const { user } = await show(<DeleteAccount api={gateway({})} />);

  await user.click(screen.getByRole("button", { name: "Delete my account…" }));
  expect(screen.getByLabelText("Password")).toHaveFocus();
  await user.click(screen.getByRole("button", { name: "Keep my account" }));

  expect(screen.getByRole("button", { name: "Delete my account…" })).toHaveFocus();
});

test("[005/FR-021] [005/FR-032] ExportData keeps the focus while it collects, and the file long enough to be taken", async () => {
  jest.useFakeTimers({ doNotFake: ["queueMicrotask"] });
  const revokeObjectURL = jest.fn();
  Object.assign(URL, { createObjectURL: () => "blob:x", revokeObjectURL });
  const click = jest.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
  /** @type {(file: Blob) => void} */
  let collected = () => undefined;
  const download = jest.fn(
    () =>
      new Promise((done) => {
        collected = done;
      }),
  );
  signedIn();
  render(
    <Around>
      <ExportData api={gateway({ download })} />
    </Around>,
  );
  const button = screen.getByRole("button");
  button.focus();

  act(() => button.click());
  act(() => button.click());
  expect(button).not.toHaveAttribute("disabled");
  expect(button).toHaveFocus();
  expect(download).toHaveBeenCalledTimes(1);
  await act(async () => collected(new Blob()));

  expect(click).toHaveBeenCalledTimes(1);
  await jest.advanceTimersByTimeAsync(30_000);
  expect(revokeObjectURL).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(revokeObjectURL).toHaveBeenCalledWith("blob:x");
  click.mockRestore();
  jest.useRealTimers();
});
