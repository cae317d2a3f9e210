/** The places of the server and who one is in it. */

import { avatar } from "./avatars.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";

/** @type {Record<string, any>} */
const ICONS = { text: "hash", forum: "forum", thread: "thread", direct: "person" };

/**
 * The list of channels with their threads, and the direct messages.
 *
 * @param {HTMLElement} nav
 * @param {import("./world.js").World} world
 * @param {(id: string) => void} onOpen
 */
export function showPlaces(nav, world, onOpen) {
  const draw = () => {
    const focused = /** @type {HTMLElement|null} */ (
      document.activeElement?.closest?.("[data-place]")
    )?.dataset.place;
    const rooms = world
      .rooms()
      .flatMap((room) => [
        place(room),
        ...world
          .threads(room.id)
          // What was put away is found in its forum, or below the message it began on.
          .filter((thread) => !world.isArchived(thread) || thread.id === world.channelId)
          .map((thread) => place(thread, "place-thread")),
      ]);
    const direct = world.direct();
    nav.replaceChildren(
      el("h2", { class: "places-head", text: "Channels" }),
      el("ul", { class: "places" }, ...rooms),
      el("h2", { class: "places-head", text: "Direct messages" }),
      el("ul", { class: "places" }, direct && place(direct)),
    );
    if (focused)
      /** @type {HTMLElement|null} */ (nav.querySelector(`[data-place="${focused}"]`))?.focus();
  };
  const place = (channel, more = "") => {
    const unread = world.unread.has(channel.id);
    const here = channel.id === world.channelId;
    const sign =
      world.kindOf(channel) === "direct"
        ? avatar({ name: "S", bot: true }, "small")
        : icon(ICONS[world.kindOf(channel)]);
    return el(
      "li",
      {},
      el(
        "button",
        {
          type: "button",
          class: `place ${more}${unread ? " place-unread" : ""}`,
          "aria-current": here ? "page" : null,
          data: { place: channel.id },
          on: { click: () => onOpen(channel.id) },
        },
        sign,
        el("span", { class: "place-name", text: world.nameOf(channel) }),
        ...stateSigns(world, channel),
        unread && el("span", { class: "unread", text: "new" }),
      ),
    );
  };
  for (const name of ["world", "unread", "opened", "member"]) world.on(name, draw);
}

/** Whether a thread is private, locked or put away, as signs with words for who cannot see them. */
export function stateSigns(world, channel) {
  const states = [
    world.isPrivate(channel) && ["eye", "private"],
    world.isLocked(channel) && ["lock", "locked"],
    world.isArchived(channel) && ["archive", "archived"],
  ].filter(Boolean);
  return states.map(([sign, words]) =>
    el(
      "span",
      { class: "place-state", title: words },
      icon(sign),
      el("span", { class: "visually-hidden", text: words }),
    ),
  );
}

/**
 * The members one can be, as a group of which one is chosen.
 *
 * @param {HTMLElement} box
 * @param {import("./world.js").World} world
 * @param {(member: any) => void} onChoose
 */
export function showPeople(box, world, onChoose) {
  const draw = () => {
    const hadFocus = box.contains(document.activeElement);
    box.replaceChildren(
      ...world.members.map((member) => {
        const chosen = member.id === world.me?.id;
        return el(
          "button",
          {
            type: "button",
            class: "person",
            role: "radio",
            "aria-checked": String(chosen),
            tabindex: chosen ? "0" : "-1",
            on: { click: () => onChoose(member) },
          },
          avatar({ name: member.display, colour: member.colour }),
          el(
            "span",
            { class: "person-words" },
            el("span", { class: "person-name", text: member.display }),
            el("small", { text: member.role }),
          ),
          chosen && icon("check"),
        );
      }),
    );
    if (hadFocus) /** @type {HTMLElement|null} */ (box.querySelector('[tabindex="0"]'))?.focus();
  };
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = world.members.findIndex((member) => member.id === world.me.id);
    onChoose(world.members[(at + step + world.members.length) % world.members.length]);
  });
  world.on("member", draw);
}
