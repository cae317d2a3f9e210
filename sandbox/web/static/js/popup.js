/** Small things that open over the page beside what opened them: menus and lists to choose from. */

import { el } from "./dom.js";
import { icon } from "./icons.js";

const MARGIN = 8;

/**
 * Put `content` beside `anchor` in the top layer. Escape, a click elsewhere and scrolling away
 * close it; the focus then returns.
 *
 * @param {{anchor: Element|{x: number, y: number}, content: HTMLElement, onClose?: () => void}} parts
 * @returns {() => void} closes it
 */
export function openPopup({ anchor, content, onClose = () => {} }) {
  const before = document.activeElement;
  const box = el("div", { class: "popup", popover: "auto" }, content);
  // Inside an open dialog everything outside of it is inert.
  const home = anchor instanceof Element && anchor.closest("dialog, aside, main");
  (home || document.querySelector("main") || document.body).append(box);
  box.addEventListener("toggle", ({ newState }) => {
    if (newState !== "closed") return;
    const inside = box.contains(document.activeElement) || document.activeElement === document.body;
    box.remove();
    if (inside && before instanceof HTMLElement && before.isConnected)
      before.focus({ preventScroll: true });
    onClose();
  });
  box.showPopover();
  place(
    box,
    anchor instanceof Element
      ? anchor.getBoundingClientRect()
      : { left: anchor.x, right: anchor.x, top: anchor.y, bottom: anchor.y, width: 0 },
  );
  return () => box.isConnected && box.hidePopover();
}

function place(box, around) {
  box.style.minWidth = `${Math.min(around.width, window.innerWidth - 2 * MARGIN)}px`;
  const { width, height } = box.getBoundingClientRect();
  const left = Math.max(MARGIN, Math.min(around.left, window.innerWidth - width - MARGIN));
  const below = around.bottom + 4;
  const fits = below + height <= window.innerHeight - MARGIN;
  box.style.left = `${left}px`;
  box.style.top = `${fits ? below : Math.max(MARGIN, around.top - height - 4)}px`;
}

/**
 * A menu of things to do.
 *
 * @param {Element|{x: number, y: number}} anchor
 * @param {{label: string, icon?: string, danger?: boolean, checked?: boolean, act: () => void}[]} entries
 * @param {string} label what the menu is about
 */
export function openMenu(anchor, entries, label) {
  const kind = entries.some((entry) => entry.checked !== undefined) ? "menuitemradio" : "menuitem";
  const items = entries.map((entry) =>
    el(
      "button",
      {
        type: "button",
        class: `menu-item${entry.danger ? " menu-danger" : ""}`,
        role: kind,
        "aria-checked": entry.checked === undefined ? null : String(entry.checked),
        tabindex: "-1",
        on: {
          click: () => {
            close();
            entry.act();
          },
        },
      },
      entry.icon ? icon(/** @type {any} */ (entry.icon)) : el("span", { class: "icon" }),
      el("span", { text: entry.label }),
      entry.checked && icon("check"),
    ),
  );
  const menu = el(
    "div",
    {
      class: "menu",
      role: "menu",
      "aria-label": label,
      on: { keydown: (event) => walk(event, items, close) },
    },
    ...items,
  );
  const close = openPopup({ anchor, content: menu });
  items[0]?.focus();
}

/**
 * A list to choose from: one, or several and then "Done".
 *
 * @param {Element} anchor
 * @param {{label: string, options: {label: string, value: string, detail?: string, chosen?: boolean}[],
 *   least?: number, most?: number}} list
 * @returns {Promise<string[]|null>} the values; null when nothing was chosen
 */
export function chooseFrom(anchor, { label, options, least = 1, most = 1 }) {
  return new Promise((resolve) => {
    let answer = null;
    const chosen = new Set(options.filter((option) => option.chosen).map((option) => option.value));
    const several = most > 1 || least === 0;
    const items = options.map((option) =>
      el(
        "div",
        {
          class: "choice",
          role: "option",
          tabindex: "-1",
          "aria-selected": String(chosen.has(option.value)),
          on: { click: () => pick(option.value) },
        },
        el(
          "span",
          { class: "choice-words" },
          el("span", { text: option.label }),
          option.detail && el("small", { text: option.detail }),
        ),
        icon("check"),
      ),
    );
    const done = el("button", {
      type: "button",
      class: "button button-primary",
      text: "Done",
      on: { click: () => finish([...chosen]) },
    });
    const list = el(
      "div",
      {
        class: "choices",
        role: "listbox",
        "aria-label": label,
        "aria-multiselectable": several ? "true" : null,
        on: { keydown: (event) => walk(event, items, close, pickFocused) },
      },
      ...items,
    );
    const hint = several
      ? el(
          "div",
          { class: "choices-foot" },
          el("span", { text: most > 1 ? `Choose ${least} to ${most}` : "Choose one or none" }),
          done,
        )
      : null;
    const close = openPopup({
      anchor,
      content: el("div", {}, list, ...(hint ? [hint] : [])),
      onClose: () => resolve(answer),
    });
    if (!items.length)
      list.append(el("p", { class: "empty", text: "There is nothing to choose." }));
    (items[0] ?? done).focus();
    settle();

    function pick(value) {
      if (!several) return finish([value]);
      if (chosen.has(value)) chosen.delete(value);
      else {
        if (most === 1) chosen.clear();
        if (chosen.size < most) chosen.add(value);
      }
      options.forEach((option, index) =>
        items[index].setAttribute("aria-selected", String(chosen.has(option.value))),
      );
      settle();
    }
    function pickFocused() {
      const at = items.indexOf(/** @type {any} */ (document.activeElement));
      if (at >= 0) pick(options[at].value);
    }
    function settle() {
      done.toggleAttribute("disabled", chosen.size < least || chosen.size > most);
    }
    function finish(values) {
      answer = values;
      close();
    }
  });
}

function walk(event, items, close, pick = undefined) {
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to !== undefined) items[(to + items.length) % items.length]?.focus();
  else if (event.key === "Tab" && !pick) close();
  else if ((event.key === "Enter" || event.key === " ") && pick) pick();
  else return;
  if (event.key !== "Tab") event.preventDefault();
}
