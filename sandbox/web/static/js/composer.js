/** Where the visitor writes: messages, and commands after a slash. */

import { CommandForm } from "./commandform.js";
import { OPTION, slashCommands } from "./commands.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { Suggestions } from "./suggestions.js";
import { TextEntry } from "./textentry.js";

/** The composer below the messages: a field for text, or the command that is being filled in. */
export class Composer {
  /**
   * @param {{root: HTMLElement, world: import("./world.js").World,
   *   actions: import("./actions.js").Actions, say: (words: string) => void}} parts `say` tells
   *   the visitor of something in passing
   */
  constructor({ root, world, actions, say }) {
    this._root = root;
    this._world = world;
    this._actions = actions;
    this._say = say;
    this._place = "";
    this._commands = [];
    /** @type {CommandForm|null} */
    this._form = null;
    const box = el("div", { class: "suggestions", hidden: true });
    this._suggestions = new Suggestions(box);
    this._entry = new TextEntry({
      suggestions: this._suggestions,
      commands: () => this._commands,
      onCommand: (name, values) => this.begin(name, values),
      onSend: (content, files, again) => void actions.say(content, files, again),
      say,
    });
    this._body = el("div", { class: "composer-body" }, this._entry.element);
    this._send = el(
      "button",
      {
        type: "button",
        class: "icon-button send",
        "aria-label": "Send",
        title: "Send (Enter)",
        on: { click: () => void (this._form ?? this._entry).send() },
      },
      icon("send"),
    );
    const line = el("div", { class: "composer-line" }, this._body, this._send);
    root.append(box, this._entry.tray.element, line);
    // Nothing is offered while the focus is elsewhere.
    root.addEventListener("focusout", ({ relatedTarget }) => {
      if (!root.contains(/** @type {Node} */ (relatedTarget))) this._suggestions.close();
    });
    world.on("opened", () => this._moved());
    world.on("commands", () => this._learn());
  }

  /** Put the cursor in. */
  focus() {
    (this._form ?? this._entry).focus();
  }

  /** Write `text`, as if it had been typed. @param {string} text */
  type(text) {
    this._close();
    this._entry.write(text);
  }

  /**
   * Open a command, filled in as far as is known.
   *
   * @param {string} name
   * @param {Record<string, any>} [values]
   * @param {Record<string, File>} [files]
   * @returns {boolean} false when this member has no such command here
   */
  begin(name, values = {}, files = {}) {
    const command = this._commands.find((one) => one.name === name);
    if (!command) return false;
    this._close();
    this._form = new CommandForm({
      command,
      world: this._world,
      actions: this._actions,
      suggestions: this._suggestions,
      onSend: (given, draft) => this._sendCommand(command, given, draft),
      onClose: () => {
        this._close();
        this._entry.focus();
      },
    });
    this._entry.element.hidden = true;
    this._body.append(this._form.element);
    this._form.fill(values, files);
    this._form.focus();
    return true;
  }

  /** The command of this member that a picture is for when it comes before a command. */
  commandForFiles() {
    const taking = this._commands.filter((command) =>
      command.options.some((option) => option.type === OPTION.attachment),
    );
    return taking.find((command) => command.name === "imagine") ?? taking[0];
  }

  /** Whether a command is being filled in. */
  get filling() {
    return this._form !== null;
  }

  /** Take in files. @param {File[]} files @param {Element} target what they were dropped on */
  takeFiles(files, target) {
    if (!files.length) return;
    if (!this._form) {
      this._entry.takeFiles(files);
      return;
    }
    const problem = this._form.takeFiles(files, target);
    if (problem) this._say(problem);
  }

  _learn() {
    this._commands = slashCommands(this._world.commands);
    const name = this._form?.command.name;
    if (name && !this._commands.some((command) => command.name === name)) {
      this._say(`/${name} is not there for ${this._world.me.display} here.`);
      this._close();
    }
  }

  _moved() {
    const world = this._world;
    const channel = world.channel();
    const place = `${world.me.name} ${world.channelId}`;
    if (place !== this._place) this._close();
    this._place = place;
    const kind = world.kindOf(channel);
    const closed = kind === "forum";
    const name = world.nameOf(channel);
    this._entry.moveTo(place, { name: kind === "text" ? `#${name}` : name, closed });
    this._root.classList.toggle("composer-closed", closed);
    this._send.disabled = closed;
  }

  _sendCommand({ name }, given, draft) {
    this._close();
    this._entry.focus();
    const again = () => {
      if (!this.begin(name, draft.values, draft.files)) {
        this._say(`/${name} is not there at the moment.`);
      }
    };
    void this._actions.slash(name, given, again);
  }

  _close() {
    this._suggestions.close();
    this._form?.element.remove();
    this._form = null;
    this._entry.element.hidden = false;
  }
}
