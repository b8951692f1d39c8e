/** The only thing that tests replace: the network. Every request is recorded, and one that nobody expects fails. */

/**
 * @typedef {object} Recorded
 * @property {string} route `METHOD /path`, or with the host where it is another than the page's
 * @property {any} body
 * @property {Headers} headers
 * @property {AbortSignal | null | undefined} signal
 */

/** @typedef {(request: Recorded) => unknown} Answer a Response, or a value that is sent as JSON */

/**
 * @param {Record<string, Answer | unknown>} routes answers by `METHOD /path`
 * @returns {Recorded[]} every request so far
 */
export function network(routes) {
  /** @type {Recorded[]} */
  const requests = [];
  /** @type {typeof fetch} */
  const answering = async (input, init = {}) => {
    const url = new URL(String(input), window.location.origin);
    const isOwn = url.origin === window.location.origin;
    const route = `${init.method ?? "GET"} ${isOwn ? "" : url.origin}${url.pathname}`;
    const body = init.body ? JSON.parse(String(init.body)) : undefined;
    const recorded = { route, body, headers: new Headers(init.headers), signal: init.signal };
    requests.push(recorded);
    if (!(route in routes)) throw new TypeError(`nobody answers ${route}`);
    const answer = routes[route];
    const value = await orAborted(typeof answer === "function" ? answer(recorded) : answer, init.signal);
    return value instanceof Response ? abortable(value, init.signal) : Response.json(value);
  };
  Object.assign(globalThis, { fetch: answering, replacedNetwork: answering }); // the latter for whoever kept a `fetch`
  return requests;
}

/** @param {unknown} answer @param {AbortSignal | null} [signal] */
function orAborted(answer, signal) {
  if (!signal) return answer;
  const aborted = new Promise((_done, fail) => signal.addEventListener("abort", () => fail(signal.reason)));
  return Promise.race([answer, aborted]);
}

/** As in a browser, aborting the request breaks the body. @param {Response} answer @param {AbortSignal | null} [signal] */
function abortable(answer, signal) {
  if (!signal || !answer.body) return answer;
  const breaking = new TransformStream({
    start: (out) => signal.addEventListener("abort", () => out.error(signal.reason)),
  });
  return new Response(answer.body.pipeThrough(breaking), answer);
}

/** @param {number} status @param {object} body @param {Record<string, string>} [headers] */
export function refusal(status, body, headers) {
  return Response.json(body, { status, headers });
}

/**
 * A stream whose events the test sends, those of one call in one piece; nobody hears them once the reader hung up.
 * @returns {{ response: Response, send: (...events: object[]) => void, end: () => void, cut: () => void }}
 */
export function eventStream() {
  const encoder = new TextEncoder();
  /** @type {ReadableStreamDefaultController} */
  let out;
  let isOpen = true;
  const body = new ReadableStream({
    start(controller) {
      out = controller;
    },
    cancel() {
      isOpen = false;
    },
  });
  const end = (/** @type {() => void} */ how) => {
    if (isOpen) how();
    isOpen = false;
  };
  return {
    response: new Response(body, { headers: { "Content-Type": "text/event-stream" } }),
    send: (...events) => {
      if (isOpen) out.enqueue(encoder.encode(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")));
    },
    end: () => end(() => out.close()),
    cut: () => end(() => out.error(new TypeError("network error"))),
  };
}
