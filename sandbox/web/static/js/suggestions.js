/** The list above the composer: commands, choices, and what the bot suggests. */

import { el } from "./dom.js";

let number = 0;

/** A list of suggestions for whichever input has the focus. */
export class Suggestions {
  /** @param {HTMLElement} box */
  constructor(box) {
    this._box = box;
    this._input = null;
    this._items = [];
    this._at = -1;
  }

  /**
   * Show a list for `input`.
   *
   * @param {{input: HTMLElement, title: string, hint?: string, error?: string,
   *   items: {label: string, detail?: string, value: any}[], pick: (value: any) => void,
   *   empty?: string, eager?: boolean, kind?: string}} list `eager`: Enter picks the first without a step down
   */
  offer({ input, title, hint = "", error = "", items, pick, empty = "", eager = true, kind = "" }) {
    this._input = input;
    this._items = items;
    this._pick = pick;
    const id = `suggestions-${++number}`;
    const options = items.map((item, index) =>
      el(
        "li",
        {
          id: `${id}-${index}`,
          role: "option",
          class: "suggestion",
          "aria-selected": "false",
          on: {
            mousedown: (event) => event.preventDefault(),
            click: () => this._pick(item.value),
            mousemove: () => this._mark(index),
          },
        },
        el("span", { class: "suggestion-label", text: item.label }),
        item.detail && el("span", { class: "suggestion-detail", text: item.detail }),
      ),
    );
    this._list = el("ul", { id, role: "listbox", "aria-label": title }, ...options);
    this._box.className = `suggestions${kind ? ` suggestions-${kind}` : ""}`;
    this._box.replaceChildren(
      el(
        "div",
        { class: "suggestions-head" },
        el("strong", { text: title }),
        hint && el("span", { text: hint }),
      ),
      ...(error ? [el("p", { class: "suggestions-error", role: "alert", text: error })] : []),
      ...(items.length ? [this._list] : []),
      ...(!items.length && empty ? [el("p", { class: "suggestions-empty", text: empty })] : []),
    );
    this._box.hidden = false;
    tellExpanded(input, items.length > 0);
    if (items.length) input.setAttribute("aria-controls", id);
    else input.removeAttribute("aria-controls");
    this._at = -1;
    this._mark(eager && items.length ? 0 : -1);
  }

  /** Hide the list. */
  close() {
    this._box.hidden = true;
    this._items = [];
    if (this._input) tellExpanded(this._input, false);
    this._input?.removeAttribute("aria-activedescendant");
    this._input?.removeAttribute("aria-controls");
    this._input = null;
  }

  /** Whether the list is seen. */
  get open() {
    return !this._box.hidden;
  }

  /** Whether an entry would be picked by Enter. */
  get marked() {
    return this._at >= 0;
  }

  /** Whether Enter would pick the first entry: nobody has gone to another. */
  get picksFirst() {
    return this.open && this._at === 0;
  }

  /** Handle a key of the input. @param {KeyboardEvent} event @returns {boolean} whether it was used */
  key(event) {
    if (!this.open || event.isComposing) return false;
    const count = this._items.length;
    if (event.key === "Escape") this.close();
    else if (event.key === "ArrowDown" && count) this._mark((this._at + 1) % count);
    else if (event.key === "ArrowUp" && count) this._mark((this._at - 1 + count) % count);
    else if (["Enter", "Tab"].includes(event.key) && !event.shiftKey && this._at >= 0) {
      this._pick(this._items[this._at].value);
    } else return false;
    event.preventDefault();
    return true;
  }

  _mark(at) {
    const options = this._list?.children ?? [];
    options[this._at]?.setAttribute("aria-selected", "false");
    this._at = at;
    const option = options[at];
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      this._input?.setAttribute("aria-activedescendant", option.id);
    } else this._input?.removeAttribute("aria-activedescendant");
  }
}

/** A field of several lines cannot be a combobox and so has no such state. */
function tellExpanded(input, expanded) {
  if (input.getAttribute("role") === "combobox")
    input.setAttribute("aria-expanded", String(expanded));
}
