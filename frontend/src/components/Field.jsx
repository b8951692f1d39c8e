/** One labelled input of a form, with a hint where the rule is not plain. */

import { useId } from "react";

/**
 * @param {{
 *   label: string, hint?: string, inputRef?: import("react").Ref<HTMLInputElement>,
 * } & import("react").InputHTMLAttributes<HTMLInputElement>} props
 */
export function Field({ label, hint, inputRef, ...input }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input ref={inputRef} id={id} required aria-describedby={hint ? `${id}-hint` : undefined} {...input} />
      {hint && (
        <small id={`${id}-hint`} className="hint">
          {hint}
        </small>
      )}
    </div>
  );
}
