/** What a member does, and what becomes of it: sent to the sandbox, and the first answer shown. */

import { walk } from "./components.js";
import { ApiError, PageError } from "./errors.js";
import { asGiven } from "./files.js";
import { Signals } from "./signals.js";

/**
 * Tells "attempts" when the local lines below the messages changed, "busy" (a message's id) when
 * a button waits or no longer does, "modal" when the bot answered with a form, and "said" with
 * words for the screen reader.
 *
 * An attempt is a line that only this window shows: {key, member, channel, state: "sending" or
 * "failed", title, words, again}; `again` brings back what was sent, and says whether it could.
 */
export class Actions extends Signals {
  /** @param {{api: import("./api.js").Api, world: import("./world.js").World}} parts */
  constructor({ api, world }) {
    super();
    this._api = api;
    this._world = world;
    this._attempts = [];
    this._busy = new Map();
    this._troubles = new Map();
    this._key = 0;
    world.on("message", ({ message }) => this._forgetTrouble(message));
    world.on("opened", () => {
      for (const message of world.messages.values()) this._forgetTrouble(message);
    });
  }

  /** The lines of the open channel. */
  attempts() {
    const { me, channelId } = this._world;
    return this._attempts.filter(
      ({ member, channel }) => member === me?.name && channel === channelId,
    );
  }

  /** The custom_ids in a message that wait for the bot. @param {string} id @returns {Set<string>} */
  busyIn(id) {
    return this._busy.get(this._mine(id)) ?? new Set();
  }

  /** What went wrong with the last press in a message. @param {string} id */
  troubleIn(id) {
    return this._troubles.get(this._mine(id))?.words ?? null;
  }

  /** Remove a line. @param {number} key */
  dismiss(key) {
    this._attempts = this._attempts.filter((attempt) => attempt.key !== key);
    this.tell("attempts");
  }

  /** Forget everything, when the world has begun anew. */
  clear() {
    this._attempts = [];
    this._busy.clear();
    this._troubles.clear();
    this.tell("attempts");
  }

  /**
   * Send a slash command.
   *
   * @param {string} command its name, subcommands after spaces
   * @param {{options: object, files: Record<string, File>}} given
   * @param {() => boolean} again puts what was given back into the composer
   */
  async slash(command, { options, files }, again) {
    const read = async () => {
      const names = Object.keys(files);
      const given = await Promise.all(names.map((name) => asGiven(files[name])));
      const attachments = Object.fromEntries(names.map((name, at) => [name, given[at]]));
      return { command, options, attachments };
    };
    await this._attempt(`/${command}`, "slash", read, again);
  }

  /** Use a command of a message's menu. @param {string} command @param {string} message */
  async context(command, message) {
    await this._attempt(command, "context", async () => ({ command, message }));
  }

  /** Use a command of a person's menu. @param {string} command @param {string} target */
  async contextOfPerson(command, target) {
    await this._attempt(command, "context", async () => ({ command, target }));
  }

  /** Post an ordinary message. @param {string} content @param {File[]} files @param {() => boolean} again */
  async say(content, files, again) {
    const read = async () => ({ content, files: await Promise.all(files.map(asGiven)) });
    await this._attempt("Your message", "say", read, again);
  }

  /** Press a button. @param {string} message @param {string} customId */
  async press(message, customId) {
    await this._use("click", message, customId, {});
  }

  /** Choose in a menu. @param {string} message @param {string} customId @param {string[]} values */
  async choose(message, customId, values) {
    await this._use("select", message, customId, { values });
  }

  /** Delete a message, or dismiss a private one. @param {string} id */
  async remove(id) {
    const mine = this._mine(id);
    try {
      await this._api.remove(`discord/messages/${id}`, { member: this._world.me.name });
    } catch (error) {
      this._fail(id, mine, wordsOf(error));
    }
  }

  /**
   * Open a thread on a message.
   *
   * @param {string} message @param {string} name
   * @returns {Promise<any>} the thread; null when there is none, which was said below the message
   */
  async openThread(message, name) {
    const mine = this._mine(message);
    try {
      const body = { member: this._world.me.name, message, name };
      const thread = await this._api.post("discord/threads", body);
      await this._world.learnPlaces();
      return thread;
    } catch (error) {
      this._fail(message, mine, wordsOf(error));
      return null;
    }
  }

