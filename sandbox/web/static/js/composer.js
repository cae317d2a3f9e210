/** Where the visitor writes: messages, and commands after a slash. */

import { CommandForm } from "./commandform.js";
import { OPTION, slashCommands } from "./commands.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { Suggestions } from "./suggestions.js";
import { TextEntry } from "./textentry.js";

/**
 * The composer below the messages: a field for text, or the command that is being filled in. What
 * a member has begun in a channel waits for them there.
 */
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
    /** @type {Map<string, CommandForm>} */
    this._waiting = new Map();
    // It can be reached by keys, so that a list longer than its box can be scrolled by them too.
    const box = el("div", { class: "suggestions", hidden: true, tabindex: "0" });
    this._suggestions = new Suggestions(box);
    this._entry = new TextEntry({
      suggestions: this._suggestions,
      commands: () => this._commands,
      onCommand: (name, values, then) => this._choose(name, values, then),
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
        on: { click: () => (this._form ?? this._entry).send() },
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
    // A thread may have been locked.
    world.on("world", () => world.channel() && this._moved());
    world.on("commands", () => this._learn());
  }

  /** Put the cursor in. */
  focus() {
    (this._form ?? this._entry).focus();
  }

  /** Show all commands, unless one is being filled in: that one goes on. */
  startCommand() {
    if (this._form) this._form.focus();
    else this._entry.startCommand();
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
    const form = new CommandForm({
      command,
      world: this._world,
      actions: this._actions,
      suggestions: this._suggestions,
      onSend: (given) => this._sendCommand(command, given),
      onClose: () => {
        this._show(null);
        this._entry.focus();
      },
    });
    this._show(form);
    form.fill(values, files);
    form.focus();
    return true;
  }

  /** Put the cursor into a command, opened where it is not there yet. @param {string} name @returns {boolean} */
  resume(name) {
    if (this._form?.command.name !== name) return this.begin(name);
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

  /** Take in files; whether all were. @param {File[]} files @param {Element} target what they were dropped on */
  takeFiles(files, target) {
    if (!files.length) return true;
    if (!this._form) {
      this._entry.takeFiles(files);
      return true;
    }
    const left = this._form.takeFiles(files, target).length;
    if (!left) return true;
    const rest = left === 1 ? "one was" : `${left} were`;
    this._say(`/${this._form.command.name} takes no more files; ${rest} left out.`);
    return false;
  }

  _choose(name, values, { send = false } = {}) {
    if (!this.begin(name, values)) return;
    if (send) {
      this._form.send();
      return;
    }
    // Who added pictures first and chose the command then, meant them for it.
    const { tray } = this._entry;
    tray.put(this._form.takeFiles(tray.files, this._form.element));
  }

  _learn() {
    this._commands = slashCommands(this._world.commands);
    const name = this._form?.command.name;
    if (name && !this._commands.some((command) => command.name === name)) {
      this._say(`/${name} is not there for ${this._world.me.display} here.`);
      this._show(null);
    }
  }

  _moved() {
    const world = this._world;
    const channel = world.channel();
    const place = `${world.me.name} ${world.channelId}`;
    if (place !== this._place) {
      if (this._form) this._waiting.set(this._place, this._form);
      this._show(this._waiting.get(place) ?? null);
      this._waiting.delete(place);
    }
    this._place = place;
    const kind = world.kindOf(channel);
    const name = world.nameOf(channel);
    const locked = world.isLocked(channel) && !world.moderates;
    const closed = kind === "forum" ? "No post is open" : locked ? "This thread is locked" : "";
    this._entry.moveTo(place, { name: kind === "text" ? `#${name}` : name, closed });
    this._root.classList.toggle("composer-closed", Boolean(closed));
    this._send.disabled = Boolean(closed);
  }

  _sendCommand({ name }, given) {
    this._show(null);
    this._entry.focus();
    const again = () => {
      const begun = this.begin(name, given.options, given.files);
      if (!begun) this._say(`/${name} is not there at the moment.`);
      return begun;
    };
    void this._actions.slash(name, given, again);
  }

  /** Show a command in place of the field for text, or that field. @param {CommandForm|null} form */
  _show(form) {
    this._suggestions.close();
    this._form?.element.remove();
    this._form = form;
    this._entry.element.hidden = form !== null;
    if (form) this._body.append(form.element);
  }
}
