/** What a control of a widget does: once at a time, seen while it runs, and told when it failed. */

import { NOT_DONE, UNCERTAIN } from "./failure.js";
import { isUnreachable, WireError } from "./wire.js";

const CONFLICT = 409;

/** @typedef {{ item_id?: string, action: object }} Params */

/**
 * @typedef {object} Parts
 * @property {import("./conversation.js").Conversation} conversation
 * @property {import("./exchange.js").Exchange} exchange
 * @property {import("./turns.js").Turns} turns
 * @property {() => import("./wire.js").Wire} wire
 * @property {() => Record<string, any>} options
 * @property {(error: unknown) => void} onError a function of the page's failed
 */

export class Actions {
  #parts;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {any} action @param {any} item @param {HTMLElement} control */
  async press(action, item, control) {
    if (control.getAttribute("aria-disabled") === "true") return;
    const controls = affected(action, control);
    setBusy(control, controls, true);
    try {
      if (action.handler === "client") await this.#handOver(action, item);
      else await this.send(action, item.id);
    } finally {
      setBusy(control, controls, false);
    }
  }

  /** To the page's own code. @param {any} action @param {any} item */
  async #handOver(action, item) {
    const { conversation, options, onError } = this.#parts;
    const { threadId } = conversation;
    conversation.forgetNote(item.id);
    try {
      await options().widgets?.onAction?.(action, { id: item.id, widget: item.widget });
    } catch (error) {
      onError(error);
      if (conversation.threadId !== threadId) return;
      const way = { label: "Try again", run: () => this.#handOver(action, item) };
      conversation.addLocal({ type: "error", text: NOT_DONE, about: item.id, way });
    }
  }

  /** @param {{ type: string, payload?: object, streaming?: boolean }} action @param {string} [itemId] */
  async send(action, itemId) {
    const { type, payload, streaming = true } = action;
    const params = { ...(itemId && { item_id: itemId }), action: { type, payload } };
    const again = async () => {
      await this.send(action, itemId);
      await this.#parts.turns.refresh({ isChanging: true }); // had it been done before, the answer to it is shown by nobody yet
    };
    if (itemId) this.#parts.conversation.forgetNote(itemId);
    if (!streaming) await this.#sync(params, again);
    else if (this.#parts.exchange.state.isRunning) await this.#beside(params, again);
    else await this.#parts.turns.act(params, again);
  }

  /** Answered at once, by the changed item or nothing. @param {Params} params @param {() => void} again */
  async #sync(params, again) {
    const { conversation, wire } = this.#parts;
    const { threadId } = conversation;
    await this.#orSay(params, again, async () => {
      const full = { thread_id: threadId, ...params };
      const { updated_item: item } = await wire().json("threads.sync_custom_action", full);
      if (item && conversation.threadId === threadId) conversation.apply({ type: "thread.item.replaced", item });
    });
  }

  /** An answer streams meanwhile: the action must not wait for it, and must not end it. @param {Params} params @param {() => void} again */
  async #beside(params, again) {
    const { conversation, wire } = this.#parts;
    const { threadId } = conversation;
    await this.#orSay(params, again, async () => {
      const events = wire().stream("threads.custom_action", { thread_id: threadId, ...params });
      for await (const event of events) {
        if (conversation.threadId !== threadId) break;
        if (event.type === "error") throw new Error(event.message ?? "This did not work. Try again.");
        conversation.apply(event);
      }
    });
  }

  /** @param {Params} params @param {() => void} again @param {() => Promise<void>} attempt */
  async #orSay({ item_id: about }, again, attempt) {
    const { conversation, turns } = this.#parts;
    const { threadId } = conversation;
    try {
      await attempt();
    } catch (error) {
      if (conversation.threadId !== threadId) return;
      const text = isUnreachable(error) ? UNCERTAIN : /** @type {Error} */ (error).message;
      conversation.addLocal({ type: "error", text, about, way: { label: "Try again", run: again } });
      // Another press was first: what came of it is shown, in the place of this line.
      if (error instanceof WireError && error.status === CONFLICT) turns.refresh();
    }
  }
}

/** Confirm and cancel exclude each other; elsewhere only the pressed control waits. @param {any} action @param {HTMLElement} control */
function affected({ loadingBehavior }, control) {
  const group = loadingBehavior === "container" ? control.closest(".widget") : control.closest(".answers");
  return group ? [...group.querySelectorAll("button")] : [control];
}

/** @param {HTMLElement} control @param {HTMLElement[]} controls @param {boolean} isBusy */
function setBusy(control, controls, isBusy) {
  control.setAttribute("aria-busy", String(isBusy));
  for (const one of controls) one.setAttribute("aria-disabled", String(isBusy));
}
