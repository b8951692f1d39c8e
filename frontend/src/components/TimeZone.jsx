/** In which zone "tomorrow at nine" is meant. */

import { useCallback, useEffect, useRef, useState } from "react";
import { useOneAtATime } from "../hooks/useOneAtATime.js";
import { timeIn } from "../utils/dates.js";
import { Presses } from "../utils/presses.js";

const ZONES = Intl.supportedValuesOf("timeZone");

/** @param {{ api: import("../utils/apiClient.js").ApiClient }} props */
export function TimeZone({ api }) {
  const [zone, setZone] = useState(/** @type {string | null} */ (null));
  const [said, setSaid] = useState("");
  const [fault, setFault] = useState("");
  const [presses] = useState(() => new Presses());
  const kept = useRef(/** @type {string | null} */ (null)); // by the server, as far as is known
  const wished = useRef(""); // last

  const read = useCallback(async () => {
    try {
      kept.current = (await api.get("settings")).time_zone;
      setZone(kept.current);
      setFault("");
    } catch (error) {
      setFault(/** @type {Error} */ (error).message);
    }
  }, [api]);
  const [load] = useOneAtATime(read);
  useEffect(() => {
    load();
  }, [load]);

  /** @param {string} chosen */
  const keep = async (chosen) => {
    if (wished.current !== chosen) return;
    const outcome = { said: "", fault: "" };
    try {
      const { time_zone: stored } = await api.patch("settings", { time_zone: chosen });
      kept.current = stored;
      outcome.said = `Kept. It is ${timeIn(stored)} there now.`;
    } catch (error) {
      outcome.fault = /** @type {Error} */ (error).message;
    }
    if (wished.current !== chosen) return;
    setZone(kept.current);
    setSaid(outcome.said);
    setFault(outcome.fault);
  };

  /** Arrow keys change it faster than it is kept: what another choice followed is not sent, or not said. @param {string} chosen */
  const choose = (chosen) => {
    wished.current = chosen;
    setZone(chosen);
    setFault("");
    setSaid("");
    return presses.do(() => keep(chosen));
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
