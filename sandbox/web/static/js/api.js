/** The sandbox's control plane, asked over HTTP. */

import { ApiError } from "./errors.js";

/** Requests below /control, with the token that the address carries. */
export class Api {
  /** @param {string} token @param {typeof fetch} [send] */
  constructor(token, send = (...request) => fetch(...request)) {
    this._token = token;
    this._send = send;
  }

  /**
   * Look at something.
   *
   * @param {string} path below /control/
   * @param {Record<string, string>} [params]
   * @returns {Promise<any>} the JSON of the answer; ApiError says why there is none
   */
  async get(path, params = {}) {
    const query = new URLSearchParams(params).toString();
    return (await this._ask("GET", query ? `${path}?${query}` : path)).json();
  }

  /** Do something. @param {string} path @param {object} [body] @returns {Promise<any>} */
  async post(path, body = {}) {
    return (await this._ask("POST", path, body)).json();
  }

  /** Remove something. @param {string} path @param {Record<string, string>} [params] */
  async remove(path, params = {}) {
    const query = new URLSearchParams(params).toString();
    await this._ask("DELETE", query ? `${path}?${query}` : path);
  }

  /** A file. @param {string} path @returns {Promise<Blob>} */
  async blob(path) {
    return (await this._ask("GET", path)).blob();
  }

  async _ask(method, path, body = undefined) {
    const headers = { Authorization: `Bearer ${this._token}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let answer;
    try {
      answer = await this._send(`/control/${path}`, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new ApiError("The demo does not answer. Is it still running in its terminal?", 0);
    }
    if (!answer.ok) throw new ApiError(await wordsOf(answer), answer.status);
    return answer;
  }
}

async function wordsOf(answer) {
  const text = await answer.text();
  try {
    const { error } = JSON.parse(text);
    if (typeof error === "string") return error;
    if (typeof error?.message === "string") return error.message;
  } catch (problem) {
    if (!(problem instanceof SyntaxError)) throw problem;
  }
  return text.slice(0, 200) || `The demo answered with ${answer.status}.`;
}
