/**
 * `<openai-chatkit>`: an open element that speaks the ChatKit protocol, without vendor script, domain key or telemetry.
 *
 * A custom element's name can be defined once in a page. Where the official element is already there, ours stands back.
 */

import { ChatKitElement } from "./element.js";

if (!customElements.get("openai-chatkit")) customElements.define("openai-chatkit", ChatKitElement);
