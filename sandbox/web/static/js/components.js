/** Discord's components as elements: what a bot's message is built of. */

import { attachment, mosaic, thumbnail } from "./gallery.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { richText } from "./richtext.js";

export const TYPE = {
  row: 1,
  button: 2,
  stringSelect: 3,
  textInput: 4,
  userSelect: 5,
  roleSelect: 6,
  mentionableSelect: 7,
  channelSelect: 8,
  section: 9,
  text: 10,
  thumbnail: 11,
  gallery: 12,
  file: 13,
  separator: 14,
  container: 17,
  label: 18,
  fileUpload: 19,
  radio: 21,
  checkboxes: 22,
  checkbox: 23,
};
const STYLES = {
  1: "primary",
  2: "secondary",
  3: "success",
  4: "danger",
  5: "link",
  6: "secondary",
};

/**
 * @param {any[]} components
 * @param {{world: import("./world.js").World, message: any, busy: Set<string>}} context `busy`
 *   are the custom_ids in this message that wait for the bot
 * @returns {Node[]}
 */
export function renderComponents(components, context) {
  return components.map((component) => renderComponent(component, context)).filter(Boolean);
}

function renderComponent(component, context) {
  switch (component.type) {
    case TYPE.row:
      return el("div", { class: "row" }, ...renderComponents(component.components, context));
    case TYPE.button:
      return button(component, context);
    case TYPE.section:
      return section(component, context);
    case TYPE.text:
      return el("div", { class: "text" }, ...richText(component.content, context.world));
    case TYPE.thumbnail:
      return thumbnail(component);
    case TYPE.gallery:
      return mosaic(component.items);
    case TYPE.file:
      return attachment({
        filename: component.name ?? nameIn(component.file.url),
        size: component.size,
        ...component.file,
      });
    case TYPE.separator:
      return separator(component);
    case TYPE.container:
      return container(component, context);
    default:
      return isSelect(component) ? select(component, context) : unknown(component);
  }
}

/** Whether a component is a menu to choose from. @param {any} component */
export function isSelect(component) {
  return (
    component.type === TYPE.stringSelect ||
    (component.type >= TYPE.userSelect && component.type <= TYPE.channelSelect)
  );
}

/** Every component below these, themselves included. @param {any[]} components @returns {any[]} */
export function walk(components) {
  return components.flatMap((component) => [
    component,
    ...walk(
      [...(component.components ?? []), component.accessory, component.component].filter(Boolean),
    ),
  ]);
}

/** The name of an emoji: its sign, or its word for one that the bot brought along. */
export function emojiWords(emoji) {
  if (!emoji?.name) return "";
  return emoji.id ? `:${emoji.name}:` : emoji.name;
}

function button(component, { busy }) {
  const waits = busy.has(component.custom_id);
  const sign = emojiWords(component.emoji);
  const data =
    component.url === undefined
      ? { action: "press", custom: component.custom_id }
      : { action: "leave", url: component.url };
  return el(
    "button",
    {
      type: "button",
      class: `button button-${STYLES[component.style] ?? "secondary"}${waits ? " waits" : ""}`,
      disabled: component.disabled,
      "aria-busy": waits ? "true" : null,
      data: { ...data, key: component.custom_id ?? component.url },
    },
    sign &&
      el("span", { class: "emoji", text: sign, "aria-hidden": component.label ? "true" : null }),
    component.label ?? "",
    component.url !== undefined && icon("link"),
  );
}

function section(component, context) {
  return el(
    "div",
    { class: "section" },
    el("div", { class: "section-words" }, ...renderComponents(component.components, context)),
    el("div", { class: "section-side" }, ...renderComponents([component.accessory], context)),
  );
}

function separator({ divider = true, spacing = 1 }) {
  const size = spacing === 2 ? " separator-large" : "";
  return divider ? el("hr", { class: `separator${size}` }) : el("div", { class: `gap${size}` });
}

function container(component, context) {
  const node = el(
    "div",
    { class: "container" },
    ...renderComponents(component.components, context),
  );
  if (typeof component.accent_color === "number") {
    node.classList.add("container-accent");
    node.style.setProperty(
      "--accent-line",
      `#${component.accent_color.toString(16).padStart(6, "0")}`,
    );
  }
  if (component.spoiler) {
    node.inert = true;
    return el(
      "div",
      {
        class: "spoiler-block",
        role: "button",
        tabindex: "0",
        "aria-label": "Hidden, press to reveal",
        "data-action": "reveal",
        "data-keep": "class role tabindex aria-label data-action",
      },
      node,
    );
  }
  return node;
}

function select(component, { busy }) {
  const waits = busy.has(component.custom_id);
  const chosen = (component.options ?? [])
    .filter((option) => option.default)
    .map((option) => option.label);
  return el(
    "button",
    {
      type: "button",
      class: `select${waits ? " waits" : ""}`,
      disabled: component.disabled,
      "aria-haspopup": "listbox",
      "aria-busy": waits ? "true" : null,
      data: { action: "choose", custom: component.custom_id, key: component.custom_id },
    },
    el("span", {
      class: chosen.length ? "" : "placeholder",
      text: chosen.join(", ") || component.placeholder || "Choose",
    }),
    icon("down"),
  );
}

function unknown(component) {
  return el("p", {
    class: "small",
    text: `(a component of type ${component.type}, which this page does not show)`,
  });
}

function nameIn(url) {
  return decodeURIComponent(new URL(url, location.href).pathname.split("/").pop() ?? "file");
}
