/** In which zone "tomorrow at nine" is meant. */

import { useCallback, useEffect, useState } from "react";
import { timeIn } from "../utils/dates.js";

const ZONES = Intl.supportedValuesOf("timeZone");

/** @param {{ api: import("../utils/apiClient.js").ApiClient }} props */
export function TimeZone({ api }) {
  const [zone, setZone] = useState(/** @type {string | null} */ (null));
  const [said, setSaid] = useState("");
  const [fault, setFault] = useState("");

  const load = useCallback(async () => {
    try {
      setZone((await api.get("settings")).time_zone);
      setFault("");
    } catch (error) {
      setFault(/** @type {Error} */ (error).message);
    }
  }, [api]);
  useEffect(() => {
    load();
  }, [load]);

  /** @param {string} chosen */
  const choose = async (chosen) => {
    const before = zone;
    setZone(chosen);
    setFault("");
    setSaid("");
    try {
      const { time_zone: kept } = await api.patch("settings", { time_zone: chosen });
      setZone(kept);
      setSaid(`Kept. It is ${timeIn(kept)} there now.`);
    } catch (error) {
      setZone(before);
      setFault(/** @type {Error} */ (error).message);
    }
  };

  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = zone && !ZONES.includes(zone) ? [zone, ...ZONES] : ZONES;
  return (
    <>
      <p className="hint">Dates such as “tomorrow at nine” are meant in this zone.</p>
      <select
        aria-label="Time zone"
        value={zone ?? ""}
        disabled={zone === null}
        onChange={({ target }) => choose(target.value)}
      >
        {zone === null && <option value="">…</option>}
        {zones.map((name) => (
          <option key={name} value={name}>
            {name.replaceAll("_", " ")}
          </option>
        ))}
      </select>
      {zone && zone !== here && (
        <button type="button" onClick={() => choose(here)}>
          Use this device’s: {here.replaceAll("_", " ")}
        </button>
      )}
      <p role="status" className="hint">
        {said}
      </p>
      {fault && (
        <p role="alert" className="fault">
          {fault}
        </p>
      )}
      {fault && zone === null && (
        <button type="button" onClick={load}>
          Try again
        </button>
      )}
    </>
  );
}
