/** What this window knows of the sandbox: the server, its members, and one member's view of it. */

import { memory } from "./memory.js";
import { Signals } from "./signals.js";

const HAS_THREAD = 1 << 5;
const THREADS = [10, 11, 12];
const DIRECT = 1;
const PRIVATE_THREAD = 12;
const FORUM = 15;
const SETTLE = 150;

/**
 * The world as one member sees it. Tells "world" (people or places changed), "member", "opened"
 * (another channel, or its messages anew), "message" ({message, isNew}), "gone" (an id),
 * "unread", "bot", and hands on "books", "provider", "transcript", "commands" and "restarted".
 */
export class World extends Signals {
  /** @param {import("./api.js").Api} api */
  constructor(api) {
    super();
    this._api = api;
    this._epoch = null;
    this._early = null;
    this._settling = 0;
    this._turn = 0;
    this.guild = { id: "", name: "" };
    this.botUser = { id: "", name: "Shotlist" };
    this.members = [];
    this.roles = [];
    this.samples = [];
    this.channels = [];
    this.commands = [];
    this.bot = { running: false, state: "starting", restarts: 0, pid: null, note: null };
    this.me = null;
    this.channelId = "";
    this.messages = new Map();
    this.unread = new Set();
    this.clockOffset = 0;
  }

  /** Fetch everything; what was open before stays open where it is still there. */
  async load() {
    const [state, clock] = await Promise.all([this._api.get("demo/state"), this._api.get("clock")]);
    this._epoch = state.epoch;
    this.clockOffset = clock.now - Date.now() / 1000;
    this.guild = state.guild;
    this.botUser = { ...state.bot_user, id: String(state.bot_user.id) };
    this.members = state.members;
    this.roles = state.roles ?? [];
    this.samples = state.samples;
    this.bot = state.bot;
    const name = this.me?.name ?? memory.recall("member");
    await this.actAs(this.members.find((member) => member.name === name) ?? this.members[0]);
    this.tell("bot", this.bot);
  }

  /** Become another member: what is seen is fetched anew. @param {any} member */
  async actAs(member) {
    const turn = ++this._turn;
    const before = this.channel();
    this.me = member;
    memory.keep("member", member.name);
    this.unread.clear();
    const channels = await this._api.get("discord/channels", { member: member.name });
    if (turn !== this._turn) return;
    this.channels = channels;
    this.tell("member", member);
    const wanted =
      before?.type === DIRECT ? this.direct()?.id : this.channelId || memory.recall("channel");
    await this.open(this.channel(wanted ?? "") ? wanted : this.channels[0].id);
  }

  /** Open a channel, a thread or the direct messages. @param {string} id */
  async open(id) {
    const turn = ++this._turn;
    this.channelId = id;
    memory.keep("channel", id);
    this.unread.delete(id);
    this.messages = new Map();
    this._early = [];
    this.tell("world");
    this.tell("opened", { loading: true });
    const place = { channel: id, member: this.me.name };
    const withStarter = { ...place, starter: "true" };
    const [messages, commands] = await Promise.all([
      this._api.get("discord/messages", withStarter),
      this._api.get("discord/commands", place),
    ]);
    if (turn !== this._turn) return;
    this.messages = new Map(messages.map((message) => [message.id, message]));
    const early = this._early;
    this._early = null;
    for (const event of early) this._apply(event);
    this.commands = commands;
    this.tell("commands");
    this.tell("opened", { loading: false });
  }

  /** Take in an event of the live connection. @param {any} event */
  receive(event) {
    switch (event.type) {
      case "hello":
        if (this._epoch !== null && event.epoch !== this._epoch) this.tell("restarted");
        break;
      case "message_create":
      case "message_update":
      case "message_delete":
        this._hear(event);
        break;
      case "bot":
        this.bot = event;
        this.tell("bot", event);
        break;
      case "commands":
        void this._refreshCommands();
        break;
      case "places":
        if (this.me) this._settleChannels();
        break;
      case "reset":
        this.tell("restarted");
        this.tell("reset");
        break;
      default:
        this.tell(event.type, event);
    }
  }

  /** The channel with this id, or the open one. @param {string} [id] */
  channel(id = this.channelId) {
    return this.channels.find((channel) => channel.id === id);
  }

