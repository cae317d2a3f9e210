/** A slash command being filled in. */

import { OPTION, offered } from "./commands.js";
import { el } from "./dom.js";
import { FileField } from "./filefield.js";
import { tooLarge } from "./files.js";
import { icon } from "./icons.js";
import { OptionSearch } from "./optionsearch.js";
import { TextField } from "./textfield.js";

/**
 * The chips of one command. `onSend` receives the values and the files by the names of their
 * options; `onClose` is called when the visitor gives the command up.
 */
export class CommandForm {
  /**
   * @param {{command: any, world: import("./world.js").World, actions: import("./actions.js").Actions,
   *   suggestions: import("./suggestions.js").Suggestions,
   *   onSend: (given: {options: Record<string, any>, files: Record<string, File>}) => void,
   *   onClose: () => void}} parts
   */
  constructor({ command, world, actions, suggestions, onSend, onClose }) {
    this.command = command;
    this._suggestions = suggestions;
    this._onSend = onSend;
    this._onClose = onClose;
    this._fields = [];
    this._around = {
      world,
      suggestions,
      complete: (option, typed) =>
        actions.complete(command.name, option.name, typed, this._typedSoFar(option.name)),
      onRemove: (field) => this._remove(field),
      onChange: () => this._offer(),
      onSend: () => this.send(),
    };
    this._search = new OptionSearch({
      suggestions,
      options: command.options,
      offered: () => this._left(),
      onAdd: (option, value) => this._addTyped(option, value),
      onBack: () => this._fields[this._fields.length - 1]?.focus(),
      onSend: () => this.send(),
    });
    this._chips = el("div", { class: "chips" }, this._search.input);
    this._more = el("div", {
      class: "more-options",
      role: "toolbar",
      "aria-label": "Options that can be added",
    });
    this._more.addEventListener("keydown", (event) => this._walkMore(event));
    this.element = el(
      "div",
      { class: "command", role: "group", tabindex: "-1", "aria-label": `Command /${command.name}` },
      el(
        "div",
        { class: "command-head" },
        el("strong", { class: "command-name", text: `/${command.name}` }),
        el("span", { class: "command-description", text: command.description }),
        el(
          "button",
          {
            type: "button",
            class: "icon-button",
            "aria-label": "Give up this command",
            title: "Give up this command (Escape)",
            on: { click: onClose },
          },
          icon("close"),
        ),
      ),
      this._chips,
      this._more,
    );
    this.element.addEventListener("keydown", (event) => this._key(event));
    for (const option of command.options) if (option.required) this._add(option);
    this._offer();
  }

  /** Put values in by option name. @param {Record<string, any>} values @param {Record<string, File>} [files] */
  fill(values, files = {}) {
    for (const option of this.command.options) {
      const value = option.type === OPTION.attachment ? files[option.name] : values[option.name];
      if (value !== undefined && value !== null)
        (this._field(option.name) ?? this._add(option)).write(value);
    }
    this._offer();
  }

  /** Put the focus where something is still to be entered. */
  focus() {
    const open = this._fields.find((field) => field.empty && field.option.required);
    const first =
      open ?? this._fields.find((field) => field instanceof TextField) ?? this._fields[0];
    if (first) first.focus();
    else this._focusNext();
  }

  /**
   * Take in files: the first for the option they were dropped on or that has the focus, the
   * others for the next that are free.
   *
   * @param {File[]} files @param {Element} target
   * @returns {File[]} those for which there is no option left
   */
  takeFiles(files, target) {
    const name = target.closest?.("[data-option]")?.getAttribute("data-option");
    const aimed = this._field(name ?? "");
    const waiting = [...files];
    if (aimed instanceof FileField && waiting.length) aimed.write(waiting.shift());
    while (waiting.length) {
      const slot = this._freeSlot();
      if (!slot) break;
      slot.write(waiting.shift());
    }
    return waiting;
  }

