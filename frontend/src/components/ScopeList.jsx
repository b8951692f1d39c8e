/** The permissions of an app, one line each. */

import { wordsOf } from "../utils/scopes.js";

/** @param {{ scopes: string[] }} props */
export function ScopeList({ scopes }) {
  return (
    <ul className="scopes">
      {scopes.map((scope) => (
        <li key={scope}>{wordsOf(scope) ?? <code>{scope}</code>}</li>
      ))}
    </ul>
  );
}
