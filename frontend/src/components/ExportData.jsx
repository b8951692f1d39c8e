/** Everything of the person's, as one file. */

import { useState } from "react";
import { useOneAtATime } from "../hooks/useOneAtATime.js";

const TAKEN_MS = 60_000; // some browsers read the file only after the person agreed to keep it

/** @param {{ api: import("../utils/apiClient.js").ApiClient }} props */
export function ExportData({ api }) {
  const [fault, setFault] = useState("");

  const [download, isAsking] = useOneAtATime(async () => {
    setFault("");
    try {
      save(await api.download("export"), `remit-${new Date().toISOString().slice(0, 10)}.json`);
    } catch (error) {
      setFault(/** @type {Error} */ (error).message);
    }
  });

  return (
    <>
      <p className="hint">Your tasks, changes and conversations, as a JSON file.</p>
      <button type="button" aria-disabled={isAsking} onClick={download}>
        {isAsking ? "Collecting…" : "Download my data"}
      </button>
      {fault && (
        <p role="alert" className="fault">
          {fault}
        </p>
      )}
    </>
  );
}

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const address = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), TAKEN_MS);
}
