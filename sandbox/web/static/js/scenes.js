/** Behind the scenes: the panel that shows the bot at work, and lets one disturb it. */

import { Books } from "./books.js";
import { showBot } from "./botcontrol.js";
import { Conversation } from "./conversation.js";
import { byId } from "./dom.js";
import { memory } from "./memory.js";
import { Provider } from "./provider.js";
import { Sheet } from "./sheets.js";
import { connectTabs } from "./tabs.js";

/**
 * @param {{api: import("./api.js").Api, world: import("./world.js").World,
 *   say: (words: string) => void, onJump: (channel: string, message: string) => void}} parts
 * @returns {{clear: () => void, hide: () => void, show: (opener: HTMLElement) => void, readonly covers: boolean}}
 */
export function connectScenes({ api, world, say, onJump }) {
  const books = new Books({ box: byId("books"), api, world, onJump });
  const conversation = new Conversation({
    box: byId("conversation"),
    filters: byId("conversation-filters"),
    api,
    world,
  });
  const provider = new Provider({ box: byId("provider"), api, world, say });
  let tab = "books";
  const settle = () => {
    const seen = (name) => sheet.shown && tab === name && Boolean(world.me);
    books.show(seen("books"));
    void conversation.show(seen("conversation"));
    void provider.show(seen("provider"));
  };
  const sheet = new Sheet({
    node: byId("scenes"),
    behind: [byId("main"), byId("sidebar")],
    scrim: byId("scrim"),
    narrow: "(max-width: 1139px)",
    buttons: [byId("show-scenes"), byId("hide-scenes")],
    onShow: (shown) => {
      memory.keep("scenes", shown ? "shown" : "");
      settle();
    },
  });
  connectTabs(byId("scene-tabs"), (name) => {
    tab = name;
    settle();
  });
  showBot(byId("bot"), { api, world, say });
  world.on("bot", (bot) => (byId("show-scenes").dataset.state = bot.state ?? ""));
  world.on("member", settle);
  if (memory.recall("scenes") && !sheet.narrow) sheet.show(true);
  return {
    clear: () => {
      conversation.clear();
      provider.clear();
      settle();
    },
    hide: () => sheet.show(false),
    show: (opener) => sheet.show(true, opener),
    get covers() {
      return sheet.covers;
    },
  };
}
