/** Ends an account: after the password and a word, first the tasks and conversations, then the account itself. */

import { useState } from "react";
import { useSession } from "../contexts/SessionContext.jsx";
import { useSuccessor } from "../hooks/useSuccessor.js";
import { answerOf, authClient } from "../utils/authClient.js";
import { CredentialsForm } from "./CredentialsForm.jsx";
import { Field } from "./Field.jsx";

const WORD = "DELETE";

/** @param {{ api: import("../utils/apiClient.js").ApiClient }} props */
export function DeleteAccount({ api }) {
  const { user, forget } = useSession();
  const [isAsking, setIsAsking] = useState(false);
  const opener = useSuccessor(isAsking);
  const firstField = useSuccessor(isAsking);

  /** @param {Record<string, string>} fields */
  const leave = async ({ password, word }) => {
    if (word !== WORD) return refusal(`Type ${WORD} in capital letters.`);
    // Asked first: what is deleted by mistake with a wrong password could not be brought back.
    const { error: wrong } = await answerOf(authClient.signIn.email({ email: user?.email ?? "", password }));
    if (wrong) return { error: wrong };
    try {
      await api.remove("data");
    } catch (error) {
      return refusal(notDeleted(/** @type {import("../utils/apiClient.js").RefusedError} */ (error)));
    }
    const { error } = await answerOf(authClient.deleteUser({ password }));
    if (error && !(await isGone()))
      return refusal("Your tasks and conversations are deleted, the account is not yet. Try again.");
    forget();
    return { error: null };
  };

  if (!isAsking) {
    return (
      <>
        <p className="hint">Your tasks, conversations, connected apps and the account itself. It cannot be undone.</p>
        <button ref={opener} type="button" className="danger" onClick={() => setIsAsking(true)}>
          Delete my account…
        </button>
      </>
    );
  }
  return (
    <CredentialsForm action="Delete everything" style="danger" onSend={leave}>
      <p className="note">Everything is gone at once, for good. Download your data before, if you want to keep it.</p>
      <Field inputRef={firstField} label="Password" name="password" type="password" autoComplete="current-password" />
      <Field label={`Type ${WORD} to confirm`} name="word" autoComplete="off" autoCapitalize="characters" />
      <button type="button" onClick={() => setIsAsking(false)}>
        Keep my account
      </button>
    </CredentialsForm>
  );
}

/** The answer may have got lost after the account went: then there is no session either. */
async function isGone() {
  const { data, error } = await answerOf(authClient.getSession());
  return !error && data === null;
}

/** Without a status only the answer may be lost. @param {{ status?: number, message: string }} error */
function notDeleted({ status, message }) {
  if (status) return `Nothing was deleted. ${message}`;
  return "The connection failed, and your account is still there; your tasks may be deleted already. Try again.";
}

/** @param {string} message */
function refusal(message) {
  return { error: { status: 400, message } };
}
