/** One option of a command that is being filled in: a chip with its name and its input. */

import { kindOf, limitsOf } from "./commands.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";

/**
 * @typedef {{world: import("./world.js").World, suggestions: import("./suggestions.js").Suggestions,
 *   complete: (option: any, typed: string) => Promise<{name: string, value: any}[]>,
 *   onRemove: (field: Field) => void, onChange: () => void, onSend: () => void}} Surroundings
 */

/** What all fields have in common. A subclass has its own `input`, and `empty`, `read` and `write`. */
export class Field {
  constructor(option, around) {
    this.option = option;
    this.element = el("div", {
      class: `chip${option.required ? " chip-required" : ""}`,
      data: { option: option.name },
    });
    /** What takes the focus; each kind of field makes its own. @type {HTMLElement} */
    this.input = this.element;
    this._around = around;
    this._error = "";
    this.id = `option-${option.name}`;
    this._label = el("label", { class: "chip-name", for: this.id, text: option.name });
    if (option.required)
      this._label.append(
        el("span", { class: "chip-star", text: " *", title: "required", "aria-hidden": "true" }),
      );
  }

  /** Put the focus on it. */
  focus() {
    this.input.focus();
  }

  /** Show what the option takes; a field with choices shows them too. */
  explain() {
    this._around.suggestions.offer({
      input: this.input,
      title: this.option.name,
      hint: this._hint(),
      error: this._error,
      items: [],
      pick: () => {},
      kind: "option",
    });
  }

  /** Say that something is wrong with the value, until it is changed. @param {string} words */
  fail(words) {
    this._error = words;
    this.element.classList.toggle("chip-wrong", Boolean(words));
    this.input.setAttribute("aria-invalid", String(Boolean(words)));
    if (words) this.focus();
    this.explain();
  }

  _removeButton() {
    if (this.option.required) return null;
    return el(
      "button",
      {
        type: "button",
        class: "chip-remove",
        "aria-label": `Remove ${this.option.name}`,
        title: `Remove ${this.option.name}`,
        on: { click: () => this._around.onRemove(this) },
      },
      icon("close"),
    );
  }

  _hint() {
    const limits = limitsOf(this.option);
    const need = this.option.required ? "required" : "optional";
    return `${this.option.description} · ${kindOf(this.option)}${limits ? `, ${limits}` : ""}, ${need}`;
  }
}
