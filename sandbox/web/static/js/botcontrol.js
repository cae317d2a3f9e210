/** The bot's process: whether it runs, and the buttons that crash, stop and start it. */

import { ApiError } from "./errors.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { relativeWords } from "./clock.js";

const WORDS = {
  starting: "Starting",
  ready: "Running",
  stopping: "Stopping",
  stopped: "Stopped",
  crashed: "Crashed",
  waiting: "Ended, starts again in a moment",
};
/** The states in which the bot does not run until it is started. */
export const AT_REST = ["stopped", "crashed", "waiting"];

/**
 * Show the state of the bot in `box`, with what can be done about it.
 *
 * @param {HTMLElement} box
 * @param {{api: import("./api.js").Api, world: import("./world.js").World, say: (words: string) => void}} parts
 */
export function showBot(box, { api, world, say }) {
  const state = el("strong", {});
  const facts = el("span", { class: "bot-facts" });
  let acting = false;
  const act = (action) => async (event) => {
    const cannot = event.currentTarget.getAttribute("aria-disabled") === "true";
    if (cannot || acting) return; // as in the second press of a double click
    acting = true;
    try {
      // What becomes of it comes over the live connection, in order. The answer to this could be
      // older than that: a bot that is told to stop early is gone at once.
      await api.post("demo/bot", { action });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      say(error.message);
    } finally {
      acting = false;
    }
  };
  const button = (sign, words, title, action, kind) =>
    el(
      "button",
      { type: "button", class: `button ${kind}`, title, on: { click: act(action) } },
      icon(sign),
      words,
    );
  const crash = button(
    "bolt",
    "Crash the bot",
    "SIGKILL: it gets no chance to tidy up",
    "crash",
    "button-danger",
  );
  const stop = button("stop", "Stop", "SIGTERM, as an operator would", "stop", "button-secondary");
  const start = button("play", "Start it again", "", "start", "button-primary");
  const note = el("p", { class: "bot-note" });
  box.replaceChildren(
    el(
      "div",
      { class: "bot-state", role: "status" },
      el("span", { class: "lamp", "aria-hidden": "true" }),
      state,
      facts,
    ),
    note,
    el("div", { class: "bot-buttons" }, crash, stop, start),
  );
  world.on("bot", (bot) => {
    const word = bot.state ?? (bot.running ? "ready" : "stopped");
    box.dataset.state = word;
    state.textContent = WORDS[word] ?? word;
    facts.replaceChildren(...(bot.running ? runningFacts(bot, world.now()) : []));
    const rests = AT_REST.includes(word);
    // All three stay in their places, and keep the focus: the second press of a double click must
    // not land on the opposite of the first.
    crash.ariaDisabled = String(rests);
    stop.ariaDisabled = String(rests || word === "stopping");
    start.ariaDisabled = String(!rests);
    const saved = "Its jobs are safe in the database. Start it again and watch them go on.";
    note.textContent = word === "crashed" ? saved : bot.note || "";
    note.hidden = !note.textContent;
  });
}

function runningFacts({ pid, started_at: startedAt, restarts }, now) {
  const since = el("time", {
    text: relativeWords(startedAt, now),
    data: { moment: startedAt, style: "R" },
  });
  const times = restarts ? ` · ${restarts} ${restarts === 1 ? "restart" : "restarts"}` : "";
  return [`process ${pid} · started `, since, times];
}
