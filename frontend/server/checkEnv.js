/** `npm run check-env`: looks at the settings and starts nothing; exit status 1 when one is wrong. */

import { readSettings } from "./settings.js";

const { faults } = readSettings(process.env);
for (const { name, text } of faults) console.error(`${name} ${text}`);
if (faults.length === 0) console.log("Every setting of the page can be used.");
process.exitCode = faults.length === 0 ? 0 : 1;
