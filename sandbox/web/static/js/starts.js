/** Five things to begin with, on a channel in which nothing was said yet. */

import { el } from "./dom.js";
import { showPosts } from "./forum.js";
import { icon } from "./icons.js";

const STARTS = [
  {
    title: "Make an image from two references",
    detail: "The fox moves into the street",
    icon: "picture",
    command: "imagine",
    values: {
      prompt: "The one from the first picture walks down the street of the second, at golden hour",
      aspect_ratio: "16:9",
    },
    files: { reference1: "fox.jpg", reference2: "street.jpg" },
  },
  {
    title: "Draw from words alone",
    detail: "Four images for the price of one",
    icon: "slash",
    command: "imagine",
    values: { prompt: "A lighthouse in a storm, ink and watercolour --ar 3:2", num_images: 4 },
    files: {},
  },
  {
    title: "Keep one character over several shots",
    detail: "The robot in four scenes",
    icon: "person",
    command: "multishot",
    values: { prompt: "Travelling through the four seasons", num_images: 4 },
    files: { reference: "robot.png" },
  },
  {
    title: "Make something that only you see",
    detail: "A private request",
    icon: "eye",
    command: "imagine",
    values: { prompt: "The teapot as the palace of a very small queen", private: true },
    files: { reference1: "teapot.jpg" },
  },
  {
    title: "See what you may still use",
    detail: "Your credits and last requests",
    icon: "check",
    command: "credits",
    values: {},
    files: {},
  },
];

/**
 * Suggestions for an empty channel; pressing one fills in its command, for the visitor to send.
 *
 * @param {HTMLElement} box
 * @param {{world: import("./world.js").World, actions: import("./actions.js").Actions,
 *   composer: import("./composer.js").Composer, samples: import("./samples.js").Samples,
 *   onOpen: (id: string) => void}} parts
 */
export function offerStarts(box, { world, actions, composer, samples, onOpen }) {
  const draw = () => {
    const channel = world.channel();
    const empty = channel && world.messages.size === 0 && world.kindOf(channel) !== "forum";
    box.hidden = !channel || (!empty && world.kindOf(channel) !== "forum");
    if (box.hidden) return;
    const known = new Set(world.commands.map((command) => command.name));
    const starts = empty ? STARTS.filter((start) => known.has(start.command)) : [];
    box.replaceChildren(
      ...welcome(world, channel, starts.length),
      world.kindOf(channel) === "forum"
        ? showPosts(channel, { world, actions, onOpen })
        : el("ul", { class: "starts-list" }, ...starts.map((start) => el("li", {}, card(start)))),
    );
  };
  const card = (start) =>
    el(
      "button",
      { type: "button", class: "start", on: { click: () => void begin(start) } },
      icon(/** @type {any} */ (start.icon)),
      el("span", {}, el("strong", { text: start.title }), el("small", { text: start.detail })),
      el("code", { text: `/${start.command}` }),
    );
  const begin = async (start) => {
    const names = Object.entries(start.files).filter(([, name]) => samples.names().includes(name));
    const files = await Promise.all(names.map(([, name]) => samples.file(name)));
    composer.begin(
      start.command,
      start.values,
      Object.fromEntries(names.map(([option], at) => [option, files[at]])),
    );
  };
  for (const name of ["opened", "commands", "message", "gone", "world"]) world.on(name, draw);
}

function welcome(world, channel, offers) {
  const kind = world.kindOf(channel);
  const name = world.nameOf(channel);
  if (kind === "forum") {
    const posts = world.threads(channel.id).length;
    return [
      el("h2", { text: name }),
      el("p", {
        text: posts
          ? "Each post is a thread of its own."
          : "There are no posts in this forum yet.",
      }),
    ];
  }
  const title =
    kind === "direct" ? `You and ${name}` : `Welcome to ${kind === "thread" ? "" : "#"}${name}`;
  const words = offers
    ? "Nothing was said here yet. Begin with one of these: it fills in a command, and you send it. Or type / to see all commands."
    : "Nothing was said here yet. Type / to see what the bot can do.";
  return [el("h2", { text: title }), el("p", { text: words })];
}
