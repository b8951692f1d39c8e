/** What an app may say of itself when it registers: anybody's word, read by people and acted on by this server. */

import { APIError } from "better-auth/api";
import { isLoopback } from "./settings.js";

const LONGEST_NAME = 100;

/** What hides, or turns round the sentence in which people read a name. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\u2060\ufeff]/u;

/**
 * @param {any} body
 * @returns what a hook answers: the registration as it is taken
 */
export function registered(body) {
  const { client_name: name, backchannel_logout_uri: calledAtSignOut } = body ?? {};
  if (calledAtSignOut !== undefined) refuse("this server calls no backchannel_logout_uri"); // from inside its network
  if (typeof name === "string" && (name.length > LONGEST_NAME || UNSEEN.test(name))) {
    refuse(`client_name must be at most ${LONGEST_NAME} visible characters`);
  }
  return isDesktopApp(body) ? { context: { body: { ...body, application_type: "native" } } } : undefined;
}

/** @param {string} why */
function refuse(why) {
  throw new APIError("BAD_REQUEST", { error: "invalid_client_metadata", error_description: why });
}

/**
 * Desktop clients register a loopback callback and leave application_type out; "web" would be assumed and refused.
 * @param {any} body
 */
function isDesktopApp(body) {
  const uris = body?.redirect_uris;
  return !body?.application_type && Array.isArray(uris) && uris.length > 0 && uris.every(isLoopbackCallback);
}

/** @param {unknown} uri */
function isLoopbackCallback(uri) {
  if (typeof uri !== "string" || !URL.canParse(uri)) return false;
  const { protocol, hostname } = new URL(uri);
  return protocol === "http:" && isLoopback(hostname);
}
