/** The only thing that tests replace: the network. Every request is recorded, and one that nobody expects fails. */

/**
 * @typedef {object} Recorded
 * @property {string} route `METHOD /path`, or with the host where it is another than the page's
 * @property {any} body
 * @property {Headers} headers
 * @property {AbortSignal | null | undefined} signal
 * @property {RequestCredentials | undefined} credentials
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
    const body = typeof init.body === "string" ? JSON.parse(init.body) : (init.body ?? undefined);
    const { signal, credentials } = init;
    const recorded = { route, body, headers: new Headers(init.headers), signal, credentials };
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
 * Files that are put somewhere: each waits until the test says what became of it.
 * @returns {any[]} the requests so far, with `progress(part)` and `answer(status)`; status 0 is a broken connection
 */
export function uploads() {
  /** @type {any[]} */
  const requests = [];
  class Upload {
    /** @type {any} */ upload = {};
    /** @type {Record<string, string>} */ headers = {};
    status = 0;
    isAborted = false;
    onload = () => undefined;
    onerror = () => undefined;
    /** @param {string} method @param {string} url */
    open(method, url) {
      Object.assign(this, { method, url });
    }
    /** @param {string} name @param {string} value */
    setRequestHeader(name, value) {
      this.headers[name] = value;
    }
    /** @param {File} file */
    send(file) {
      requests.push(Object.assign(this, { file }));
    }
    abort() {
      this.isAborted = true;
    }
    /** @param {number} part */
    progress(part) {
      this.upload.onprogress({ loaded: part * 100, total: 100 });
    }
    /** @param {number} status */
    answer(status) {
      this.status = status;
      if (status) this.onload();
      else this.onerror();
    }
  }
  Object.assign(globalThis, { XMLHttpRequest: Upload });
  return requests;
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
