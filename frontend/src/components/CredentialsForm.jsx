/** The form of sign-in, sign-up and leaving: sends once, says what went wrong, keeps what was typed. */

import { useState } from "react";
import { useOneAtATime } from "../hooks/useOneAtATime.js";
import { answerOf } from "../utils/authClient.js";

/**
 * @param {object} props
 * @param {(fields: Record<string, string>) => Promise<{ error: { status?: number, message?: string } | null }>} props.onSend
 * @param {string} props.action the button
 * @param {string} [props.style] of the button
 * @param {import("react").ReactNode} props.children the fields
 */
export function CredentialsForm({ onSend, action, style = "primary", children }) {
  const [fault, setFault] = useState("");
  const [send, isSending] = useOneAtATime(async (/** @type {Record<string, string>} */ fields) => {
    setFault("");
    const { error } = await answerOf(onSend(fields));
    if (error) setFault(sentence(error));
  });

  /** @param {import("react").FormEvent<HTMLFormElement>} event */
  const submit = (event) => {
    event.preventDefault();
    send(/** @type {Record<string, string>} */ (Object.fromEntries(new FormData(event.currentTarget))));
  };

  return (
    <form onSubmit={submit}>
      {children}
      {fault && (
        <p role="alert" className="fault">
          {fault}
        </p>
      )}
      <button type="submit" className={style} aria-disabled={isSending}>
        {action}
      </button>
    </form>
  );
}

/** @param {{ status?: number, message?: string }} error */
function sentence({ status, message }) {
  if (status && message) return message.endsWith(".") ? message : `${message}.`;
  return "The sign-in service cannot be reached. Try again.";
}
