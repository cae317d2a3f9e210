/** The pinned messages of the open channel. */

import { dayOf, hourOf } from "./clock.js";
import { el } from "./dom.js";
import { authorOf, pictureCount, wordsOf } from "./message.js";
import { openPopup } from "./popup.js";

const LONGEST = 160;

/**
 * Let a button show what is pinned.
 *
 * @param {HTMLElement} button
 * @param {{world: import("./world.js").World, actions: import("./actions.js").Actions,
 *   onJump: (channel: string, message: string) => void}} parts
 */
export function connectPins(button, { world, actions, onJump }) {
  world.on("opened", () => {
    button.hidden = world.kindOf(world.channel()) === "forum";
  });
  button.addEventListener("click", async () => {
    const pins = await actions.pins();
    const box = el("div", { class: "pins", role: "group", "aria-labelledby": "pins-title" });
    const close = openPopup({ anchor: button, content: box });
    const line = (message) =>
      el(
        "li",
        {},
        el(
          "button",
          {
            type: "button",
            class: "pin",
            on: {
              click: () => {
                close();
                onJump(message.channel_id, message.id);
              },
            },
          },
          el(
            "span",
            { class: "pin-head" },
            el("strong", { text: authorOf(message, world).display }),
            el("small", { text: `${dayOf(message.timestamp)}, ${hourOf(message.timestamp)}` }),
          ),
          el("span", { class: "pin-words", text: excerpt(message) }),
        ),
      );
    box.append(el("h3", { id: "pins-title", text: "Pinned messages" }));
    if (pins.length) box.append(el("ul", {}, ...pins.map(line)));
    else box.append(el("p", { class: "empty", text: "Nothing is pinned here." }));
    const first = /** @type {HTMLElement|null} */ (box.querySelector("button"));
    (first ?? button).focus();
  });
}

function excerpt(message) {
  const words = wordsOf(message).replace(/\s+/g, " ");
  const count = pictureCount(message) + (message.attachments ?? []).length;
  const rest = count === 1 ? "a picture" : `${count} pictures`;
  if (!words) return count ? rest : "A message without words";
  return words.length > LONGEST ? `${words.slice(0, LONGEST)} …` : words;
}
