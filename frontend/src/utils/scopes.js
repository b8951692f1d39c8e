/** What an app may do, in words a person understands. */

/** @type {Record<string, string>} */
const WORDS = {
  "tasks:read": "See your tasks",
  "tasks:write": "Add, change, complete and delete your tasks",
  "conversations:read": "Search what you and the assistant wrote in the chat",
  offline_access: "Stay connected while you are away",
  openid: "Know who you are",
  profile: "See your name",
  email: "See your e-mail address",
};

/** @param {string} scope @returns {string | undefined} undefined: a scope that this page does not know */
export function wordsOf(scope) {
  return Object.hasOwn(WORDS, scope) ? WORDS[scope] : undefined; // an app may ask for “constructor”
}
