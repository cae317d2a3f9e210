/** The messages of the open channel, as a log that follows what happens. */

import { dayOf } from "./clock.js";
import { el, morph } from "./dom.js";
import { icon } from "./icons.js";
import { dayLine, renderMessage } from "./message.js";

const NEAR = 60;
const JOIN_SECONDS = 420;

/** Shows the world's messages in `list` and keeps the view where the reader is. */
export class MessageList {
  /**
   * @param {{scroller: HTMLElement, list: HTMLElement, newest: HTMLElement,
   *   world: import("./world.js").World, actions: import("./actions.js").Actions}} parts
   */
  constructor({ scroller, list, newest, world, actions }) {
    this._scroller = scroller;
    this._list = list;
    this._newest = newest;
    this._world = world;
    this._actions = actions;
    this._follows = true;
    this._missed = 0;
    this._extent = "";
    this._lines = el("li", { class: "attempts" });
    scroller.addEventListener("scroll", () => this._scrolled(), { passive: true });
    newest.addEventListener("click", () => this.toNewest());
    list.addEventListener("keydown", (event) => this._walk(event));
    list.addEventListener("focusin", ({ target }) => {
      const item = /** @type {Element} */ (target).closest("li[data-id]");
      if (item) this._makeCurrent(item);
    });
    new ResizeObserver(() => this._settle()).observe(list);
    new ResizeObserver(() => this._settle()).observe(scroller);
    world.on("opened", ({ loading }) => this._open(loading));
    world.on("message", ({ message, isNew }) =>
      isNew ? this._add(message) : this._redraw(message.id),
    );
    world.on("gone", (id) => this._drop(id));
    // Names of threads and channels appear in messages too.
    world.on("world", () => this._redrawAll());
    actions.on("busy", (id) => this._redraw(id));
    actions.on("attempts", () => this._showAttempts());
  }

  /** Go to the end and follow it. */
  toNewest() {
    this._follows = true;
    this._settle();
  }

  /** Bring a message into view and mark it for a moment. @returns {boolean} whether it is here */
  reveal(id) {
    const item = this._item(id);
    if (!item) return false;
    this._follows = false;
    item.scrollIntoView({ block: "center" });
    this._makeCurrent(item);
    item.focus({ preventScroll: true });
    item.classList.remove("found");
    void item.offsetWidth;
    item.classList.add("found");
    return true;
  }

  /** The id of the message that an element is in. @param {Element} inside */
  static idAround(inside) {
    return inside.closest("li[data-id]")?.getAttribute("data-id") ?? null;
  }

  _open(loading) {
    this._list.setAttribute("aria-busy", String(loading));
    this._list.replaceChildren();
    this._missed = 0;
    if (loading) return;
    for (const message of this._world.messages.values()) this._append(message);
    this._list.append(this._lines);
    this._showAttempts();
    const last = [...this._list.querySelectorAll("li[data-id]")].pop();
    if (last) this._makeCurrent(last);
    this.toNewest();
  }

  _add(message) {
    this._append(message);
    const mine = [
      message.author.id,
      message.visible_to,
      message.interaction_metadata?.user?.id,
    ].includes(this._world.me.id);
    if (mine) this.toNewest();
    if (!this._follows) {
      this._missed += 1;
      this._showNewest();
    }
  }

  _append(message) {
    const before = this._before(message);
    if (!before || dayOf(before.timestamp) !== dayOf(message.timestamp))
      this._put(dayLine(message.timestamp));
    const item = el("li", {
      tabindex: this._list.querySelector('[tabindex="0"]') ? "-1" : "0",
      data: { id: message.id },
      class: "entry",
    });
    item.classList.toggle("entry-private", Boolean(message.visible_to));
    item.classList.toggle("entry-starter", this._world.isStarter(message));
    item.append(renderMessage(message, this._context(message)));
    this._put(item);
  }

  _put(node) {
    if (this._lines.parentNode === this._list) this._list.insertBefore(node, this._lines);
    else this._list.append(node);
  }

  _before(message) {
    const ids = [...this._world.messages.keys()];
    return this._world.messages.get(ids[ids.indexOf(message.id) - 1]);
  }

