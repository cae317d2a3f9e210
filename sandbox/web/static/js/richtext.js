/** Discord's markdown as elements of the page. */

import { messageLink } from "./addresses.js";
import { momentWords } from "./clock.js";
import { el } from "./dom.js";
import { parse } from "./markdown.js";

const PLAIN = { strong: "strong", em: "em", underline: "u", strike: "s" };

/**
 * A text with its markdown, ready to be put in. What can be pressed says what it does in
 * `data-action`; whoever holds the message listens.
 *
 * @param {string} source
 * @param {import("./world.js").World} world
 * @returns {Node[]}
 */
export function richText(source, world) {
  return nodes(parse(source), world);
}

function nodes(tree, world) {
  return tree.map((node) => build(node, world));
}

function build(node, world) {
  const inner = () => nodes(node.children, world);
  if (node.kind in PLAIN) return el(PLAIN[node.kind], {}, ...inner());
  switch (node.kind) {
    case "text":
      return document.createTextNode(node.text);
    case "line":
      return el("br");
    case "code":
      return el("code", { text: node.text });
    case "pre":
      return el("pre", { tabindex: "0" }, el("code", { text: node.text }));
    case "quote":
      return el("blockquote", {}, ...inner());
    case "heading":
      // All below the channel's: in a message, levels stand for sizes and not for an outline.
      return el("h3", { class: `text-h${node.level}` }, ...inner());
    case "small":
      return el("p", { class: "small" }, ...inner());
    case "list":
      return list(node, world);
    case "spoiler":
      return spoiler(inner());
    case "moment":
      return moment(node, world);
    case "link":
      return link(node, inner(), world);
    default:
      return mention(node, world);
  }
}

function list(node, world) {
  const items = node.items.map((item) => el("li", {}, ...nodes(item.children, world)));
  return el(node.ordered ? "ol" : "ul", node.ordered ? { start: node.start } : {}, ...items);
}

function spoiler(children) {
  return el(
    "span",
    {
      class: "spoiler",
      role: "button",
      tabindex: "0",
      "aria-label": "Spoiler, press to reveal",
      "data-action": "reveal",
      "data-keep": "class role tabindex aria-label data-action",
    },
    ...children,
  );
}

function moment(node, world) {
  return el("time", {
    text: momentWords(node.at, node.style, world.now()),
    datetime: new Date(node.at * 1000).toISOString(),
    title: momentWords(node.at, "F", world.now()),
    data: { moment: node.at, style: node.style },
  });
}

function link(node, children, world) {
  const target = messageLink(node.url);
  const bare = children.map((child) => child.textContent).join("") === node.url;
  if (target && bare) return linkToPlace(target, world);
  return el(
    "button",
    {
      type: "button",
      class: "link",
      title: target ? "Go to that message" : node.url,
      data: target
        ? { action: "jump", channel: target.channel, message: target.message ?? "" }
        : { action: "leave", url: node.url },
    },
    ...children,
  );
}

/** A bare link to a message or channel, as Discord shows it: by the name of its place. */
function linkToPlace({ channel, message = "" }, world) {
  const place = world.channel(channel);
  const name = place ? `#${world.nameOf(place)}` : "#a channel you cannot see";
  return pill(message ? `${name} › message` : name, { action: "jump", channel, message });
}

/** Something to press within a line of text, which goes on in the next line where it is long. */
function pill(text, data) {
  return el("span", { class: "mention", role: "link", tabindex: "0", text, data });
}

function mention(node, world) {
  switch (node.kind) {
    case "user": {
      const name =
        node.id === world.botUser.id ? world.botUser.name : world.member(node.id)?.display;
      const mine = node.id === world.me?.id ? " mention-me" : "";
      return el("span", { class: `mention${mine}`, text: `@${name ?? "someone"}` });
    }
    case "role":
      return el("span", {
        class: "mention",
        text: `@${world.roles.find((role) => role.id === node.id)?.name ?? "role"}`,
      });
    case "channel": {
      const channel = world.channel(node.id);
      const words = channel ? `#${world.nameOf(channel)}` : "#a channel you cannot see";
      if (!channel) return el("span", { class: "mention", text: words });
      return pill(words, { action: "jump", channel: node.id, message: "" });
    }
    case "command":
      return el("button", {
        type: "button",
        class: "mention",
        text: `/${node.name}`,
        title: `Write /${node.name}`,
        data: { action: "command", name: node.name },
      });
    default:
      return el("span", { text: `:${node.name}:` });
  }
}
