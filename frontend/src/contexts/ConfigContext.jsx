/** The run-time settings, for every component below. */

import { createContext, useContext } from "react";

/** @typedef {import("../config/runtime.js").RuntimeConfig} RuntimeConfig */

const ConfigContext = createContext(/** @type {RuntimeConfig | null} */ (null));

export const ConfigProvider = ConfigContext.Provider;

/** @returns {RuntimeConfig} */
export function useConfig() {
  const config = useContext(ConfigContext);
  if (!config) throw new Error("useConfig is used outside of ConfigProvider");
  return config;
}
