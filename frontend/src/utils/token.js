/** The page's token for the gateway: kept in memory alone, renewed before it expires. */

const EARLY_MS = 60_000;

/** @param {() => Promise<string | null>} fetchToken */
export function createTokenSource(fetchToken) {
  /** @type {string | null} */
  let kept = null;
  /** @type {Promise<string | null> | null} */
  let asked = null;

  const renew = () => {
    asked ??= fetchToken().finally(() => {
      asked = null;
    });
    return asked;
  };

  return {
    /** Return a token that is good for a while, or null when nobody is signed in. */
    async get({ fresh = false } = {}) {
      if (fresh || !kept || claimsOf(kept).exp * 1000 - Date.now() < EARLY_MS) kept = await renew();
      return kept;
    },
  };
}

/**
 * Read a token's claims. The page checks no signature: the gateway does.
 * @param {string} token
 * @returns {{ sub: string, exp: number }} `exp` in seconds
 */
export function claimsOf(token) {
  const payload = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  return JSON.parse(atob(payload));
}