  /** Check everything and send it. */
  send() {
    if (this._search.refuse()) return;
    /** @type {Record<string, any>} */
    const options = {};
    /** @type {Record<string, File>} */
    const files = {};
    for (const field of this._fields) {
      const { option } = field;
      if (field.empty) {
        if (!option.required) continue;
        field.fail(
          `${option.name} is required. ${field instanceof FileField ? "Choose, drop or paste a file." : "Write something here."}`,
        );
        return;
      }
      const { value, file, error } = field.read();
      if (error) {
        field.fail(error);
        return;
      }
      if (field instanceof FileField) files[option.name] = file;
      else options[option.name] = value;
    }
    const problem = tooLarge(Object.values(files));
    if (problem) {
      this._fields.find((field) => field instanceof FileField)?.fail(problem);
      return;
    }
    this._onSend({ options, files });
  }

  _typedSoFar(besides) {
    const filled = this._fields.filter(
      (field) => field instanceof TextField && !field.empty && field.option.name !== besides,
    );
    return Object.fromEntries(
      filled
        .map((field) => [field.option.name, field.read().value])
        .filter(([, value]) => value !== undefined),
    );
  }

  _field(name) {
    return this._fields.find((field) => field.option.name === name);
  }

  _freeSlot() {
    const empty = this._fields.find((field) => field instanceof FileField && field.empty);
    if (empty) return empty;
    const option = this.command.options.find(
      ({ type, name }) => type === OPTION.attachment && !this._field(name),
    );
    return option && this._add(option);
  }

  _add(option) {
    const kind = option.type === OPTION.attachment ? FileField : TextField;
    const field = new kind(option, this._around);
    // In the order in which the bot declares them, wherever they were added.
    const order = this.command.options.indexOf(option);
    const at = this._fields.findIndex(
      (other) => this.command.options.indexOf(other.option) > order,
    );
    const next = at < 0 ? this._search.input : this._fields[at].element;
    this._chips.insertBefore(field.element, next);
    this._fields.splice(at < 0 ? this._fields.length : at, 0, field);
    this._offer();
    return field;
  }

  _remove(field) {
    const at = this._fields.indexOf(field);
    if (field instanceof FileField) field.write(null);
    field.element.remove();
    this._fields.splice(at, 1);
    this._suggestions.close();
    this._offer();
    const near = this._fields[Math.max(0, at - 1)];
    if (near) near.focus();
    else this._focusNext();
  }

  _addTyped(option, value) {
    const field = this._field(option.name) ?? this._add(option);
    if (value && field instanceof TextField) field.write(value);
    field.focus();
  }

  _focusNext() {
    if (this._search.input.hidden) this.element.focus();
    else this._search.input.focus();
  }

  _left() {
    return offered(this.command.options, new Set(this._fields.map((field) => field.option.name)));
  }

  _offer() {
    const options = this._left();
    const had = document.activeElement?.closest(".more-options")
      ? document.activeElement.textContent
      : null;
    this._more.hidden = this._search.input.hidden = options.length === 0;
    this._more.replaceChildren(
      ...options.map((option, index) =>
        el(
          "button",
          {
            type: "button",
            class: "more-option",
            tabindex: index ? "-1" : "0",
            title: option.description,
            on: { click: () => this._add(option).focus() },
          },
          icon("plus"),
          option.name,
        ),
      ),
    );
    if (had !== null) this._more.querySelector("button")?.focus();
  }

  _walkMore(event) {
    const buttons = [...this._more.querySelectorAll("button")];
    const at = buttons.indexOf(/** @type {any} */ (document.activeElement));
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[
      event.key
    ];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const next = buttons[(to + buttons.length) % buttons.length];
    buttons[at].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  _key(event) {
    if (event.key === "Enter" && event.target === this.element) {
      event.preventDefault();
      this.send();
    }
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (this._suggestions.open) this._suggestions.close();
    else this._onClose();
  }
}
