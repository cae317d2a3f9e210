/** Light or dark: as the system has it, until the visitor chooses. */

import { icon } from "./icons.js";
import { memory } from "./memory.js";

const dark = window.matchMedia("(prefers-color-scheme: dark)");

/** Let `button` switch between light and dark. @param {HTMLElement} button */
export function connectTheme(button) {
  const current = () => memory.recall("theme") ?? (dark.matches ? "dark" : "light");
  const show = () => {
    const theme = current();
    document.documentElement.dataset.theme = theme;
    const words = theme === "dark" ? "Light colours" : "Dark colours";
    button.replaceChildren(icon(theme === "dark" ? "sun" : "moon"));
    button.setAttribute("aria-label", words);
    button.title = words;
  };
  button.addEventListener("click", () => {
    memory.keep("theme", current() === "dark" ? "light" : "dark");
    show();
  });
  dark.addEventListener("change", show);
  show();
}
