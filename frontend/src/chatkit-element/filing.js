/** The ways by which files come: chosen in the browser's dialog, pasted into the text, or dropped on the element. */

import { h, iconButton } from "./dom.js";
import { offered } from "./fileRules.js";

export class Filing {
  #input = /** @type {HTMLInputElement} */ (h("input", { type: "file", multiple: true, hidden: true }));
  #onFiles;
  /** @type {import("./fileRules.js").FileOptions} */
  options = {};
  #button = iconButton("attach", "Add files", { hidden: true, onclick: () => this.open() });
  nodes = [this.#button, this.#input];

  /**
   * @param {HTMLElement} host on which files are dropped
   * @param {HTMLElement} text into which they are pasted
   * @param {(files: Iterable<File>) => void} onFiles
   */
  constructor(host, text, onFiles) {
    this.#onFiles = onFiles;
    this.#input.addEventListener("change", () => {
      onFiles(this.#input.files ?? []);
      this.#input.value = ""; // the same file may be chosen again
    });
    text.addEventListener("paste", (event) => this.#paste(event));
    host.addEventListener("dragover", (event) => this.#drag(event, true));
    host.addEventListener("dragleave", (event) => this.#drag(event, false));
    host.addEventListener("drop", (event) => {
      const files = event.dataTransfer?.files ?? [];
      this.#drag(event, false);
      if (this.options.enabled) onFiles(files);
    });
  }

  /** @param {import("./fileRules.js").FileOptions} options */
  configure(options) {
    this.options = options;
    this.#button.hidden = !options.enabled;
    this.#input.accept = offered(options);
  }

  open() {
    this.#input.click();
  }

  /** Text that is copied often brings a picture of itself: that is left. @param {ClipboardEvent} event */
  #paste(event) {
    const { files, types } = /** @type {DataTransfer} */ (event.clipboardData);
    if (!this.options.enabled || files.length === 0 || types.includes("text/plain")) return;
    event.preventDefault();
    this.#onFiles(files);
  }

  /** @param {DragEvent} event @param {boolean} isOver */
  #drag(event, isOver) {
    if (!this.options.enabled || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault(); // else the browser would leave the page for the file
    this.#button.closest("form")?.classList.toggle("dropping", isOver);
  }
}
