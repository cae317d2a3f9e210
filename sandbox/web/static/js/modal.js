/** The forms that the bot shows: texts, menus, files, checks. */

import { TYPE, walk } from "./components.js";
import { el } from "./dom.js";
import { asGiven, tooLarge } from "./files.js";
import { createInput, namedBy } from "./forminputs.js";
import { richText } from "./richtext.js";

/**
 * Show a form until it is sent or given up.
 *
 * @param {any} outcome the bot's answer, with `modal`, `interaction_id` and `member` (an id)
 * @param {{world: import("./world.js").World, actions: import("./actions.js").Actions}} parts
 */
export function showModal(outcome, { world, actions }) {
  const { modal } = outcome;
  const inputs = [];
  const error = el("p", { class: "form-error", role: "alert", hidden: true });
  const send = el("button", { type: "submit", class: "button button-primary", text: "Submit" });
  const dialog = el("dialog", { class: "dialog form", "aria-labelledby": "form-title" });
  const form = el(
    "form",
    { method: "dialog", novalidate: true },
    el("h2", { id: "form-title", text: modal.title }),
    el("p", { class: "form-note", text: `This form comes from ${world.botUser.name}.` }),
    el(
      "div",
      { class: "form-fields" },
      ...modal.components.map((component) => field(component, world, inputs)),
    ),
    error,
    el(
      "div",
      { class: "dialog-buttons" },
      el("button", {
        type: "button",
        class: "button button-secondary",
        text: "Cancel",
        on: { click: () => dialog.close() },
      }),
      send,
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit();
  });
  form.addEventListener("input", () => (error.hidden = true));
  dialog.addEventListener("dragover", (event) => event.preventDefault());
  dialog.addEventListener("drop", (event) => {
    event.preventDefault();
    take([...event.dataTransfer.files], event.target);
  });
  dialog.addEventListener("paste", (event) => take([...event.clipboardData.files], event.target));
  dialog.append(form);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  /** @type {HTMLElement} */ (form.querySelector("input, textarea, .select") ?? send).focus();

  /** Give files to the field they were dropped or pasted on, or else to the first that takes any. */
  function take(files, target) {
    const takers = inputs.filter((input) => input.take);
    const taker = takers.find(({ element }) => element.contains(target)) ?? takers[0];
    if (files.length) taker?.take(files);
  }

  async function submit() {
    const wrong = inputs.find((input) => input.problem());
    if (wrong) {
      show(wrong.problem());
      wrong.focus();
      return;
    }
    send.disabled = true;
    send.setAttribute("aria-busy", "true");
    const words = await sendAll();
    if (words === null) dialog.close();
    else show(words);
    send.disabled = false;
    send.removeAttribute("aria-busy");
  }

  async function sendAll() {
    const values = {};
    const files = {};
    for (const { component, read } of inputs) {
      if (component.type === TYPE.fileUpload) files[component.custom_id] = read();
      else values[component.custom_id] = read();
    }
    const problem = tooLarge(Object.values(files).flat());
    if (problem) return problem;
    for (const name of Object.keys(files))
      files[name] = await Promise.all(files[name].map(asGiven));
    return actions.submit(outcome.interaction_id, values, files, outcome.member);
  }

  function show(words) {
    error.hidden = false;
    error.textContent = words;
  }
}

function field(component, world, inputs) {
  if (component.type === TYPE.text)
    return el("div", { class: "text" }, ...richText(component.content, world));
  const inner = component.type === TYPE.label ? component.component : component.components?.[0];
  if (!inner) return el("div");
  const title = component.label ?? inner.label ?? inner.custom_id;
  const input = createInput(inner, { title, world });
  inputs.push(input);
  if (component.description) input.element.setAttribute("aria-describedby", `${input.id}-hint`);
  const required =
    inner.required ??
    !walk([inner]).some(({ type }) => type === TYPE.checkbox || type === TYPE.radio);
  return el(
    "div",
    { class: "field" },
    namedBy(input, title, required),
    component.description &&
      el("p", { class: "field-hint", id: `${input.id}-hint`, text: component.description }),
    input.element,
  );
}
