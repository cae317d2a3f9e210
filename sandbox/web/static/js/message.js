/** One message as an element. */

import { avatar } from "./avatars.js";
import { dayOf, fullMoment, hourOf } from "./clock.js";
import { renderComponents, TYPE, walk } from "./components.js";
import { el } from "./dom.js";
import { attachments } from "./gallery.js";
import { icon } from "./icons.js";
import { parse, plainText } from "./markdown.js";
import { richText } from "./richtext.js";

const FLAG = { hasThread: 1 << 5, ephemeral: 1 << 6, loading: 1 << 7 };
const COMMAND_TYPES = [20, 23];
/** What Discord itself writes into a channel. @type {Record<number, any>} */
const NOTICES = { 6: "pin", 18: "thread" };

/**
 * @param {any} message Discord's JSON
 * @param {{world: import("./world.js").World, busy: Set<string>, trouble?: string|null, joined?: boolean}} context
 *   `trouble` is what to say below a message whose button was not answered; `joined`: it
 *   continues the message above
 * @returns {HTMLElement} the contents of its list item
 */
export function renderMessage(message, context) {
  const { world, trouble, joined } = context;
  const person = authorOf(message, world);
  const invoked = COMMAND_TYPES.includes(message.type) && message.interaction_metadata;
  const reply = message.referenced_message;
  if (NOTICES[message.type]) return notice(message, person, world);
  return el(
    "article",
    {
      class: `message${joined ? " message-joined" : ""}`,
      "aria-label": `${person.display}, ${hourOf(message.timestamp)}`,
    },
    invoked && invocation(message.interaction_metadata, world),
    reply && replyLine(reply, world),
    el(
      "div",
      { class: "message-side" },
      joined ? time(message.timestamp, "message-hour") : avatar(person),
    ),
    el(
      "div",
      { class: "message-main" },
      !joined && head(message, person),
      joined && message.pinned ? pinMark() : null,
      ...body(message, context),
      message.flags & FLAG.hasThread && !world.isStarter(message)
        ? threadLink(message, world)
        : null,
      message.flags & FLAG.ephemeral ? ephemeralNote() : null,
      trouble && el("p", { class: "trouble", role: "status" }, icon("warning"), trouble),
    ),
    el(
      "button",
      {
        type: "button",
        class: "icon-button message-more",
        "aria-label": "More about this message",
        "aria-haspopup": "menu",
        "data-action": "menu",
      },
      icon("dots"),
    ),
  );
}

/** Who wrote a message. */
export function authorOf(message, world) {
  const { author } = message;
  const member = world.member(author.id);
  const display = member?.display ?? author.global_name ?? author.username;
  return {
    id: author.id,
    name: display,
    display,
    colour: member?.colour,
    bot: Boolean(author.bot),
    member,
  };
}

/** What a message says, in plain words and in order. */
export function wordsOf(message) {
  const texts = walk(message.components ?? []).filter((component) => component.type === TYPE.text);
  return [message.content, ...texts.map((component) => component.content)]
    .filter(Boolean)
    .map((source) => plainText(parse(source)))
    .join("\n");
}

/** How many pictures a message shows in its galleries. */
export function pictureCount(message) {
  const galleries = walk(message.components ?? []).filter(
    (component) => component.type === TYPE.gallery,
  );
  return galleries.reduce((sum, gallery) => sum + gallery.items.length, 0);
}

/** Whether a message is the bot's note that it is at work. */
export function isThinking(message) {
  return Boolean(message.flags & FLAG.loading);
}

/** Whether a message is shown to one person alone. */
export function isEphemeral(message) {
  return Boolean(message.flags & FLAG.ephemeral);
}

/** The line between two days. @param {string} iso */
export function dayLine(iso) {
  return el("li", { class: "day" }, el("span", { text: dayOf(iso) }));
}

