/** Builds the page; `npm run dev` serves it beside a running sign-in service. */

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const SIGN_IN_SERVICE = process.env.SIGN_IN_SERVICE ?? "http://127.0.0.1:3000";

export default defineConfig({
  plugins: [react()],
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false } }, // nothing inline: the page's policy forbids it
  server: { host: "127.0.0.1", proxy: { "/api/auth": SIGN_IN_SERVICE, "/config.json": SIGN_IN_SERVICE } },
});
