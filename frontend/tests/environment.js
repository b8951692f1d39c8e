/** jsdom, with what it lacks of a browser lent by Node. */

import { TestEnvironment } from "jest-environment-jsdom";

class StyleSheet {
  replaceSync() {}
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
    Object.assign(this.global, { fetch, Headers, Request, Response, CSSStyleSheet: StyleSheet }, streams);
    this.global.matchMedia = /** @type {any} */ (() => ({ matches: false }));
    Object.assign(this.global.HTMLDialogElement.prototype, dialog);
    this.global.IS_REACT_ACT_ENVIRONMENT = true;
  }
}
