/** The sample pictures: to drag into an option, or to press. */

import { el } from "./dom.js";
import { SAMPLE } from "./files.js";

/** The sample pictures of the sandbox, fetched once. */
export class Samples {
  /** @param {{api: import("./api.js").Api, world: import("./world.js").World}} parts */
  constructor({ api, world }) {
    this._api = api;
    this._world = world;
    this._files = new Map();
    this._addresses = new Map();
  }

  /** The names of all samples. */
  names() {
    return this._world.samples.map((sample) => sample.name);
  }

  /** A sample as a file, such as a visitor would choose. @param {string} name @returns {Promise<File>} */
  file(name) {
    if (!this._files.has(name)) this._files.set(name, this._fetch(name));
    return this._files.get(name);
  }

  /**
   * Show all samples in `box`.
   *
   * @param {HTMLElement} box
   * @param {(name: string) => void} onUse
   */
  async show(box, onUse) {
    box.replaceChildren(...this._world.samples.map((sample) => this._card(sample, onUse)));
    for (const { name } of this._world.samples) {
      const image = box.querySelector(`[data-sample="${CSS.escape(name)}"] img`);
      const file = await this.file(name);
      if (!this._addresses.has(name)) this._addresses.set(name, URL.createObjectURL(file));
      if (image) image.setAttribute("src", this._addresses.get(name));
    }
  }

  _card({ name, alt, width, height }, onUse) {
    const node = el(
      "button",
      {
        type: "button",
        class: "sample",
        draggable: "true",
        title: `${name}, ${width} × ${height}. Press or drag it to use it`,
        data: { sample: name },
        on: { click: () => onUse(name) },
      },
      el("img", { alt: alt || name, width, height, draggable: "false" }),
      el("span", { text: name }),
    );
    node.addEventListener("dragstart", (event) => {
      event.dataTransfer.setData(SAMPLE, name);
      event.dataTransfer.effectAllowed = "copy";
    });
    return node;
  }

  async _fetch(name) {
    const blob = await this._api.blob(`demo/samples/${encodeURIComponent(name)}`);
    return new File([blob], name, { type: blob.type });
  }
}
