/** What every answer tells the browser: whom the page may talk to, and that nothing inline runs. */

import { secureHeaders } from "hono/secure-headers";

const CHATKIT_CDN = "https://cdn.platform.openai.com";

/** @param {{ publicUrl: string, gatewayUrl: string, chatkitDomainKey: string }} settings */
export function securityHeaders({ publicUrl, gatewayUrl, chatkitDomainKey }) {
  const vendor = chatkitDomainKey ? [CHATKIT_CDN] : [];
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'", ...vendor],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", "data:"],
      connectSrc: ["'self'", gatewayUrl],
      frameSrc: vendor.length > 0 ? vendor : ["'none'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    // A web MCP client opens the sign-in in a popup, whose way back tells its opener: a policy on any page on that way,
    // redirects included, would cut the two apart. The page itself hears no messages, and nobody can frame it.
    crossOriginOpenerPolicy: false,
    permissionsPolicy: { camera: false, geolocation: false, microphone: false, payment: false },
    referrerPolicy: "same-origin", // the query of /sign-in and /consent is for this origin alone
    strictTransportSecurity: publicUrl.startsWith("https:") ? "max-age=31536000" : false,
    xFrameOptions: "DENY",
  });
}

/** The page of wrong settings asks nobody for anything. */
export function lockedHeaders() {
  return secureHeaders({
    contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    strictTransportSecurity: false,
  });
}
