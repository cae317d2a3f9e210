/** The mood of the image service: how fast it is, what it refuses, what it breaks. */

import { ApiError } from "./errors.js";
import { el } from "./dom.js";

const PAUSE = 300;
// The faces that an accident can strike.
const STRUCK = ["provider", "discord-rest"];
const FAULTS = [
  {
    label: "Refuse the next request: too many at once (429)",
    fault: {
      face: "provider",
      method: "POST",
      path: "/images/generations",
      status: 429,
      headers: { "Retry-After": "3" },
      body: { error: { code: 429, message: "Too many requests", type: "rate_limit" } },
    },
  },
  {
    label: "Lose the answer to the next request",
    fault: { face: "provider", method: "POST", path: "/images/generations", swallow: true },
  },
  {
    label: "Three broken answers when asked how far it is (500)",
    fault: {
      face: "provider",
      method: "GET",
      path: "/tasks/",
      status: 500,
      times: 3,
      body: "oops",
    },
  },
  {
    label: "The balance is empty (402), once",
    fault: {
      face: "provider",
      method: "POST",
      path: "/images/generations",
      status: 402,
      body: { error: { code: 402, message: "Insufficient balance", type: "billing" } },
    },
  },
  {
    label: "Discord refuses the next three edits (500)",
    fault: { face: "discord", method: "PATCH", path: "/messages/", status: 500, times: 3 },
  },
];

/** The form behind the tab "Image service". */
export class Provider {
  /** @param {{box: HTMLElement, api: import("./api.js").Api, world: import("./world.js").World, say: (words: string) => void}} parts */
  constructor({ box, api, world, say }) {
    this._box = box;
    this._api = api;
    this._say = say;
    this._seen = false;
    this._timer = 0;
    /** @type {string[]} */
    this._waiting = [];
    world.on("provider", ({ settings }) => settings && this._seen && this._fill(settings));
    // An accident that has happened is no longer waiting.
    world.on("transcript", ({ entry }) => {
      if (this._seen && this._waiting.length && STRUCK.includes(entry.face)) this._lookSoon();
    });
  }

  /** Forget what it shows, when the world has begun anew. */
  clear() {
    this._seen = false;
  }

  /** Say whether it is looked at. @param {boolean} seen */
  async show(seen) {
    if (seen && !this._seen) {
      const [settings, shapes, limits] = await Promise.all([
        this._api.get("provider/settings"),
        this._api.get("provider/shapes"),
        this._api.get("discord/limits"),
      ]);
      this._draw(shapes.shapes, limits);
      this._fill(settings);
      await this._listFaults();
    }
    this._seen = seen;
  }

  _draw(shapes, limits) {
    const number = (more) =>
      el("input", { type: "number", inputmode: "decimal", required: true, ...more });
    this._low = number({ id: "speed-low", min: "0", max: "600", step: "0.1" });
    this._high = number({ id: "speed-high", min: "0", max: "600", step: "0.1" });
    this._failures = number({ id: "failures", min: "0", max: "99", step: "1" });
    this._message = el("input", { id: "failure-words", type: "text", maxlength: "300" });
    this._shape = el(
      "select",
      { id: "shape" },
      ...Object.entries(shapes).map(([name, words]) =>
        el("option", { value: name, text: name, title: words }),
      ),
    );
    this._shapeWords = el("p", { class: "field-hint", id: "shape-words" });
    this._shape.setAttribute("aria-describedby", "shape-words");
    this._shape.addEventListener("change", () => this._set({ shape: this._shape.value }));
    this._words = shapes;
    for (const input of [this._low, this._high])
      input.addEventListener("change", () => this._setSpeed(input));
    for (const input of [this._failures, this._message])
      input.addEventListener("change", () => this._setFailures());
    this._limits = el("input", {
      id: "rate-limits",
      type: "checkbox",
      checked: limits.rate_limits,
    });
    this._limits.addEventListener("change", () =>
      this._try(() => this._api.post("discord/limits", { rate_limits: this._limits.checked })),
    );
    this._faults = el("ul", { class: "faults", "aria-live": "polite" });
    this._waiting = [];
    this._box.replaceChildren(
      el("h3", { text: "Speed" }),
      el("p", { class: "about", text: "How many seconds a request takes, from and to." }),
      el("div", { class: "pair" }, named("From", this._low), named("To", this._high)),
      el("h3", { text: "Failures" }),
      el(
        "div",
        { class: "pair" },
        named("Fail the next", this._failures),
        named("Saying", this._message),
      ),
      el("h3", { text: "How it writes its answers" }),
      el("div", {}, named("Shape of a reply", this._shape), this._shapeWords),
      el("h3", { text: "Accidents" }),
      el("p", { class: "about", text: "Each happens to what comes next, and then no more." }),
      el(
        "div",
        { class: "fault-buttons" },
        ...FAULTS.map(({ label, fault }) =>
          el("button", {
            type: "button",
            class: "button button-secondary",
            text: label,
            on: { click: () => this._fault(fault) },
          }),
        ),
      ),
      this._faults,
      el("h3", { text: "Discord's rate limits" }),
      el(
        "label",
        { class: "check" },
        this._limits,
        el("span", { text: "As in Discord: too many edits at once are held back" }),
      ),
    );
  }

