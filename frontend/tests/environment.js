/** jsdom, with what it lacks of a browser lent by Node. */

import { TestEnvironment } from "jest-environment-jsdom";

class StyleSheet {
  replaceSync() {}
}

export default class extends TestEnvironment {
  async setup() {
    await super.setup();
    const streams = { ReadableStream, TransformStream, TextEncoder, TextDecoder, TextDecoderStream };
    Object.assign(this.global, { fetch, Headers, Request, Response, CSSStyleSheet: StyleSheet }, streams);
    this.global.matchMedia = () => ({ matches: false });
    this.global.IS_REACT_ACT_ENVIRONMENT = true;
  }
}
