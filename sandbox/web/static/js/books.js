/** The bot's books: its ledger and its jobs, read from its database. */

import { ApiError } from "./errors.js";
import { secondOf } from "./clock.js";
import { el, morph } from "./dom.js";

const PAUSE = 150;
const MOVES = { hold: "set aside", capture: "taken", release: "given back" };
const STATES = {
  queued: "in the queue",
  submitting: "being sent",
  running: "being drawn",
  delivering: "being posted",
  done: "finished",
  failed: "failed",
  cancelled: "cancelled",
  unconfirmed: "unconfirmed",
};

/** Shows ledger and jobs while it is looked at. */
export class Books {
  /**
   * @param {{box: HTMLElement, api: import("./api.js").Api, world: import("./world.js").World,
   *   onJump: (channel: string, message: string) => void}} parts
   */
  constructor({ box, api, world, onJump }) {
    this._box = box;
    this._api = api;
    this._world = world;
    this._seen = false;
    this._timer = 0;
    this._latest = 0;
    /** @type {Element} */
    this._page = el("div");
    box.replaceChildren(this._page);
    box.addEventListener("click", ({ target }) => {
      const { dataset } = /** @type {HTMLElement} */ (target);
      if (dataset.channel) onJump(dataset.channel, dataset.message ?? "");
    });
    world.on("books", () => this._soon());
    world.on("member", () => this._soon());
  }

  /** Say whether it is looked at; only then is it kept true. @param {boolean} seen */
  show(seen) {
    this._seen = seen;
    if (seen) this._soon();
  }

  _soon() {
    if (!this._seen) return;
    window.clearTimeout(this._timer);
    this._timer = window.setTimeout(() => void this._fetch(), PAUSE);
  }

  async _fetch() {
    let books;
    try {
      books = await this._api.get("demo/books");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this._put(el("p", { class: "empty", text: error.message }));
      return;
    }
    this._draw(books);
  }

  _draw({ ledger, totals, jobs, sums }) {
    const newest = ledger.length ? ledger[ledger.length - 1].id : 0;
    const fresh = this._latest;
    this._latest = newest;
    this._put(
      el("h3", { text: "Credits" }),
      el("p", {
        class: "about",
        text: "Set aside when a request is accepted, taken when its images are there, given back when it fails.",
      }),
      el(
        "dl",
        { class: "sums" },
        ...sum("Everybody", sums),
        ...totals
          .filter(({ used, held }) => used || held)
          .flatMap((total) => sum(this._name(total.member), total)),
      ),
      el("h3", { text: "Ledger" }),
      ledger.length
        ? this._ledger([...ledger].reverse(), fresh)
        : el("p", { class: "empty", text: "Nothing yet. It grows with the first request." }),
      el("h3", { text: "Jobs" }),
      jobs.length
        ? el("ul", { class: "jobs" }, ...jobs.map((job) => this._job(job)))
        : el("p", { class: "empty", text: "No job yet." }),
    );
  }

  /** Put in what is new and leave the rest, with its focus and its place in the list. */
  _put(...children) {
    this._page = morph(this._page, el("div", {}, ...children));
  }

  _ledger(entries, fresh) {
    return el(
      "div",
      { class: "table-frame", tabindex: "0", role: "region", "aria-label": "Ledger, newest first" },
      el(
        "table",
        {},
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            ...["When", "What", "Credits", "Who", "Job"].map((word) =>
              el("th", { scope: "col", text: word }),
            ),
          ),
        ),
        el(
          "tbody",
          {},
          ...entries.map(({ id, kind, job_id: job, member, credits, at }) =>
            el(
              "tr",
              { class: fresh && id > fresh ? "fresh" : null },
              el("td", { text: secondOf(at) }),
              el(
                "td",
                {},
                el("span", { class: `move move-${kind}`, text: kind }),
                el("small", { text: MOVES[kind] ?? "" }),
              ),
              el("td", { class: "figure", text: credits }),
              el("td", { text: this._name(member) }),
              el("td", {}, el("code", { text: job ?? "" })),
            ),
          ),
        ),
      ),
    );
  }

  _job(job) {
    const here =
      job.channel_id && job.message_id && (!job.private || job.member === this._world.me?.id);
    return el(
      "li",
      { class: "job" },
      el(
        "div",
        {},
        el("span", { class: `job-state job-${job.state}`, text: STATES[job.state] ?? job.state }),
        el("span", { text: ` ${job.mode} for ${this._name(job.member)}, ${job.credits} credits` }),
        job.private ? " · private" : "",
      ),
      el("p", { class: "job-prompt", text: job.prompt }),
      el(
        "small",
        {},
        el("code", { text: job.id }),
        ` · ${secondOf(job.created_at)}`,
        job.failure ? ` · ${job.failure}` : "",
        here ? " · " : "",
        here &&
          el("button", {
            type: "button",
            class: "link",
            text: "Go to its message",
            data: { channel: job.channel_id, message: job.message_id },
          }),
      ),
    );
  }

  _name(id) {
    return this._world.member(String(id))?.display ?? String(id);
  }
}

function sum(name, { used, held }) {
  return [el("dt", { text: name }), el("dd", { text: `${used} used, ${held} held` })];
}
