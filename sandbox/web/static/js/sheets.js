/** Parts of the page that stand beside the messages, or over them where there is no room. */

const all = [];

/** A part that can be folded away. */
export class Sheet {
  /**
   * @param {{node: HTMLElement, behind: HTMLElement[], scrim: HTMLElement, narrow: string,
   *   buttons: HTMLElement[], staysBeside?: boolean, onShow?: (shown: boolean) => void}} parts
   *   `narrow`: the media query under which it covers what is `behind`; `staysBeside`: where
   *   there is room it is always seen
   */
  constructor({ node, behind, scrim, narrow, buttons, staysBeside = false, onShow = () => {} }) {
    this.behind = behind;
    this._node = node;
    this._scrim = scrim;
    this._query = window.matchMedia(narrow);
    this._buttons = buttons;
    this._onShow = onShow;
    this._opener = null;
    all.push(this);
    for (const button of buttons)
      button.addEventListener("click", () => this.show(!this.shown, button));
    scrim.addEventListener("click", () => this.covers && this.show(false));
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || !this.covers) return;
      event.preventDefault();
      this.show(false);
    });
    this._query.addEventListener("change", () => {
      if (staysBeside) this._node.hidden = this.narrow;
      this._settle();
    });
    if (staysBeside) this._node.hidden = this.narrow;
    this._settle();
  }

  /** Whether it is seen. */
  get shown() {
    return !this._node.hidden;
  }

  /** Whether it is seen and covers the messages. */
  get covers() {
    return this.shown && this.narrow;
  }

  /** Whether there is no room for it beside the messages. */
  get narrow() {
    return this._query.matches;
  }

  /** @param {boolean} shown @param {HTMLElement|null} [opener] gets the focus back */
  show(shown, opener = null) {
    if (shown === this.shown) return;
    this._node.hidden = !shown;
    this._settle();
    if (shown) {
      this._opener = opener;
      if (this.covers)
        /** @type {HTMLElement|null} */ (this._node.querySelector("[data-first]"))?.focus();
    } else if (this._opener?.isConnected) this._opener.focus();
    this._onShow(shown);
  }

  _settle() {
    const covering = all.filter((sheet) => sheet.covers);
    for (const node of new Set(all.flatMap((sheet) => sheet.behind))) {
      node.inert = covering.some((sheet) => sheet.behind.includes(node));
    }
    this._scrim.hidden = covering.length === 0;
    for (const button of this._buttons) button.setAttribute("aria-expanded", String(this.shown));
  }
}
