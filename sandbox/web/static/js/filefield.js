/** An option that takes a file: chosen, dropped, pasted or a sample picture. */

import { el } from "./dom.js";
import { Field } from "./field.js";
import { sizeWords } from "./gallery.js";
import { icon } from "./icons.js";

/** A field for one file. */
export class FileField extends Field {
  constructor(option, around) {
    super(option, around);
    this.file = null;
    this._url = "";
    this._picker = el("input", {
      type: "file",
      id: `${this.id}-file`,
      class: "visually-hidden",
      tabindex: "-1",
      "aria-hidden": "true",
      accept: "image/*",
      on: { change: () => this._chosen() },
    });
    this._preview = el("span", { class: "chip-preview" }, icon("picture"));
    this._words = el("span", { class: "chip-file", text: "Choose, drop or paste" });
    this.input = el(
      "button",
      {
        type: "button",
        id: this.id,
        class: "chip-drop",
        on: {
          click: () => this._picker.click(),
          focus: () => this.explain(),
          keydown: (event) => this._key(event),
        },
        "aria-description": this._hint(),
      },
      this._preview,
      this._words,
    );
    this.element.classList.add("chip-attachment");
    this.element.append(this._label, this.input, this._picker, this._removeButton() ?? "");
  }

  /** Whether no file was given. */
  get empty() {
    return this.file === null;
  }

  /** The file. @returns {{file: File|null}} */
  read() {
    return { file: this.file };
  }

  /** Put a file in. @param {File|null} file */
  write(file) {
    this.file = file;
    if (this._url) URL.revokeObjectURL(this._url);
    this._url = file?.type.startsWith("image/") ? URL.createObjectURL(file) : "";
    this._preview.replaceChildren(
      this._url ? this._picture(this._url) : icon(file ? "file" : "picture"),
    );
    this._words.textContent = file ? file.name : "Choose, drop or paste";
    this.input.title = file ? `${file.name}, ${sizeWords(file.size)}` : "";
    this.element.classList.toggle("chip-filled", Boolean(file));
    this._error = "";
    this.element.classList.remove("chip-wrong");
    this._around.onChange();
  }

  _picture(src) {
    const image = el("img", { src, alt: "" });
    // Whatever its name says, this is no picture that can be shown.
    image.addEventListener("error", () => image.replaceWith(icon("file")));
    return image;
  }

  _chosen() {
    const [file] = this._picker.files;
    if (file) this.write(file);
    this._picker.value = "";
    this.focus();
  }

  _key(event) {
    if (event.key === "Escape" && this._around.suggestions.key(event)) event.stopPropagation();
    else if (["Backspace", "Delete"].includes(event.key)) {
      event.preventDefault();
      if (this.file) this.write(null);
      else if (!this.option.required) this._around.onRemove(this);
    } else if (event.key === "Enter" && this.file) {
      event.preventDefault();
      this._around.onSend();
    }
  }
}