  _context(message) {
    const before = this._before(message);
    const joined =
      before !== undefined &&
      !this._world.isStarter(before) &&
      before.author.id === message.author.id &&
      before.visible_to === message.visible_to &&
      !message.interaction_metadata &&
      !message.referenced_message &&
      dayOf(before.timestamp) === dayOf(message.timestamp) &&
      (Date.parse(message.timestamp) - Date.parse(before.timestamp)) / 1000 < JOIN_SECONDS;
    return {
      world: this._world,
      busy: this._actions.busyIn(message.id),
      trouble: this._actions.troubleIn(message.id),
      joined,
    };
  }

  _redraw(id) {
    const message = this._world.messages.get(id);
    const item = this._item(id);
    if (!message || !item) return;
    const hadFocus = item.contains(document.activeElement);
    morph(item.firstElementChild, renderMessage(message, this._context(message)));
    // What was pressed may be gone with the edit; the place in the list stays.
    if (hadFocus && !item.contains(document.activeElement)) item.focus({ preventScroll: true });
  }

  _redrawAll() {
    for (const id of this._world.messages.keys()) this._redraw(id);
  }

  _drop(id) {
    const item = this._item(id);
    if (!item) return;
    const after = item.nextElementSibling?.matches("li[data-id]");
    const heir = /** @type {HTMLElement|null} */ (
      after ? item.nextElementSibling : item.previousElementSibling
    );
    const hadFocus = item.contains(document.activeElement);
    const wasCurrent = item.tabIndex === 0;
    if (
      item.previousElementSibling?.matches(".day") &&
      !item.nextElementSibling?.matches("li[data-id]")
    )
      item.previousElementSibling.remove();
    item.remove();
    if (heir?.matches("li[data-id]") && heir.isConnected) {
      if (wasCurrent) this._makeCurrent(heir);
      if (hadFocus) heir.focus();
    }
    this._redrawAll();
  }

  _showAttempts() {
    const attempts = this._actions.attempts();
    const sends = attempts.some((attempt) => attempt.state === "sending");
    this._lines.replaceChildren(...attempts.map((attempt) => this._line(attempt)));
    if (sends) this.toNewest();
    else this._settle();
  }

  _line(attempt) {
    if (attempt.state === "sending") {
      const words = attempt.title.startsWith("/") ? `Sending ${attempt.title} …` : "Sending …";
      return el("p", { class: "attempt" }, icon("wait"), words);
    }
    const again = () => attempt.again() && this._actions.dismiss(attempt.key);
    return el(
      "div",
      { class: "attempt attempt-failed" },
      el("p", {}, icon("warning"), el("strong", { text: attempt.title }), ` — ${attempt.words}`),
      el(
        "p",
        { class: "only-you" },
        icon("eye"),
        "Only you can see this · ",
        attempt.again &&
          el("button", {
            type: "button",
            class: "link",
            text: "Edit and send again",
            on: { click: again },
          }),
        attempt.again && " · ",
        el("button", {
          type: "button",
          class: "link",
          text: "Dismiss",
          on: { click: () => this._actions.dismiss(attempt.key) },
        }),
      ),
    );
  }

  /** @returns {HTMLElement|null} */
  _item(id) {
    return this._list.querySelector(`li[data-id="${CSS.escape(id)}"]`);
  }

  _makeCurrent(item) {
    for (const other of this._list.querySelectorAll('li[tabindex="0"]'))
      other.setAttribute("tabindex", "-1");
    item.tabIndex = 0;
  }

  _walk(event) {
    const item = event.target;
    if (!item.matches?.("li[data-id]") || event.altKey || event.ctrlKey || event.metaKey) return;
    const items = /** @type {HTMLElement[]} */ ([...this._list.querySelectorAll("li[data-id]")]);
    const at = items.indexOf(item);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = items[Math.max(0, Math.min(items.length - 1, to))];
    this._makeCurrent(next);
    next.focus();
  }

  _scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this._scroller;
    // What moved because the list or the room for it changed is no wish of the reader's.
    if (`${scrollHeight} ${clientHeight}` !== this._extent) {
      this._settle();
      return;
    }
    this._follows = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this._follows) this._missed = 0;
    this._showNewest();
  }

  _settle() {
    const { scrollHeight, clientHeight } = this._scroller;
    this._extent = `${scrollHeight} ${clientHeight}`;
    if (this._follows) this._scroller.scrollTop = scrollHeight;
    this._showNewest();
  }

  _showNewest() {
    this._newest.hidden = this._follows;
    const words = this._missed
      ? `${this._missed} new ${this._missed === 1 ? "message" : "messages"}`
      : "To the newest";
    this._newest.querySelector("span").textContent = words;
  }
}