  _fill(settings) {
    this._settings = settings;
    const { speed, shape, fail } = settings;
    const set = (input, value) => input !== document.activeElement && (input.value = String(value));
    set(this._low, speed[0]);
    set(this._high, speed[1]);
    set(this._failures, fail.next);
    set(this._message, fail.message);
    set(this._shape, shape);
    this._shapeWords.textContent = this._words[shape] ?? "";
  }

  /** Take in a changed end of the span; the other end gives way. @param {HTMLInputElement} changed */
  _setSpeed(changed) {
    if (!changed.validity.valid) {
      this._refuse("The speed is given in seconds, from 0 to 600.");
      return;
    }
    const [low, high] = [Number(this._low.value), Number(this._high.value)];
    const given = Number(changed.value);
    this._set({ speed: low > high ? [given, given] : [low, high] });
  }

  _setFailures() {
    if (!this._failures.validity.valid)
      this._refuse("“Fail the next” takes a whole number from 0 to 99.");
    else
      this._set({
        fail: {
          next: Number(this._failures.value),
          ...(this._message.value ? { message: this._message.value } : {}),
        },
      });
  }

  /** Say why something was not taken, and show what holds. */
  _refuse(words) {
    this._say(words);
    this._fill(this._settings);
  }

  _set(change) {
    void this._try(async () => this._fill(await this._api.post("provider/settings", change)));
  }

  _fault(fault) {
    void this._try(async () => {
      await this._api.post("faults", fault);
      await this._listFaults();
    });
  }

  _lookSoon() {
    window.clearTimeout(this._timer);
    this._timer = window.setTimeout(() => void this._try(() => this._listFaults()), PAUSE);
  }

  async _listFaults() {
    const faults = await this._api.get("faults");
    const waiting = faults.filter((fault) => fault.times_left !== 0).map(labelOf);
    if (waiting.join("\n") === this._waiting.join("\n")) return;
    this._waiting = waiting;
    const clear = el("button", {
      type: "button",
      class: "link",
      text: "Call them off",
      on: {
        click: () =>
          void this._try(async () => {
            await this._api.remove("faults");
            await this._listFaults();
            /** @type {HTMLElement} */ (this._box.querySelector(".fault-buttons button")).focus();
          }),
      },
    });
    this._faults.replaceChildren(
      ...waiting.map((label) => el("li", { text: label })),
      ...(waiting.length ? [el("li", {}, clear)] : []),
    );
  }

  async _try(act) {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this._say(error.message);
    }
  }
}

/** What a fault is called here, also one that was not made here. */
function labelOf(fault) {
  const known = FAULTS.find(
    ({ fault: { path, status } }) => path === fault.path && status === fault.status,
  );
  return known?.label ?? `${fault.face} ${fault.method} ${fault.path}`;
}

function named(words, input) {
  return el("label", { class: "labelled", for: input.id }, el("span", { text: words }), input);
}
