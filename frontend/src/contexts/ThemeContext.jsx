/** Light or dark, for every component below: what was chosen, and what that means just now. */

import { createContext, useContext, useLayoutEffect, useMemo, useState } from "react";
import { useMediaQuery } from "../hooks/useMediaQuery.js";
import { recallTheme, rememberTheme, showTheme } from "../utils/theme.js";

/**
 * @typedef {object} Look
 * @property {import("../utils/theme.js").Theme} theme
 * @property {"light" | "dark"} scheme
 * @property {(theme: import("../utils/theme.js").Theme) => void} choose
 */

const ThemeContext = createContext(/** @type {Look | null} */ (null));

/** @param {{ children: import("react").ReactNode }} props */
export function ThemeProvider({ children }) {
  const [theme, setTheme] = useState(recallTheme);
  const isDark = useMediaQuery("(prefers-color-scheme: dark)");
  useLayoutEffect(() => showTheme(theme), [theme]);

  /** @type {Look} */
  const look = useMemo(
    () => ({
      theme,
      scheme: theme === "system" ? (isDark ? "dark" : "light") : theme,
      choose: (chosen) => {
        rememberTheme(chosen);
        setTheme(chosen);
      },
    }),
    [theme, isDark],
  );
  return <ThemeContext.Provider value={look}>{children}</ThemeContext.Provider>;
}

/** @returns {Look} */
export function useTheme() {
  const look = useContext(ThemeContext);
  if (!look) throw new Error("useTheme is used outside of ThemeProvider");
  return look;
}