  /**
   * Begin a post in the open forum.
   *
   * @param {string} name @param {string} content @param {File[]} files
   * @returns {Promise<any>} the post; PageError says why there is none
   */
  async openPost(name, content, files) {
    const { me, channelId } = this._world;
    const given = await Promise.all(files.map(asGiven));
    const body = { member: me.name, channel: channelId, name, content, files: given };
    const post = await this._api.post("discord/posts", body);
    await this._world.learnPlaces();
    return post;
  }

  /** The pinned messages of the open channel, newest first. @returns {Promise<any[]>} */
  async pins() {
    const { me, channelId } = this._world;
    const pins = await this._api.get("discord/pins", { channel: channelId, member: me.name });
    return pins.map(({ message }) => message);
  }

  /**
   * Send a form that the bot showed.
   *
   * @returns {Promise<string|null>} what is wrong with it; null when it was taken
   */
  async submit(interaction, values, files, member) {
    try {
      const outcome = await this._api.post("discord/submit", {
        member,
        interaction,
        values,
        files,
      });
      if (outcome.modal) this.tell("modal", outcome);
      return outcome.notice ?? null;
    } catch (error) {
      return wordsOf(error);
    }
  }

  /** What the bot suggests for an option. @returns {Promise<{name: string, value: any}[]>} */
  async complete(command, option, value, options) {
    const { me, channelId } = this._world;
    const body = { member: me.name, channel: channelId, command, option, value, options };
    const outcome = await this._api.post("discord/autocomplete", body);
    if (outcome.notice) throw new ApiError("Loading options failed: the bot did not answer.", 0);
    return outcome.choices ?? [];
  }

  /** Send what `read` makes, as the member and from the place of this moment. */
  async _attempt(title, action, read, again = undefined) {
    const { me, channelId } = this._world;
    const attempt = {
      key: ++this._key,
      member: me.name,
      channel: channelId,
      state: "sending",
      title,
      words: "",
      again,
    };
    this._attempts.push(attempt);
    this.tell("attempts");
    let words;
    try {
      const body = await read();
      const place = { member: me.name, ...(body.message ? {} : { channel: channelId }) };
      const outcome = await this._api.post(`discord/${action}`, { ...place, ...body });
      words = outcome.notice;
      if (outcome.modal) this.tell("modal", outcome);
    } catch (error) {
      words = wordsOf(error);
    }
    if (!words) {
      this.dismiss(attempt.key);
      return;
    }
    Object.assign(attempt, { state: "failed", words });
    this.tell("attempts");
    this.tell("said", `${title}: ${words}`);
  }

  async _use(action, message, customId, more) {
    const busy = this.busyIn(message);
    if (busy.has(customId)) return;
    const mine = this._mine(message);
    this._busy.set(mine, new Set([...busy, customId]));
    this._troubles.delete(mine);
    this.tell("busy", message);
    const body = { member: this._world.me.name, message, custom_id: customId, ...more };
    let trouble = null;
    try {
      const outcome = await this._api.post(`discord/${action}`, body);
      if (outcome.modal) this.tell("modal", outcome);
      if (outcome.notice) trouble = `This interaction failed. ${outcome.notice}.`;
    } catch (error) {
      trouble = wordsOf(error);
    }
    this._busy.get(mine)?.delete(customId);
    if (trouble) this._fail(message, mine, trouble, customId);
    else this.tell("busy", message);
  }

  _fail(message, mine, words, customId = null) {
    this._troubles.set(mine, { words, customId });
    this.tell("busy", message);
    this.tell("said", words);
  }

  /** A message that has moved on, without what was pressed, has no trouble with it any more. */
  _forgetTrouble(message) {
    const customId = this._troubles.get(this._mine(message.id))?.customId;
    const pressable = walk(message.components ?? []).map((component) => component.custom_id);
    if (customId && !pressable.includes(customId)) this._troubles.delete(this._mine(message.id));
  }

  /** A message as the member who is acting has dealt with it: another member has not. */
  _mine(message) {
    return `${this._world.me?.name} ${message}`;
  }
}

function wordsOf(error) {
  if (!(error instanceof PageError)) throw error;
  return error.message;
}
