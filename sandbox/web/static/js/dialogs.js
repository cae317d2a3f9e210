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

/**
 * Ask for a short text.
 *
 * @param {{title: string, label: string, value?: string, most?: number, yes: string,
 *   more?: HTMLElement}} question `more` is what else is asked, below the text
 * @returns {Promise<string|null>} the text; null when it was given up
 */
export function ask({ title, label, value = "", most = 100, yes, more = undefined }) {
  return new Promise((resolve) => {
    const input = el("input", {
      id: "asked",
      type: "text",
      maxlength: most,
      required: true,
      autocomplete: "off",
    });
    input.value = value;
    const dialog = el("dialog", { class: "dialog", "aria-labelledby": "dialog-title" });
    const form = el(
      "form",
      { method: "dialog" },
      el("h2", { id: "dialog-title", text: title }),
      el(
        "div",
        { class: "form-fields" },
        el(
          "div",
          { class: "field" },
          el("label", { class: "field-name", for: "asked", text: label }),
          input,
        ),
        more,
      ),
      el(
        "div",
        { class: "dialog-buttons" },
        el("button", {
          type: "button",
          class: "button button-secondary",
          text: "Cancel",
          on: { click: () => dialog.close("") },
        }),
        el("button", { type: "submit", class: "button button-primary", text: yes, value: "yes" }),
      ),
    );
    dialog.append(form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? input.value.trim() || null : null);
    });
    document.body.append(dialog);
    dialog.showModal();
    input.select();
  });
}
