/** Questions that the page itself asks. */

import { el } from "./dom.js";

/**
 * Ask before something is done.
 *
 * @param {{title: string, words: string[], yes: string, danger?: boolean}} question
 * @returns {Promise<boolean>}
 */
export function confirm({ title, words, yes, danger = false }) {
  return new Promise((resolve) => {
    const dialog = el("dialog", { class: "dialog", "aria-labelledby": "dialog-title" });
    const answer = (given) => () => dialog.close(given);
    dialog.append(
      el("h2", { id: "dialog-title", text: title }),
      ...words.map((line) => el("p", { text: line })),
      el(
        "div",
        { class: "dialog-buttons" },
        el("button", {
          type: "button",
          class: "button button-secondary",
          text: "Cancel",
          on: { click: answer("") },
        }),
        el("button", {
          type: "button",
          class: `button ${danger ? "button-danger" : "button-primary"}`,
          text: yes,
          on: { click: answer("yes") },
        }),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
