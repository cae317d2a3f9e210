/** What is said between the bot, the chat and the image service, in order. */

import { secondOf } from "./clock.js";
import { el } from "./dom.js";

const KEPT = 400;
const FACES = {
  "discord-gateway": "Gateway",
  "discord-rest": "Discord",
  provider: "Image service",
  cdn: "Files",
  control: "This page",
};
const OPERATIONS = {
  1: "heartbeat",
  2: "identify",
  6: "resume",
  7: "reconnect",
  9: "invalid session",
  10: "hello",
  11: "heartbeat received",
};

/** Shows the transcript, newest last, while it is looked at. */
export class Conversation {
  /** @param {{box: HTMLElement, filters: HTMLElement, api: import("./api.js").Api, world: import("./world.js").World}} parts */
  constructor({ box, filters, api, world }) {
    this._box = box;
    this._filters = filters;
    this._api = api;
    this._seen = false;
    this._last = 0;
    this._waiting = [];
    this._shown = new Set(["discord-gateway", "discord-rest", "provider"]);
    this._list = el("ol", { class: "said" });
    this._empty = el("p", { class: "empty", text: "Nothing was said yet." });
    this._box.replaceChildren(this._list, this._empty);
    this._drawFilters();
    world.on("transcript", ({ entry }) => this._hear(entry));
  }

  /** Say whether it is looked at; only then is it kept true. @param {boolean} seen */
  async show(seen) {
    if (seen === this._seen) return;
    this._seen = seen;
    if (!seen) return;
    const entries = await this._api.get("transcript", { after: String(this._last) });
    for (const entry of entries.slice(-KEPT)) this._hear(entry);
    this._box.scrollTop = this._box.scrollHeight;
  }

  /** Forget everything, when the world has begun anew. */
  clear() {
    this._seen = false;
    this._last = 0;
    this._list.replaceChildren();
  }

  _hear(entry) {
    if (!this._seen || entry.seq <= this._last) return;
    this._last = entry.seq;
    if (!this._waiting.length) window.requestAnimationFrame(() => this._flush());
    this._waiting.push(entry);
  }

  _flush() {
    const { scrollTop, scrollHeight, clientHeight } = this._box;
    const follows = scrollHeight - scrollTop - clientHeight < 40;
    this._list.append(...this._waiting.map((entry) => this._line(entry)));
    this._waiting = [];
    while (this._list.children.length > KEPT) this._list.firstElementChild.remove();
    this._empty.hidden = this._list.children.length > 0;
    if (follows) this._box.scrollTop = this._box.scrollHeight;
  }

  _line(entry) {
    const inward = entry.direction === "in";
    const trouble = entry.status >= 400 ? " said-trouble" : "";
    const body = el("pre", { tabindex: "0" });
    const details = el(
      "details",
      { class: `said-entry${trouble}` },
      el(
        "summary",
        {},
        el("span", { class: "said-when", text: secondOf(entry.at) }),
        el("span", {
          class: `said-face face-${entry.face}`,
          text: FACES[entry.face] ?? entry.face,
        }),
        el("span", {
          class: "said-way",
          title: inward ? "to the sandbox" : "from the sandbox",
          "aria-label": inward ? "received" : "answered",
          role: "img",
          text: inward ? "→" : "←",
        }),
        el("span", { class: "said-words", text: summaryOf(entry) }),
      ),
      body,
    );
    details.addEventListener("toggle", () => {
      if (!details.open) return;
      if (!body.textContent) body.textContent = bodyWords(entry);
      details.scrollIntoView({ block: "nearest" });
    });
    return el("li", { hidden: !this._shown.has(entry.face), data: { face: entry.face } }, details);
  }

  _drawFilters() {
    const boxes = Object.entries(FACES).map(([face, name]) => {
      const box = el("input", {
        type: "checkbox",
        checked: this._shown.has(face),
        on: { change: () => this._filter(face, box.checked) },
      });
      return el("label", { class: `filter face-${face}` }, box, el("span", { text: name }));
    });
    this._filters.replaceChildren(...boxes);
  }

  _filter(face, shown) {
    if (shown) this._shown.add(face);
    else this._shown.delete(face);
    const lines = /** @type {Iterable<HTMLElement>} */ (this._list.children);
    for (const item of lines) item.hidden = !this._shown.has(item.dataset.face);
  }
}

function summaryOf({ face, summary }) {
  const operation = face === "discord-gateway" && /^op (\d+)$/.exec(summary);
  return operation ? `${summary}, ${OPERATIONS[operation[1]] ?? "unknown"}` : summary;
}

function bodyWords({ method, path, status, body }) {
  const head = [method, path, status && `→ ${status}`].filter(Boolean).join(" ");
  if (body === null || body === undefined || body === "") return `${head}\n(no body)`;
  return `${head}\n${typeof body === "string" ? pretty(body) : JSON.stringify(body, null, 2)}`;
}

function pretty(words) {
  try {
    return JSON.stringify(JSON.parse(words), null, 2);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return words;
  }
}