  /** This member's direct messages with the bot. */
  direct() {
    return this.channels.find((channel) => channel.type === DIRECT);
  }

  /** Channels of the server, in order, forums included. */
  rooms() {
    return this.channels.filter(
      (channel) => channel.type !== DIRECT && !THREADS.includes(channel.type),
    );
  }

  /** The threads of a channel. @param {string} id */
  threads(id) {
    return this.channels.filter(
      (channel) => THREADS.includes(channel.type) && channel.parent_id === id,
    );
  }

  /** The message that an open thread was opened on, which stands elsewhere. @param {any} message */
  isStarter(message) {
    return message.id === this.channelId && message.channel_id !== this.channelId;
  }

  /** Whether a thread is seen by those alone who were brought in. @param {any} channel */
  isPrivate(channel) {
    return channel.type === PRIVATE_THREAD;
  }

  /** Whether a thread was put away; a message brings it back. @param {any} channel */
  isArchived(channel) {
    return Boolean(channel.thread_metadata?.archived);
  }

  /** Whether nobody but a moderator writes in a thread any more. @param {any} channel */
  isLocked(channel) {
    return Boolean(channel.thread_metadata?.locked);
  }

  /** What a channel is called. @param {any} channel */
  nameOf(channel) {
    return channel.type === DIRECT ? this.botUser.name : channel.name;
  }

  /** @param {any} channel @returns {"text"|"thread"|"forum"|"direct"} */
  kindOf(channel) {
    if (channel.type === DIRECT) return "direct";
    if (channel.type === FORUM) return "forum";
    return THREADS.includes(channel.type) ? "thread" : "text";
  }

  /** The member with this id. @param {string} id */
  member(id) {
    return this.members.find((member) => member.id === id);
  }

  /** Whether the member who is acting may manage the server. */
  get moderates() {
    return this.me?.role === "moderator";
  }

  /** The sandbox's time in seconds since 1970. */
  now() {
    return Date.now() / 1000 + this.clockOffset;
  }

  _hear(event) {
    const { message, visible_to: reader } = event;
    if (!this.me || (reader && reader !== this.me.id)) return;
    const threadBegan = message.flags & HAS_THREAD && !this.channel(message.id);
    if (threadBegan || !this.channel(message.channel_id)) this._settleChannels();
    // A thread shows the message it was opened on, which is still where it was.
    const isStarter = message.id === this.channelId && this.messages.has(message.id);
    if (message.channel_id !== this.channelId && !isStarter) {
      if (event.type === "message_create" && this.channel(message.channel_id)) {
        this.unread.add(message.channel_id);
        this.tell("unread");
      }
    } else if (this._early) this._early.push(event);
    else this._apply(event);
  }

  _apply({ type, message, visible_to: reader }) {
    if (type === "message_delete") {
      this.messages.delete(message.id);
      this.tell("gone", message.id);
      return;
    }
    const isNew = !this.messages.has(message.id);
    const shown = { ...message, visible_to: reader };
    this.messages.set(message.id, shown);
    this.tell("message", { message: shown, isNew });
  }

  _settleChannels() {
    window.clearTimeout(this._settling);
    this._settling = window.setTimeout(() => void this._refreshChannels(), SETTLE);
  }

  /** Ask for the channels anew, at once. */
  async learnPlaces() {
    window.clearTimeout(this._settling);
    await this._refreshChannels();
  }

  async _refreshChannels() {
    const { name } = this.me;
    const channels = await this._api.get("discord/channels", { member: name });
    if (this.me.name !== name) return;
    const known = new Set(this.channels.map((channel) => channel.id));
    this.channels = channels;
    if (!this.channel()) {
      await this.open(this.rooms()[0].id);
      return;
    }
    for (const channel of channels) {
      if (!known.has(channel.id) && channel.id !== this.channelId) this.unread.add(channel.id);
    }
    this.tell("world");
  }

  async _refreshCommands() {
    if (!this.me) return;
    const place = { member: this.me.name, channel: this.channelId };
    const commands = await this._api.get("discord/commands", place);
    if (this.me.name !== place.member || this.channelId !== place.channel) return;
    this.commands = commands;
    this.tell("commands");
  }
}
