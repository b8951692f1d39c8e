/** The page and the sign-in service as one function of a serverless host; `vercel.json` sends everything here. */

import { createPage } from "../server/page.js";

const { VERCEL_ENV, VERCEL_BRANCH_URL } = process.env;

const { app } = createPage({
  // That host itself writes the client's address here; there is no socket to look at.
  CLIENT_ADDRESS_HEADER: "x-real-ip",
  // A preview is served at the address of its branch, and signs people in there alone.
  ...(VERCEL_ENV === "preview" && VERCEL_BRANCH_URL && { BETTER_AUTH_URL: `https://${VERCEL_BRANCH_URL}` }),
  ...process.env,
});

export default { fetch: (/** @type {Request} */ request) => app.fetch(request) };
