/** jsdom, with what it lacks of a browser lent by Node. */

import { TestEnvironment } from "jest-environment-jsdom";

class StyleSheet {
  replaceSync() {}
}

/** Node's own, which must not keep the tests from ending. */
class Channel extends BroadcastChannel {
  /** @param {string} name */
  constructor(name) {
    super(name);
    /** @type {any} */ (this).unref();
  }
}

const dialog = {
  /** @this {HTMLDialogElement} */
  showModal() {
    this.open = true;
  },
  /** @this {HTMLDialogElement} */
  close() {
    if (!this.open) return;
    this.open = false;
    this.dispatchEvent(new /** @type {any} */ (this.ownerDocument.defaultView).Event("close"));
  },
};

export default class extends TestEnvironment {
  async setup() {
    await super.setup();
    const streams = { ReadableStream, TransformStream, TextEncoder, TextDecoder, TextDecoderStream };
    const lent = {
      fetch,
      Headers,
      Request,
      Response,
      WritableStream,
      BroadcastChannel: Channel,
      CSSStyleSheet: StyleSheet,
    };
    Object.assign(this.global, lent, streams);
    const query = { matches: false, addEventListener: () => undefined, removeEventListener: () => undefined };
    this.global.matchMedia = /** @type {any} */ (() => query);
    Object.assign(this.global.HTMLDialogElement.prototype, dialog);
    this.global.requestAnimationFrame = /** @type {any} */ ((/** @type {() => void} */ draw) => setTimeout(draw));
    this.global.IS_REACT_ACT_ENVIRONMENT = true;
  }
}
