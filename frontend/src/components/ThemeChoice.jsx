/** Light, dark, or as the system is: seen at once, kept in this browser. */

import { useTheme } from "../contexts/ThemeContext.jsx";

/** @type {[import("../utils/theme.js").Theme, string][]} */
const THEMES = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
];

export function ThemeChoice() {
  const { theme, choose } = useTheme();
  return (
    <fieldset className="choices">
      <legend className="hint">Kept in this browser.</legend>
      {THEMES.map(([value, words]) => (
        <label key={value}>
          <input type="radio" name="theme" value={value} checked={theme === value} onChange={() => choose(value)} />
          {words}
        </label>
      ))}
    </fieldset>
  );
}
