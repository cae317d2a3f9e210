/** Pictures large, one at a time. */

import { el } from "./dom.js";
import { icon } from "./icons.js";

/** The dialog that shows the pictures of one message. */
export class Lightbox {
  constructor() {
    this._pictures = [];
    this._at = 0;
    this._image = el("img", { class: "lightbox-picture" });
    this._caption = el("p", { class: "lightbox-caption" });
    this._count = el("span", { class: "lightbox-count", role: "status" });
    this._save = el(
      "a",
      { class: "button button-secondary", download: "" },
      icon("download"),
      "Save",
    );
    this._previous = this._button("left", "Previous picture", () => this._show(this._at - 1));
    this._next = this._button("right", "Next picture", () => this._show(this._at + 1));
    const close = this._button("close", "Close", () => this._dialog.close());
    this._dialog = el(
      "dialog",
      { class: "lightbox", "aria-label": "Picture, large" },
      el(
        "div",
        { class: "lightbox-bar" },
        this._count,
        el("span", { class: "spacer" }),
        this._save,
        close,
      ),
      el("div", { class: "lightbox-stage" }, this._previous, this._image, this._next),
      this._caption,
    );
    this._dialog.addEventListener("keydown", (event) => this._key(event));
    this._dialog.addEventListener("click", ({ target }) => {
      if (target === this._dialog || /** @type {Element} */ (target).matches(".lightbox-stage"))
        this._dialog.close();
    });
    document.body.append(this._dialog);
  }

  /** @param {{src: string, alt: string}[]} pictures @param {number} at which of them first */
  open(pictures, at) {
    this._pictures = pictures;
    this._dialog.showModal();
    this._show(at);
  }

  _show(at) {
    const count = this._pictures.length;
    this._at = (at + count) % count;
    const { src, alt } = this._pictures[this._at];
    this._image.src = src;
    this._image.alt = alt;
    this._caption.textContent = alt;
    this._count.textContent = count > 1 ? `${this._at + 1} of ${count}` : "";
    this._save.href = src;
    this._save.download = decodeURIComponent(
      new URL(src, location.href).pathname.split("/").pop() ?? "picture.png",
    );
    this._previous.hidden = this._next.hidden = count < 2;
  }

  _key(event) {
    const to = { ArrowLeft: this._at - 1, ArrowRight: this._at + 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      this._show(to);
    } else if (event.key.toLowerCase() === "s" && !event.ctrlKey && !event.metaKey)
      this._save.click();
  }

  _button(name, label, act) {
    return el(
      "button",
      {
        type: "button",
        class: "icon-button lightbox-button",
        "aria-label": label,
        title: label,
        on: { click: act },
      },
      icon(name),
    );
  }
}
