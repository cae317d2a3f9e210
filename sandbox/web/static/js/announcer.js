/** What a screen reader is told: new messages and turns of events, not every step of a bar. */

import { authorOf, isThinking, pictureCount, wordsOf } from "./message.js";

const LONGEST = 180;

/**
 * Speak of what happens in the open channel.
 *
 * @param {HTMLElement} region a polite live region
 * @param {import("./world.js").World} world
 */
export function announce(region, world) {
  const said = new Map();
  const say = (words) => {
    region.textContent = "";
    // Emptied first, so that the same words twice are spoken twice.
    window.setTimeout(() => (region.textContent = words), 50);
  };
  world.on("opened", () => said.clear());
  world.on("message", ({ message }) => {
    const gist = gistOf(message);
    if (gist === said.get(message.id)) return;
    said.set(message.id, gist);
    const pictures = pictureCount(message);
    const tail = pictures ? `, ${pictures} ${pictures === 1 ? "picture" : "pictures"}` : "";
    const words = isThinking(message)
      ? "is thinking"
      : wordsOf(message).replace(/[▰▱]+/g, "").slice(0, LONGEST);
    say(`${authorOf(message, world).display}: ${words}${tail}`);
  });
  return say;
}

/** The message without what only counts: figures, bars, times. */
function gistOf(message) {
  const words = isThinking(message) ? "thinking" : wordsOf(message);
  return `${words.replace(/[\d▰▱]+/g, "").slice(0, LONGEST)}|${pictureCount(message)}`;
}
