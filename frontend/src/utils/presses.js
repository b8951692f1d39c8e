/** What a person does is done one after the other; what was read before the last of it, or meanwhile, is of the past. */

export class Presses {
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();
  #waiting = 0;
  /** Counts readings and presses: a reading holds until the next of either. */
  #latest = 0;

  /** Whether something was pressed whose end is not known yet. */
  get isBusy() {
    return this.#waiting > 0;
  }

  /**
   * Do it after all that was pressed before.
   * @param {() => Promise<void>} press never rejects
   */
  async do(press) {
    this.#latest += 1;
    this.#waiting += 1;
    const done = this.#last.then(press);
    this.#last = done;
    await done;
    this.#waiting -= 1;
  }

  /** A reading begins. @returns {() => boolean} whether it still holds */
  read() {
    this.#latest += 1;
    const mine = this.#latest;
    return () => mine === this.#latest;
  }
}
