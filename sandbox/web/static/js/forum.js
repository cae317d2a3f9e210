/** The posts of a forum, and a way to begin one. */

import { el } from "./dom.js";
import { PageError } from "./errors.js";
import { tooLarge } from "./files.js";
import { icon } from "./icons.js";
import { stateSigns } from "./sidebar.js";
import { Tray } from "./tray.js";

const MOST_FILES = 10;

/**
 * @param {any} forum
 * @param {{world: import("./world.js").World, actions: import("./actions.js").Actions,
 *   onOpen: (id: string) => void}} parts
 * @returns {HTMLElement}
 */
export function showPosts(forum, { world, actions, onOpen }) {
  // The newest post has the largest id, and ids are too large for numbers.
  const posts = [...world.threads(forum.id)].sort((one, other) =>
    BigInt(one.id) < BigInt(other.id) ? 1 : -1,
  );
  const line = (post) =>
    el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: "start post", on: { click: () => onOpen(post.id) } },
        icon("thread"),
        el(
          "span",
          {},
          el("strong", { text: post.name }),
          el("small", { text: `by ${world.member(post.owner_id)?.display ?? world.botUser.name}` }),
        ),
        ...stateSigns(world, post),
      ),
    );
  return el(
    "div",
    { class: "posts" },
    el(
      "button",
      {
        type: "button",
        class: "button button-primary",
        on: { click: () => askForPost({ actions, onOpen }) },
      },
      icon("plus"),
      "New post",
    ),
    el("ul", { class: "starts-list" }, ...posts.map(line)),
  );
}

/** Ask for a post: its title, its first message and files; open it when it is there. */
function askForPost({ actions, onOpen }) {
  const tray = new Tray({ label: "Files of the post", onRemove: () => picker.focus() });
  const take = (files) => tray.put([...tray.files, ...files].slice(0, MOST_FILES));
  const title = el("input", {
    id: "post-title",
    type: "text",
    maxlength: 100,
    autocomplete: "off",
  });
  const words = el("textarea", { id: "post-words", rows: "4", maxlength: 2000 });
  const picker = el("input", {
    id: "post-files",
    type: "file",
    multiple: true,
    class: "visually-hidden",
    on: {
      change: () => {
        take([...picker.files]);
        picker.value = "";
      },
    },
  });
  const error = el("p", { class: "form-error", role: "alert", hidden: true });
  const dialog = el("dialog", { class: "dialog form", "aria-labelledby": "post-head" });
  const named = (id, name, ...nodes) =>
    el(
      "div",
      { class: "field" },
      el("label", { class: "field-name", for: id, text: name }),
      ...nodes,
    );
  const form = el(
    "form",
    { method: "dialog", novalidate: true },
    el("h2", { id: "post-head", text: "New post" }),
    el(
      "div",
      { class: "form-fields" },
      named("post-title", "Title", title),
      named("post-words", "First message", words),
      el(
        "div",
        { class: "file-field" },
        picker,
        el(
          "label",
          { class: "drop-zone", for: "post-files" },
          icon("picture"),
          el("span", { text: "Choose, drop or paste pictures" }),
        ),
        tray.element,
      ),
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
      el("button", { type: "submit", class: "button button-primary", text: "Post" }),
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  form.addEventListener("input", () => (error.hidden = true));
  dialog.addEventListener("dragover", (event) => event.preventDefault());
  dialog.addEventListener("drop", (event) => {
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
  dialog.addEventListener("paste", (event) => take([...event.clipboardData.files]));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  title.focus();

  async function send() {
    const problem = problemOf();
    if (problem) return show(problem);
    try {
      const post = await actions.openPost(title.value.trim(), words.value.trim(), tray.files);
      dialog.close();
      onOpen(post.id);
    } catch (trouble) {
      if (!(trouble instanceof PageError)) throw trouble;
      show(trouble.message);
    }
  }
  function problemOf() {
    if (!title.value.trim()) return "A post needs a title.";
    if (!words.value.trim() && !tray.files.length)
      return "A post begins with a message: write something, or add a picture.";
    return tooLarge(tray.files);
  }
  function show(text) {
    error.hidden = false;
    error.textContent = text;
  }
}
