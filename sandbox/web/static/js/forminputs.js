/** What can be filled in within a form of the bot. */

import { emojiWords, isSelect, TYPE } from "./components.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { chooseFrom } from "./popup.js";
import { Tray } from "./tray.js";

let number = 0;

/**
 * An input for a component of a form: {id, component, element, focus, read, problem}; `problem`
 * is a sentence, or an empty string. One for files has `take` too, for those that were dropped or
 * pasted beside it.
 *
 * @param {any} component
 * @param {{title: string, world: import("./world.js").World}} about
 */
export function createInput(component, { title, world }) {
  const id = `form-${++number}`;
  const focus = () =>
    /** @type {HTMLElement|null} */ (document.querySelector(`#${id}, #${id}-0`))?.focus();
  return { id, component, title, focus, ...make(component, id, title, world) };
}

/** The name above an input. */
export function namedBy({ id, component }, title, required) {
  const star = required && el("span", { class: "chip-star", text: " *", title: "required" });
  const group = [TYPE.radio, TYPE.checkboxes].includes(component.type);
  return el(
    group ? "p" : "label",
    { class: "field-name", id: `${id}-name`, for: group ? null : id },
    title,
    star,
  );
}

function make(component, id, title, world) {
  if (component.type === TYPE.textInput) return textInput(component, id, title);
  if (component.type === TYPE.fileUpload) return fileInput(component, id, title);
  if (component.type === TYPE.checkbox) return checkbox(component, id);
  if (component.type === TYPE.radio) return checks(component, id, title, "radio");
  if (component.type === TYPE.checkboxes) return checks(component, id, title, "checkbox");
  if (isSelect(component)) return menu(component, id, title, world);
  return {
    element: el("p", { class: "small", text: "(a field that this page does not show)" }),
    read: () => undefined,
    problem: () => "",
  };
}

function textInput(component, id, title) {
  const least = component.min_length ?? 0;
  const most = component.max_length ?? 4000;
  const long = component.style === 2;
  const node = el(long ? "textarea" : "input", {
    id,
    type: long ? null : "text",
    rows: long ? "4" : null,
    maxlength: most,
    placeholder: component.placeholder,
    autocomplete: "off",
  });
  node.value = component.value ?? "";
  return {
    element: node,
    read: () => node.value,
    problem: () => {
      const { length } = node.value;
      if (!length) return (component.required ?? true) ? `“${title}” must be filled in.` : "";
      return length < least
        ? `“${title}” takes at least ${least} characters; these are ${length}.`
        : "";
    },
  };
}

function fileInput(component, id, title) {
  const least = component.min_values ?? 1;
  const most = component.max_values ?? 1;
  const tray = new Tray({ label: title, onRemove: () => picker.focus() });
  const add = (more) => {
    const files = most === 1 ? [...more, ...tray.files] : [...tray.files, ...more];
    const left = most === 1 ? more.length - 1 : files.length - most;
    tray.put(files.slice(0, most));
    picker.value = "";
    note.hidden = left < 1;
    note.textContent = `No more than ${most === 1 ? "one file fits" : `${most} files fit`} here; ${left === 1 ? "one was" : `${left} were`} left out.`;
  };
  const note = el("p", { class: "field-hint", role: "status", hidden: true });
  const picker = el("input", {
    id,
    type: "file",
    class: "visually-hidden",
    multiple: most > 1,
    on: { change: () => add([...picker.files]) },
  });
  const words = `Choose, drop or paste ${most > 1 ? `up to ${most} files` : "a file"}`;
  const zone = el(
    "div",
    { class: "file-field" },
    picker,
    el("label", { class: "drop-zone", for: id }, icon("picture"), el("span", { text: words })),
    tray.element,
    note,
  );
  return {
    element: zone,
    take: add,
    read: () => tray.files,
    problem: () => {
      const { length } = tray.files;
      if (!length) return (component.required ?? true) ? `“${title}” needs a file.` : "";
      return length < least ? `“${title}” takes at least ${least} files.` : "";
    },
  };
}

function checkbox(component, id) {
  const box = el("input", { id, type: "checkbox", checked: component.default });
  return { element: box, read: () => box.checked, problem: () => "" };
}

function checks(component, id, title, type) {
  const boxes = component.options.map((option, index) =>
    el("input", {
      id: `${id}-${index}`,
      type,
      name: id,
      value: option.value,
      checked: option.default,
    }),
  );
  const element = el(
    "div",
    {
      class: "checks",
      role: type === "radio" ? "radiogroup" : "group",
      "aria-labelledby": `${id}-name`,
    },
    ...component.options.map((option, index) =>
      el(
        "label",
        { class: "check", for: `${id}-${index}` },
        boxes[index],
        el(
          "span",
          {},
          option.label,
          option.description && el("small", { text: option.description }),
        ),
      ),
    ),
  );
  const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value);
  const single = type === "radio";
  return {
    element,
    read: () => (single ? chosen()[0] : chosen()),
    problem: () => {
      const count = chosen().length;
      const needed = component.required ?? !single;
      if (!count) return needed ? `Choose something in “${title}”.` : "";
      if (single) return "";
      const least = component.min_values ?? 1;
      const most = component.max_values ?? boxes.length;
      return count < least || count > most ? `Choose ${least} to ${most} in “${title}”.` : "";
    },
  };
}

function menu(component, id, title, world) {
  const least = component.min_values ?? 1;
  const most = component.max_values ?? 1;
  const options = optionsOf(component, world);
  let values = options.filter((option) => option.chosen).map((option) => option.value);
  const words = el("span", {});
  const node = el(
    "button",
    {
      type: "button",
      id,
      class: "select",
      "aria-haspopup": "listbox",
      on: { click: () => void choose() },
    },
    words,
    icon("down"),
  );
  async function choose() {
    const given = await chooseFrom(node, {
      label: title,
      options: options.map((option) => ({ ...option, chosen: values.includes(option.value) })),
      least: component.required === false ? 0 : least,
      most,
    });
    if (given) values = given;
    show();
  }
  function show() {
    const labels = options
      .filter((option) => values.includes(option.value))
      .map((option) => option.label);
    words.textContent = labels.join(", ") || component.placeholder || "Choose";
    words.className = labels.length ? "" : "placeholder";
  }
  show();
  return {
    element: node,
    read: () => values,
    problem: () =>
      !values.length && (component.required ?? true) ? `Choose something in “${title}”.` : "",
  };
}

/**
 * What a menu offers: its own options, or the members, roles or channels of the server.
 *
 * @param {any} component
 * @param {import("./world.js").World} world
 * @returns {{label: string, value: string, detail?: string, chosen?: boolean}[]}
 */
export function optionsOf(component, world) {
  if (component.type === TYPE.stringSelect) {
    return component.options.map((option) => ({
      label: [emojiWords(option.emoji), option.label].filter(Boolean).join(" "),
      value: option.value,
      detail: option.description,
      chosen: Boolean(option.default),
    }));
  }
  const defaults = new Set((component.default_values ?? []).map(({ id }) => String(id)));
  const members = world.members.map((member) => ({
    label: member.display,
    value: member.id,
    detail: `@${member.name}`,
  }));
  const roles = world.roles.map((role) => ({ label: role.name, value: role.id, detail: "role" }));
  const offered = {
    [TYPE.userSelect]: members,
    [TYPE.roleSelect]: roles,
    [TYPE.mentionableSelect]: [...members, ...roles],
    [TYPE.channelSelect]: world.rooms().map((room) => ({ label: `#${room.name}`, value: room.id })),
  }[component.type];
  return offered.map((option) => ({ ...option, chosen: defaults.has(option.value) }));
}
