/** The live connection: what happens in the sandbox, as it happens. */

const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 4000;

/**
 * Keeps a WebSocket open. `onNews` receives each event, `onState` "open" or "lost".
 * Lost connections are made again, at first soon and then every few seconds.
 */
export class Connection {
  /** @param {string} token @param {{onNews: (event: any) => void, onState: (state: "open"|"lost") => void}} ears */
  constructor(token, { onNews, onState }) {
    this._token = token;
    this._onNews = onNews;
    this._onState = onState;
    this._pause = FIRST_PAUSE;
    this._timer = 0;
  }

  /** Connect, and stay connected. */
  start() {
    window.clearTimeout(this._timer);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/control/events`, [
      `shotlist.${this._token}`,
    ]);
    socket.addEventListener("open", () => {
      this._pause = FIRST_PAUSE;
      this._onState("open");
    });
    socket.addEventListener("message", ({ data }) => this._onNews(JSON.parse(data)));
    socket.addEventListener("close", () => {
      this._onState("lost");
      this._timer = window.setTimeout(() => this.start(), this._pause);
      this._pause = Math.min(LONGEST_PAUSE, this._pause * 1.6);
    });
  }
}
