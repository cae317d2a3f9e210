/** What can be done with a message: its buttons, links and pictures, and its menu. */

import { linkTo } from "./addresses.js";
import { menuCommands } from "./commands.js";
import { walk } from "./components.js";
import { ask, confirm } from "./dialogs.js";
import { optionsOf } from "./forminputs.js";
import { authorOf, isEphemeral, wordsOf } from "./message.js";
import { MessageList } from "./messagelist.js";
import { chooseFrom, openMenu } from "./popup.js";

/** Listens to everything that is pressed inside the messages. */
export class MessageActions {
  /**
   * @param {{list: HTMLElement, world: import("./world.js").World,
   *   actions: import("./actions.js").Actions, lightbox: import("./lightbox.js").Lightbox,
   *   onCommand: (name: string) => void, onJump: (channel: string, message: string) => void,
   *   say: (words: string) => void}} parts
   */
  constructor({ list, world, actions, lightbox, onCommand, onJump, say }) {
    this._world = world;
    this._actions = actions;
    this._lightbox = lightbox;
    this._onCommand = onCommand;
    this._onJump = onJump;
    this._say = say;
    list.addEventListener("click", (event) => this._click(event));
    list.addEventListener("keydown", (event) => this._key(event));
    list.addEventListener("contextmenu", (event) => this._context(event));
  }

  _click(event) {
    const node = event.target.closest("[data-action]");
    if (node) this._act(node);
  }

  _key(event) {
    if (event.key !== "Enter" && event.key !== " ") return;
    const { target } = event;
    const reveals = target.matches("span[data-action], div[data-action]");
    if (reveals) this._act(target);
    else if (target.matches("li[data-id]"))
      this._menu(target, target.querySelector(".message-more"));
    else return;
    event.preventDefault();
  }

  _act(node) {
    const id = MessageList.idAround(node) ?? "";
    const { action, custom, channel, message, url, name } = node.dataset;
    switch (action) {
      case "press":
        void this._actions.press(id, custom);
        break;
      case "choose":
        void this._choose(id, custom, node);
        break;
      case "enlarge":
        this._enlarge(node);
        break;
      case "reveal":
        this._reveal(node);
        break;
      case "jump":
        this._onJump(channel, message);
        break;
      case "leave":
        void leave(url);
        break;
      case "command":
        this._onCommand(name);
        break;
      case "dismiss":
        void this._actions.remove(id);
        break;
      case "menu":
        this._menu(node.closest("li[data-id]"), node);
        break;
      default:
        throw new Error(`Nothing is known of the action ${action}.`);
    }
  }

  _reveal(node) {
    node.classList.add("revealed");
    for (const name of ["role", "tabindex", "aria-label"])
      if (node.tagName !== "BUTTON") node.removeAttribute(name);
    for (const child of node.children) child.inert = false;
    if (node.tagName === "BUTTON") {
      node.dataset.action = "enlarge";
      node.setAttribute("aria-label", `Open large: ${node.querySelector("img").alt}`);
    } else delete node.dataset.action;
  }

  _enlarge(node) {
    const images = [...node.closest("article").querySelectorAll('[data-action="enlarge"] img')];
    const pictures = images.map((image) => ({ src: image.src, alt: image.alt }));
    this._lightbox.open(pictures, images.indexOf(node.querySelector("img")));
  }

  async _choose(id, customId, node) {
    const message = this._world.messages.get(id);
    const component = walk(message.components).find((one) => one.custom_id === customId);
    const values = await chooseFrom(node, {
      label: component.placeholder ?? "Choose",
      options: optionsOf(component, this._world),
      least: component.min_values ?? 1,
      most: component.max_values ?? 1,
    });
    if (values) await this._actions.choose(id, customId, values);
  }

  _context(event) {
    const item = event.target.closest("li[data-id]");
    // With Shift the browser's own menu comes, as for selected words.
    if (!item || event.shiftKey || String(window.getSelection())) return;
    event.preventDefault();
    const byKeyboard = event.clientX === 0 && event.clientY === 0;
    this._menu(item, byKeyboard ? item : { x: event.clientX, y: event.clientY });
  }

  _menu(item, anchor) {
    const world = this._world;
    const actions = this._actions;
    const message = world.messages.get(item.dataset.id);
    if (!message) return;
    const person = authorOf(message, world);
    const words = wordsOf(message);
    /** @type {{label: string, icon: string, danger?: boolean, act: () => void}[]} */
    const entries = menuCommands(world.commands, "message").map((name) => ({
      label: name,
      icon: "slash",
      act: () => void actions.context(name, message.id),
    }));
    for (const name of menuCommands(world.commands, "person")) {
      entries.push({
        label: `${name} (${person.display})`,
        icon: "person",
        act: () => void actions.contextOfPerson(name, person.id),
      });
    }
    if (mayBegin(message, world))
      entries.push({
        label: "Open a thread",
        icon: "thread",
        act: () => void this._openThread(message, words),
      });
    if (words)
      entries.push({
        label: "Copy the text",
        icon: "file",
        act: () => void this._copy(words, "The text"),
      });
    entries.push({
      label: "Copy a link to this message",
      icon: "link",
      act: () => void this._copy(linkTo(world.guild.id, message), "The link"),
    });
    if (isEphemeral(message))
      entries.push({ label: "Dismiss", icon: "close", act: () => void actions.remove(message.id) });
    else if (person.id === world.me.id || (world.moderates && message.guild_id)) {
      entries.push({
        label: "Delete",
        icon: "close",
        danger: true,
        act: () => void this._delete(message),
      });
    }
    openMenu(anchor, entries, "What to do with this message");
  }

  async _copy(words, what) {
    try {
      await navigator.clipboard.writeText(words);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      this._say("The browser did not allow copying.");
      return;
    }
    this._say(`${what} is copied.`);
  }

  async _openThread(message, words) {
    const name = await ask({
      title: "Open a thread on this message",
      label: "Its name",
      value: words.split("\n")[0].slice(0, 40),
      yes: "Open the thread",
    });
    if (!name) return;
    const thread = await this._actions.openThread(message.id, name);
    if (thread) this._onJump(thread.id, "");
  }

  async _delete(message) {
    const sure = await confirm({
      title: "Delete this message?",
      words: ["It is gone for everybody."],
      yes: "Delete",
      danger: true,
    });
    if (sure) await this._actions.remove(message.id);
  }
}

/** Whether a thread can be opened on a message: one each, in channels of the server. */
function mayBegin(message, world) {
  const began = world.channel(message.id);
  return (
    !began &&
    !isEphemeral(message) &&
    message.channel_id === world.channelId &&
    world.kindOf(world.channel()) === "text"
  );
}

async function leave(url) {
  const { protocol, host } = new URL(url, location.href);
  if (!["http:", "https:"].includes(protocol)) return;
  const sure = await confirm({
    title: `Open ${host}?`,
    words: ["This link leads out of the demo, to another host:", url],
    yes: "Open in a new tab",
  });
  if (sure) window.open(url, "_blank", "noopener,noreferrer");
}
