/** What can go wrong in ways that a visitor can understand. */

/** Something that did not work, in words for the visitor. */
export class PageError extends Error {}

/** What went wrong with a request. `status` is 0 without an answer. */
export class ApiError extends PageError {
  /** @param {string} words @param {number} status */
  constructor(words, status) {
    super(words);
    this.name = "ApiError";
    this.status = status;
  }
}
