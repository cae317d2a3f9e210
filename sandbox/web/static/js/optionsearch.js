/** The place behind the chips where the name of a further option is typed. */

import { kindOf, matching } from "./commands.js";
import { el } from "./dom.js";

/** A field that adds options by name. */
export class OptionSearch {
  /**
   * @param {{suggestions: import("./suggestions.js").Suggestions, options: any[], offered: () => any[],
   *   onAdd: (option: any, value?: string) => void, onBack: () => void, onSend: () => void}} parts
   *   `options` are those of the command, `offered` the ones that are left; `onBack` is called for a
   *   step back to the chips
   */
  constructor({ suggestions, options, offered, onAdd, onBack, onSend }) {
    this._suggestions = suggestions;
    this._options = options;
    this._offered = offered;
    this._onAdd = onAdd;
    this._onBack = onBack;
    this._onSend = onSend;
    this.input = el("input", {
      type: "text",
      class: "option-search",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "add an option",
      "aria-label": "Add an option by its name",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      on: {
        focus: () => this._explain(),
        input: () => this._typed(),
        keydown: (event) => this._key(event),
      },
    });
  }

  /** Say so where something was typed that is no option. @returns {boolean} whether there was */
  refuse() {
    const query = this.input.value.trim();
    if (!query) return false;
    this.input.focus();
    this._explain(`“${query}” is no option, so it would be left out. Pick one, or clear this.`);
    return true;
  }

  _typed() {
    // A name that is there already leads to its field.
    const written = /^([\w-]+):(.*)$/.exec(this.input.value.trim());
    const option = written && this._options.find(({ name }) => name === written[1]);
    if (option) this._add(option, written[2].trim());
    else this._explain();
  }

  _explain(error = "") {
    const query = this.input.value.trim();
    this._suggestions.offer({
      input: this.input,
      title: "Options",
      hint: "Pick one to add it, or press Enter to send",
      error,
      items: matching(this._offered(), query).map((option) => ({
        label: option.name,
        detail: `${option.description} · ${kindOf(option)}`,
        value: option,
      })),
      empty: error ? "" : `There is no option “${query}”.`,
      eager: query !== "",
      pick: (option) => this._add(option),
    });
  }

  _add(option, value = undefined) {
    this.input.value = "";
    this._onAdd(option, value);
  }

  _key(event) {
    if (this._suggestions.key(event)) {
      event.stopPropagation();
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      this._onSend();
    } else if (event.key === "Backspace" && !this.input.value) {
      event.preventDefault();
      this._onBack();
    }
  }
}
