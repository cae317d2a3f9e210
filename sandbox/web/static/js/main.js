/** The page, put together. */

import { Actions } from "./actions.js";
import { announce } from "./announcer.js";
import { Api } from "./api.js";
import { avatar } from "./avatars.js";
import { AT_REST } from "./botcontrol.js";
import { keepCounting } from "./clock.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { byId } from "./dom.js";
import { ApiError, PageError } from "./errors.js";
import { receiveFiles } from "./files.js";
import { icon } from "./icons.js";
import { Lightbox } from "./lightbox.js";
import { MessageActions } from "./messageactions.js";
import { MessageList } from "./messagelist.js";
import { showModal } from "./modal.js";
import { createNotices } from "./notices.js";
import { Samples } from "./samples.js";
import { connectScenes } from "./scenes.js";
import { Sheet } from "./sheets.js";
import { showPeople, showPlaces } from "./sidebar.js";
import { connectPins } from "./pins.js";
import { offerStarts } from "./starts.js";
import { connectTheme } from "./theme.js";
import { World } from "./world.js";

for (const node of document.querySelectorAll("[data-icon]")) {
  node.prepend(icon(/** @type {any} */ (node.getAttribute("data-icon"))));
}
connectTheme(byId("theme"));
window.addEventListener("hashchange", () => location.reload());

const token = location.hash.slice(1);
if (token) run(token);
else
  block(
    "This address is not complete",
    "Open the whole address that the demo printed in its terminal. It ends with # and a long key.",
  );

