/** Telling several listeners of one thing. */

/** Named signals with one payload each. */
export class Signals {
  constructor() {
    this._listeners = new Map();
  }

  /** Call `listener` whenever `name` is told. @param {string} name @param {(payload: any) => void} listener */
  on(name, listener) {
    this._listeners.set(name, [...(this._listeners.get(name) ?? []), listener]);
  }

  /** Tell all listeners of `name`. @param {string} name @param {any} [payload] */
  tell(name, payload) {
    for (const listener of this._listeners.get(name) ?? []) listener(payload);
  }
}
