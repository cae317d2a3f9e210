/** Tabs: one of several panels at a time. */

/**
 * Make the `role=tab` buttons in `list` show their panels (`aria-controls`).
 *
 * @param {HTMLElement} list
 * @param {(name: string) => void} onShow receives the `data-tab` of the one that is shown
 */
export function connectTabs(list, onShow) {
  const tabs = /** @type {HTMLElement[]} */ ([...list.querySelectorAll('[role="tab"]')]);
  const show = (tab) => {
    for (const other of tabs) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", String(chosen));
      other.tabIndex = chosen ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls") ?? "").hidden = !chosen;
    }
    onShow(tab.dataset.tab);
  };
  list.addEventListener("click", ({ target }) => {
    const tab = /** @type {Element} */ (target).closest('[role="tab"]');
    if (tab) show(tab);
  });
  list.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(/** @type {any} */ (document.activeElement));
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    next.focus();
    show(next);
  });
}