function body(message, context) {
  if (isThinking(message)) {
    return [
      el(
        "p",
        { class: "thinking" },
        dots(),
        `${message.author.global_name ?? message.author.username} is thinking…`,
      ),
    ];
  }
  const edited = message.edited_timestamp && !isEphemeral(message);
  const mark =
    edited &&
    el("span", { class: "edited", title: fullMoment(message.edited_timestamp), text: "(edited)" });
  const shown = [];
  if (message.content)
    shown.push(el("div", { class: "text" }, ...richText(message.content, context.world)));
  // Files that the components show are not listed once more below them.
  const inComponents = (message.components ?? []).length > 0 && message.flags & (1 << 15);
  const files = inComponents ? [] : (message.attachments ?? []);
  shown.push(...attachments(files));
  const components = renderComponents(message.components ?? [], { ...context, message });
  if (components.length) shown.push(el("div", { class: "components" }, ...components));
  if (mark) shown.push(mark);
  return shown;
}

function dots() {
  return el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
}

function head(message, person) {
  const name = el("span", { class: "author", text: person.display });
  if (person.colour) name.style.setProperty("--person", person.colour);
  return el(
    "header",
    { class: "message-head" },
    name,
    person.bot && el("span", { class: "badge", text: "App" }),
    person.member?.role === "moderator" &&
      el("span", { class: "badge badge-quiet", text: "Moderator" }),
    time(message.timestamp, ""),
    message.pinned && pinMark(),
  );
}

function pinMark() {
  return el("span", { class: "pinned-mark" }, icon("pin"), "Pinned");
}

/** A line by which Discord says what somebody did here. */
function notice(message, person, world) {
  const sign = NOTICES[message.type];
  const reference = message.message_reference ?? {};
  const thread =
    sign === "thread" &&
    world.threads(message.channel_id).find(({ name }) => name === message.content);
  const jump = (channel, id, text) =>
    el("button", {
      type: "button",
      class: "link",
      text,
      data: { action: "jump", channel, message: id },
    });
  return el(
    "article",
    {
      class: "message message-notice",
      "aria-label": `${person.display}, ${hourOf(message.timestamp)}`,
    },
    el("div", { class: "message-side" }, icon(sign)),
    el(
      "p",
      { class: "message-main" },
      el("span", { class: "above-name", text: person.display }),
      sign === "pin" ? " pinned " : " started a thread: ",
      sign === "pin"
        ? jump(reference.channel_id, reference.message_id, "a message")
        : thread
          ? jump(thread.id, "", thread.name)
          : message.content,
      sign === "pin" ? " to this channel. " : ". ",
      time(message.timestamp, ""),
    ),
  );
}

function time(iso, className) {
  return el("time", {
    class: className || "when",
    datetime: iso,
    title: fullMoment(iso),
    text: hourOf(iso),
  });
}

function invocation(metadata, world) {
  const member = world.member(String(metadata.user?.id));
  const name = member?.display ?? metadata.user?.global_name ?? "Someone";
  const command = metadata.name;
  return el(
    "p",
    { class: "above" },
    icon("elbow"),
    el("span", { class: "above-name", text: name }),
    " used ",
    command
      ? el("span", {
          class: "above-command",
          text: metadata.command_type > 1 ? command : `/${command}`,
        })
      : "a command",
  );
}

function replyLine(reply, world) {
  const words = wordsOf(reply).replace(/\s+/g, " ").slice(0, 90) || "a message with pictures";
  return el(
    "p",
    { class: "above" },
    icon("elbow"),
    el(
      "button",
      {
        type: "button",
        class: "link quiet",
        data: { action: "jump", channel: reply.channel_id, message: reply.id },
      },
      el("span", { class: "above-name", text: authorOf(reply, world).display }),
      ` ${words}`,
    ),
  );
}

function threadLink(message, world) {
  const thread = world.channel(message.id);
  return el(
    "button",
    {
      type: "button",
      class: "thread-link",
      data: { action: "jump", channel: message.id, message: "" },
    },
    icon("thread"),
    el("span", { text: thread ? thread.name : "Thread" }),
    icon("right"),
  );
}

function ephemeralNote() {
  return el(
    "p",
    { class: "only-you" },
    icon("eye"),
    "Only you can see this · ",
    el("button", { type: "button", class: "link", text: "Dismiss", "data-action": "dismiss" }),
  );
}
