/** What this window remembers over a reload. A browser that keeps nothing loses only comfort. */

/** @param {Storage} store @param {string} name @returns {string|null} */
function read(store, name) {
  return store.getItem(`shotlist.${name}`);
}

function storeOf(kind) {
  try {
    return kind === "window" ? window.sessionStorage : window.localStorage;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return null;
  }
}

/** Whom this window acts as, where it is, and how it looks. */
export const memory = {
  /** @param {"member"|"channel"|"theme"|"scenes"} name @returns {string|null} */
  recall(name) {
    const store = storeOf(name === "theme" ? "browser" : "window");
    return store && read(store, name);
  },
  /** @param {"member"|"channel"|"theme"|"scenes"} name @param {string} value */
  keep(name, value) {
    storeOf(name === "theme" ? "browser" : "window")?.setItem(`shotlist.${name}`, value);
  },
};
