/** Files that wait to be sent, each with a button to leave it out. */

import { el } from "./dom.js";
import { icon } from "./icons.js";

/** A list of files; hidden while there are none. */
export class Tray {
  /** @param {{label: string, onRemove: () => void}} parts `onRemove` is called after one was left out */
  constructor({ label, onRemove }) {
    this._files = [];
    this._onRemove = onRemove;
    this.element = el("ul", { class: "tray", "aria-label": label, hidden: true });
  }

  /** The files, in order. @returns {File[]} */
  get files() {
    return this._files;
  }

  /** Show other files. @param {File[]} files */
  put(files) {
    this._files = files;
    this.element.hidden = files.length === 0;
    this.element.replaceChildren(...files.map((file) => this._item(file)));
  }

  _item(file) {
    const leaveOut = () => {
      this.put(this._files.filter((other) => other !== file));
      this._onRemove();
    };
    return el(
      "li",
      {},
      icon(file.type.startsWith("image/") ? "picture" : "file"),
      el("span", { text: file.name }),
      el(
        "button",
        {
          type: "button",
          class: "chip-remove",
          "aria-label": `Remove ${file.name}`,
          on: { click: leaveOut },
        },
        icon("close"),
      ),
    );
  }
}
