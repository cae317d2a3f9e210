/** The round signs that stand for people. */

import { el, svg } from "./dom.js";

/**
 * @param {{name: string, colour?: string, bot?: boolean}} person
 * @param {string} [size] "small" or ""
 */
export function avatar({ name, colour, bot }, size = "") {
  const node = el("span", {
    class: `avatar${bot ? " avatar-bot" : ""}${size ? ` avatar-${size}` : ""}`,
    "aria-hidden": "true",
  });
  if (colour) node.style.setProperty("--person", colour);
  node.append(bot ? mark() : name.slice(0, 1).toUpperCase());
  return node;
}

/** The sign of the bot: three frames of a film, the last one lit. */
function mark() {
  const frame = (x, y, filled) =>
    svg("rect", { x, y, width: "8.5", height: "8.5", rx: "2", class: filled ? "lit" : "unlit" });
  return svg(
    "svg",
    { viewBox: "0 0 24 24", focusable: "false" },
    frame("3", "3", false),
    frame("12.5", "3", false),
    frame("3", "12.5", false),
    frame("12.5", "12.5", true),
  );
}
