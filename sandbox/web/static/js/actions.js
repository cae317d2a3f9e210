/** What a member does, and what becomes of it: sent to the sandbox, and the first answer shown. */

import { ApiError } from "./errors.js";
import { Signals } from "./signals.js";

/**
 * Tells "attempts" when the local lines below the messages changed, "busy" (a message's id) when
 * a button waits or no longer does, "modal" when the bot answered with a form, and "said" with
 * words for the screen reader.
 *
 * An attempt is a line that only this window shows: {key, member, channel, state: "sending" or
 * "failed", title, words, again}; `again` brings back what was sent.
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
    return this._busy.get(id) ?? new Set();
  }

  /** What went wrong with the last press in a message. @param {string} id */
  troubleIn(id) {
    return this._troubles.get(`${this._world.me?.name} ${id}`) ?? null;
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
   * @param {{options: object, attachments: object}} given
   * @param {() => void} again puts what was given back into the composer
   */
  async slash(command, given, again) {
    await this._attempt(`/${command}`, "slash", { command, ...given }, again);
  }

  /** Use a command of a message's menu. @param {string} command @param {string} message */
  async context(command, message) {
    await this._attempt(command, "context", { command, message });
  }

  /** Use a command of a person's menu. @param {string} command @param {string} target */
  async contextOfPerson(command, target) {
    await this._attempt(command, "context", { command, target });
  }

  /** Post an ordinary message. @returns {Promise<boolean>} whether it was posted */
  async say(content, files, again) {
    return this._attempt("Your message", "say", { content, files }, again);
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
    try {
      await this._api.remove(`discord/messages/${id}`, { member: this._world.me.name });
    } catch (error) {
      this._fail(id, wordsOf(error));
    }
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

  async _attempt(title, action, body, again) {
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
    const place = { member: me.name, ...(body.message ? {} : { channel: channelId }) };
    let words;
    try {
      const outcome = await this._api.post(`discord/${action}`, { ...place, ...body });
      words = outcome.notice;
      if (outcome.modal) this.tell("modal", outcome);
    } catch (error) {
      words = wordsOf(error);
    }
    if (!words) {
      this.dismiss(attempt.key);
      return true;
    }
    Object.assign(attempt, { state: "failed", words });
    this.tell("attempts");
    this.tell("said", `${title}: ${words}`);
    return false;
  }

  async _use(action, message, customId, more) {
    const busy = this.busyIn(message);
    if (busy.has(customId)) return;
    this._busy.set(message, new Set([...busy, customId]));
    this._troubles.delete(`${this._world.me.name} ${message}`);
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
    const left = this.busyIn(message);
    left.delete(customId);
    if (!left.size) this._busy.delete(message);
    if (trouble) this._fail(message, trouble, body.member);
    else this.tell("busy", message);
  }

  _fail(message, words, member = this._world.me.name) {
    this._troubles.set(`${member} ${message}`, words);
    this.tell("busy", message);
    this.tell("said", words);
  }
}

function wordsOf(error) {
  if (!(error instanceof ApiError)) throw error;
  return error.message;
}
