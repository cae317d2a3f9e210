/** Short notices that go by themselves, and the one about a lost connection, which stays. */

import { el } from "./dom.js";
import { icon } from "./icons.js";

const SECONDS = 8;

/** @param {HTMLElement} box @returns {(words: string) => void} says something in passing */
export function createNotices(box) {
  return (words) => {
    // The same once more takes the place of what is still there.
    for (const old of [...box.children]) if (old.textContent === words) old.remove();
    const notice = el(
      "p",
      { class: "notice" },
      el("span", { text: words }),
      el(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": "Close",
          on: { click: () => notice.remove() },
        },
        icon("close"),
      ),
    );
    box.append(notice);
    while (box.children.length > 3) box.firstElementChild.remove();
    window.setTimeout(() => notice.remove(), SECONDS * 1000);
  };
}