/** @param {string} key the control token */
function run(key) {
  const api = new Api(key);
  const world = new World(api);
  const actions = new Actions({ api, world });
  const say = createNotices(byId("notices"));
  const speak = announce(byId("live"), world);
  const list = new MessageList({
    scroller: byId("scroller"),
    list: byId("log"),
    newest: byId("newest"),
    world,
    actions,
  });
  const composer = new Composer({ root: byId("composer"), world, actions, say });
  const samples = new Samples({ api, world });
  const lightbox = new Lightbox();
  const sidebar = new Sheet({
    node: byId("sidebar"),
    behind: [byId("main")],
    scrim: byId("scrim"),
    narrow: "(max-width: 759px)",
    buttons: [byId("show-places"), byId("hide-places")],
    staysBeside: true,
  });
  const scenes = connectScenes({ api, world, say, onJump: jump });

  showPlaces(byId("places"), world, (id) => open(id));
  showPeople(byId("people"), world, (member) => void attempt(() => world.actAs(member)));
  const open = (id) => void enter(() => world.open(id));
  offerStarts(byId("starts"), { world, actions, composer, samples, onOpen: open });
  connectPins(byId("show-pins"), { world, actions, onJump: jump });
  keepCounting(document.body, () => world.now());
  new MessageActions({
    list: byId("log"),
    world,
    actions,
    lightbox,
    onCommand: command,
    onJump: jump,
    say,
  });
  connectSamples();
  actions.on("modal", (outcome) => showModal(outcome, { world, actions }));
  actions.on("said", speak);
  world.on("opened", title);
  world.on("world", title);
  world.on("unread", title);
  world.on("member", (member) => {
    speak(`You are ${member.display}.`);
    // Where the list of people is folded away, its button says who one is.
    const button = byId("show-places");
    button.setAttribute("aria-label", `Places and people; you are ${member.display}`);
    const sign = avatar({ name: member.display, colour: member.colour }, "small");
    button.replaceChildren(icon("menu"), sign);
  });
  world.on("restarted", () => {
    actions.clear();
    scenes.clear();
    say("The demo was started anew: everything begins from the start.");
  });
  world.on("reset", () => void attempt(() => world.load()));
  world.on("bot", ({ state, running }) => {
    const strip = byId("bot-strip");
    const was = strip.hidden;
    strip.hidden = running || !AT_REST.includes(state);
    strip.querySelector("span").textContent =
      `The bot ${state === "crashed" ? "has crashed" : "is stopped"}, so nothing answers. `;
    if (strip.hidden !== was) speak(strip.hidden ? "The bot runs again." : strip.textContent);
  });
  byId("mend-bot").addEventListener("click", () => scenes.show(byId("mend-bot")));
  // Whatever was begun and could not be finished for a reason that a visitor can understand.
  window.addEventListener("unhandledrejection", (event) => {
    if (!(event.reason instanceof PageError)) return;
    event.preventDefault();
    say(event.reason.message);
  });
  byId("skip").addEventListener("click", () => composer.focus());
  document.addEventListener("keydown", startCommand);
  byId("log").addEventListener(
    "keydown",
    (event) => event.key === "Escape" && !event.defaultPrevented && composer.focus(),
  );

  const banner = byId("banner");
  const connection = new Connection(key, { onNews, onState });
  connection.start();

  async function onNews(event) {
    world.receive(event);
    if (event.type !== "hello") return;
    await attempt(async () => {
      const first = !world.me;
      await world.load();
      if (first && !sidebar.narrow) composer.focus();
      document.body.classList.add("ready");
    });
  }

  async function onState(state) {
    const lost = state === "lost";
    if (!lost && !banner.hidden) say("Connected again.");
    banner.hidden = !lost;
    banner.textContent =
      "The connection to the demo is lost. Trying again … Is it still running in its terminal?";
    if (!lost) return;
    try {
      await api.get("clock");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401)
        block(
          "This address is no longer right",
          "The demo was started anew. Open the address that it printed in its terminal this time.",
        );
    }
  }

  async function attempt(act) {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof PageError)) throw error;
      say(error.message);
    }
  }

  async function enter(open) {
    if (sidebar.covers) sidebar.show(false);
    await attempt(open);
    if (!sidebar.narrow) composer.focus();
  }

  async function jump(channel, message) {
    if (!world.channel(channel)) {
      say(`${world.me.display} does not see that place, or it is gone.`);
      return;
    }
    if (scenes.covers) scenes.hide();
    if (channel !== world.channelId) await enter(() => world.open(channel));
    if (message && !list.reveal(message)) say("That message is gone.");
  }

  function command(name) {
    if (!composer.resume(name)) say(`${world.me.display} has no command /${name} here.`);
  }

  function title() {
    const channel = world.channel();
    if (!channel) return;
    const name = world.nameOf(channel);
    const kind = world.kindOf(channel);
    /** @type {Record<string, any>} */
    const signs = { text: "hash", forum: "forum", thread: "thread", direct: "person" };
    byId("guild").textContent = world.guild.name;
    byId("channel-name").textContent = name;
    byId("channel-icon").replaceChildren(icon(signs[kind]));
    const parent = kind === "thread" ? world.channel(channel.parent_id) : null;
    const states = [
      world.isPrivate(channel) ? "private" : "",
      world.isLocked(channel) ? "locked" : "",
      world.isArchived(channel) ? "archived" : "",
    ].filter(Boolean);
    byId("channel-note").textContent = parent
      ? [`a thread in #${world.nameOf(parent)}`, ...states].join(" · ")
      : (channel.topic ?? "");
    document.title = `${world.unread.size ? `(${world.unread.size}) ` : ""}${kind === "direct" ? "" : "#"}${name} – ${world.guild.name}`;
  }

  function startCommand(event) {
    const writing = event.target.closest?.("input, textarea, select, dialog, [popover]");
    if (event.key !== "/" || writing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    composer.startCommand();
  }

  function connectSamples() {
    const box = byId("samples");
    const strip = byId("sample-list");
    const button = byId("show-samples");
    const show = (shown) => {
      box.hidden = !shown;
      button.setAttribute("aria-expanded", String(shown));
      if (shown)
        void attempt(() => samples.show(strip, (name) => void use(name, byId("composer"))));
    };
    const use = (name, target) => attempt(async () => take([await samples.file(name)], target));
    const take = (files, target) => {
      const pictures = files.every((file) => file.type.startsWith("image/"));
      const wanted = composer.commandForFiles();
      // A sample picture is there to be a reference, even before a command was chosen.
      if (!composer.filling && wanted && pictures && samples.names().includes(files[0].name))
        composer.begin(wanted.name);
      if (composer.takeFiles(files, target)) speak(`${files[0].name} is attached.`);
    };
    button.addEventListener("click", () => show(box.hidden));
    byId("hide-samples").addEventListener("click", () => {
      show(false);
      button.focus();
    });
    receiveFiles(byId("main"), {
      onFiles: (files, target) => composer.takeFiles(files, target),
      onSample: (name, target) => void use(name, target),
      onHover: (over) => byId("main").classList.toggle("dropping", over),
    });
  }
}

/** Say that the page cannot work, and why, in place of everything else. */
function block(title, words) {
  byId("blocked-title").textContent = title;
  byId("blocked-words").textContent = words;
  byId("blocked").hidden = false;
  byId("app").hidden = true;
}
