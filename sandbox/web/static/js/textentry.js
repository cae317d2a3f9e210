/** The field for ordinary messages, from which a slash leads to commands. */

import { matching, writtenOut, writtenValues } from "./commands.js";
import { el } from "./dom.js";
import { tooLarge } from "./files.js";
import { icon } from "./icons.js";
import { Tray } from "./tray.js";

const MOST_FILES = 10;
// What Discord takes of a person who pays nothing.
const LONGEST_MESSAGE = 2000;

/** Text and files that wait to be sent; what is begun in a channel waits there. */
export class TextEntry {
  /**
   * @param {{suggestions: import("./suggestions.js").Suggestions, commands: () => any[],
   *   onCommand: (name: string, values?: Record<string, string>, then?: {send: boolean}) => void,
   *   onSend: (content: string, files: File[], again: () => boolean) => void,
   *   say: (words: string) => void}} parts `again` puts back what was sent
   */
  constructor({ suggestions, commands, onCommand, onSend, say }) {
    this._suggestions = suggestions;
    this._commands = commands;
    this._onCommand = onCommand;
    this._onSend = onSend;
    this._say = say;
    this._drafts = new Map();
    this._place = "";
    this.tray = new Tray({ label: "Files to send", onRemove: () => this.focus() });
    this._input = el("textarea", {
      id: "write",
      rows: "1",
      "aria-autocomplete": "list",
      "aria-haspopup": "listbox",
      autocomplete: "off",
      on: {
        input: () => this._typed(),
        keydown: (event) => this._key(event),
        focus: () => this._typed(),
      },
    });
    this._picker = el("input", {
      type: "file",
      multiple: true,
      class: "visually-hidden",
      tabindex: "-1",
      "aria-hidden": "true",
      on: { change: () => this._chosen() },
    });
    this._attach = this._button("plus", "Attach files", () => this._picker.click());
    this._slash = this._button("slash", "Commands", () => this.startCommand());
    this.element = el(
      "div",
      { class: "write" },
      this._attach,
      this._slash,
      el("span", { class: "grow" }, this._input),
      this._picker,
    );
  }

  /** Put the cursor in. */
  focus() {
    this._input.focus();
  }

  /** Show all commands. What was written meanwhile waits until the command is sent or given up. */
  startCommand() {
    this._input.focus();
    if (!this._input.value) this._input.value = "/";
    this._fit();
    this._suggest("");
  }

  /**
   * Be at another place, where another draft may wait.
   *
   * @param {string} place
   * @param {{name: string, closed: string}} about `closed` says why nothing can be written there
   */
  moveTo(place, { name, closed }) {
    if (place !== this._place) {
      this._drafts.set(this._place, { text: this._input.value, files: this.tray.files });
      const { text, files } = this._drafts.get(place) ?? { text: "", files: [] };
      this._place = place;
      this._restore(text, files);
    }
    for (const node of [this._input, this._attach, this._slash]) node.disabled = Boolean(closed);
    this._input.placeholder = closed || `Message ${name}`;
    this._input.setAttribute("aria-label", `Message ${name}`);
  }

  /** Add files to the message. @param {File[]} files */
  takeFiles(files) {
    if (this._input.disabled) {
      this._say("Nothing can be written here, so there is nothing to add a file to.");
      return;
    }
    const room = MOST_FILES - this.tray.files.length;
    if (files.length > room) {
      const rest = files.length - room;
      this._say(
        `A message takes ${MOST_FILES} files; ${rest === 1 ? "one was" : `${rest} were`} left out.`,
      );
    }
    this.tray.put([...this.tray.files, ...files.slice(0, room)]);
    this.focus();
  }

  /** Send what is there. */
  send() {
    const content = this._input.value.trim();
    const { files } = this.tray;
    if (!content && !files.length) {
      this.focus();
      return;
    }
    const problem = tooLong(content) ?? tooLarge(files);
    if (problem) {
      this._say(problem);
      return;
    }
    this._suggestions.close();
    this._restore("", []);
    this._onSend(content, files, () => {
      // What was begun since then is kept below it.
      const words = [content, this._input.value].filter(Boolean).join("\n");
      this._restore(words, [...files, ...this.tray.files].slice(0, MOST_FILES));
      this.focus();
      return true;
    });
  }

  _restore(text, files) {
    this._input.value = text;
    this.tray.put(files);
    this._fit();
  }

  _typed() {
    this._fit();
    const text = this._input.value;
    const written = writtenOut(this._commands(), text);
    if (written) {
      const { name, options } = written.command;
      this._input.value = "";
      this._onCommand(name, writtenValues(options, written.rest));
    } else if (/^\/[\w -]*$/.test(text)) this._suggest(text.slice(1));
    else this._suggestions.close();
  }

  _suggest(query) {
    const commands = this._commands();
    this._suggestions.offer({
      input: this._input,
      title: query ? `Commands that fit “/${query}”` : "Commands",
      items: matching(commands, query).map(({ name, description }) => ({
        label: `/${name}`,
        detail: description,
        value: name,
      })),
      empty: commands.length
        ? `No command begins with “/${query}”. Enter sends it as an ordinary message.`
        : "No commands yet: the bot has not registered any. Is it running?",
      pick: (name) => {
        if (this._input.value.startsWith("/")) this._input.value = "";
        this._onCommand(name);
      },
    });
  }

  _key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && this._whole()) {
      event.preventDefault();
      event.stopPropagation();
    } else if (this._suggestions.key(event)) {
      event.stopPropagation();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    }
  }

  /** Send a command that is written out and takes no options. @returns {boolean} whether it is */
  _whole() {
    const text = this._input.value.trim();
    const command = this._commands().find(({ name }) => text === `/${name}`);
    if (!command || command.options.length || !this._suggestions.picksFirst) return false;
    this._input.value = "";
    this._onCommand(command.name, {}, { send: true });
    return true;
  }

  _chosen() {
    this.takeFiles([...this._picker.files]);
    this._picker.value = "";
  }

  _fit() {
    this._input.parentElement.setAttribute("data-text", this._input.value || " ");
  }

  _button(sign, words, act) {
    const given = { type: "button", class: "icon-button", "aria-label": words, title: words };
    return el("button", { ...given, on: { click: act } }, icon(sign));
  }
}

/** Why a text cannot be sent as a message; null when it can. */
function tooLong(content) {
  const spare = [...content].length - LONGEST_MESSAGE;
  if (spare <= 0) return null;
  return `A message takes ${LONGEST_MESSAGE} characters; this one has ${spare} too many.`;
}
