/** An option that is typed, with choices where there are some. */

import { OPTION, readValue } from "./commands.js";
import { el } from "./dom.js";
import { Field } from "./field.js";

const WAIT_TO_COMPLETE = 220;
const MOST_SHOWN = 25;
const MOST_NUMBERS = 25;

/** A field for everything but files. */
export class TextField extends Field {
  constructor(option, around) {
    super(option, around);
    this._picked = null;
    this._timer = 0;
    this._asked = 0;
    const number = option.type === OPTION.integer || option.type === OPTION.number;
    this._long = option.type === OPTION.string && !option.choices?.length && !option.autocomplete;
    this.input = el(this._long ? "textarea" : "input", {
      id: this.id,
      class: "chip-input",
      rows: this._long ? "1" : null,
      type: this._long ? null : "text",
      autocomplete: "off",
      spellcheck: this._long ? "true" : "false",
      inputmode: number ? "decimal" : null,
      role: this._long ? null : "combobox",
      "aria-autocomplete": this._long ? null : "list",
      "aria-expanded": this._long ? null : "false",
      "aria-required": option.required ? "true" : null,
      "aria-description": this._hint(),
    });
    this.element.append(
      this._label,
      el("span", { class: "grow" }, this.input),
      this._removeButton() ?? "",
    );
    this.input.addEventListener("focus", () => this.explain());
    this.input.addEventListener("input", () => this._typed());
    this.input.addEventListener("keydown", (event) => this._key(event));
    this._fit();
  }

  /** Whether nothing was entered. */
  get empty() {
    return this.input.value.trim() === "";
  }

  /** What was entered, or why it cannot be taken. @returns {{value?: any, error?: string}} */
  read() {
    if (this._picked && this._picked.label === this.input.value)
      return { value: this._picked.value };
    const list = this._fixed();
    if (list && !this.option.choices?.length && !this._counts()) {
      const wanted = this.input.value.trim().replace(/^[@#]/, "").toLowerCase();
      const found = list.find((item) => item.label.toLowerCase() === wanted);
      if (found) return { value: found.value.value };
      return {
        error: `${this.option.name}: there is no “${this.input.value}” here. Pick one from the list.`,
      };
    }
    return readValue(this.option, this.input.value);
  }

  /** Put a value in. @param {any} value */
  write(value) {
    const item = this._fixed()?.find((one) => one.value.value === value);
    this._picked = item ? { label: item.label, value } : null;
    this.input.value = item ? item.label : String(value);
    this._fit();
  }

  /** Show what the option takes, and the choices. */
  explain() {
    const { suggestions } = this._around;
    const typed = this.input.value.trim().toLowerCase();
    const all = this._fixed() ?? [];
    const settled = this._picked?.label === this.input.value;
    const items = (
      settled || !typed ? all : all.filter(({ label }) => label.toLowerCase().includes(typed))
    ).slice(0, MOST_SHOWN);
    this._offer(items, all.length && !items.length ? "Nothing fits what you typed." : "");
    if (this.option.autocomplete) this._ask();
    else if (!suggestions.open) this._offer(items, "");
  }

  _offer(items, empty) {
    this._around.suggestions.offer({
      input: this.input,
      title: this.option.name,
      hint: this._hint(),
      error: this._error,
      items,
      empty,
      eager:
        Boolean(this.input.value.trim()) &&
        this._picked?.label !== this.input.value &&
        !this._counts(),
      pick: (item) => this._pick(item),
      kind: "option",
    });
  }

  _pick(item) {
    this._picked = { label: item.label, value: item.value };
    this.input.value = item.label;
    this._changed();
    this._around.suggestions.close();
    this._around.onPicked?.(this);
  }

  _typed() {
    // Who writes "prompt: a fox" has written the name of the field that the cursor is in already.
    if (this.input.value === `${this.option.name}:`) this.input.value = "";
    this._fit();
    this._changed();
    this.explain();
  }

  _changed() {
    this._error = "";
    this.element.classList.remove("chip-wrong");
    this.input.removeAttribute("aria-invalid");
    this._fit();
    this._around.onChange();
  }

  _key(event) {
    if (this._around.suggestions.key(event)) {
      event.stopPropagation();
      return;
    }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this._around.onSend();
    } else if (event.key === "Backspace" && this.input.value === "" && !this.option.required) {
      event.preventDefault();
      this._around.onRemove(this);
    }
  }

  _ask() {
    window.clearTimeout(this._timer);
    const turn = ++this._asked;
    this._timer = window.setTimeout(async () => {
      const { items, empty } = await this._completed();
      if (turn === this._asked && document.activeElement === this.input) this._offer(items, empty);
    }, WAIT_TO_COMPLETE);
  }

  async _completed() {
    try {
      const choices = await this._around.complete(this.option, this.input.value);
      const items = choices.map((choice) => asItem(choice.name, choice.value));
      return { items, empty: "The bot suggests nothing for this." };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { items: [], empty: error.message };
    }
  }

  _counts() {
    return this.option.type === OPTION.integer && !this.option.choices?.length;
  }

  /** Everything that can be chosen, where that is known beforehand. */
  _fixed() {
    const { option } = this;
    const { world } = this._around;
    if (option.choices?.length)
      return option.choices.map((choice) => asItem(choice.name, choice.value));
    if (option.type === OPTION.boolean) return [asItem("True", true), asItem("False", false)];
    const members = () =>
      world.members.map((member) => asItem(member.display, member.id, `@${member.name}`));
    const roles = () => world.roles.map((role) => asItem(role.name, role.id));
    if (option.type === OPTION.user) return members();
    if (option.type === OPTION.role) return roles();
    if (option.type === OPTION.mentionable) return [...members(), ...roles()];
    if (option.type === OPTION.channel)
      return world
        .rooms()
        .filter((room) => option.channel_types?.includes(room.type) ?? true)
        .map((room) => asItem(room.name, room.id));
    if (this._counts() && option.max_value - option.min_value < MOST_NUMBERS) {
      const count = option.max_value - option.min_value + 1;
      return Array.from({ length: count }, (_, at) =>
        asItem(String(option.min_value + at), option.min_value + at),
      );
    }
    return null;
  }

  _fit() {
    // The grid cell behind the input repeats its text and so gives it its size.
    this.input.parentElement?.setAttribute(
      "data-text",
      this.input.value || this.input.placeholder || " ",
    );
  }
}

function asItem(label, value, detail = undefined) {
  const item = { label, detail, value: null };
  item.value = { label, value };
  return item;
}
