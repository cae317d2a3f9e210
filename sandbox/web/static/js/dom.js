/** Building and changing the page's elements. Text is always set as text, never as markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [given] attributes; `class`, `text`, `data` (an object) and `on`
 *   (listeners by event) are treated as such, booleans set or leave out an attribute
 * @param {...(Node|string|null|undefined|false)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, given = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") node.textContent = String(value);
    else if (name === "class") node.className = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children)
    if (child !== null && child !== undefined && child !== false) node.append(child);
  return node;
}

/**
 * Make an SVG element with attributes.
 *
 * @param {string} tag
 * @param {Record<string, string>} given
 * @param {...Node} children
 */
export function svg(tag, given, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(given)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** The element of the page with this id. @param {string} id @returns {any} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element #${id}.`);
  return found;
}

/**
 * Change `old` into what `wanted` is, touching only what differs, so that the focus, loaded
 * pictures and running transitions stay. Attributes named in `data-keep` are left as they are.
 *
 * @param {Element} old
 * @param {Element} wanted
 * @returns {Element} the element that is now in the page
 */
export function morph(old, wanted) {
  if (
    old.tagName !== wanted.tagName ||
    old.getAttribute("data-key") !== wanted.getAttribute("data-key")
  ) {
    old.replaceWith(wanted);
    return wanted;
  }
  morphAttributes(old, wanted);
  const before = [...old.childNodes];
  const after = [...wanted.childNodes];
  after.forEach((node, index) => {
    const present = before[index];
    if (!present) old.append(node);
    else if (present instanceof Element && node instanceof Element) morph(present, node);
    else if (present.nodeType === Node.TEXT_NODE && node.nodeType === Node.TEXT_NODE) {
      if (present.nodeValue !== node.nodeValue) present.nodeValue = node.nodeValue;
    } else present.replaceWith(node);
  });
  for (const spare of before.slice(after.length)) spare.remove();
  return old;
}

function morphAttributes(old, wanted) {
  const kept = new Set((wanted.getAttribute("data-keep") ?? "").split(" "));
  for (const { name } of [...old.attributes]) {
    if (!wanted.hasAttribute(name) && !kept.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of [...wanted.attributes]) {
    if (kept.has(name) || old.getAttribute(name) === value) continue;
    // Every event signs the addresses of pictures anew; the one that is loaded is as good.
    if (name === "style") {
      // As an attribute, the page's own Content-Security-Policy would refuse it.
      old.style.cssText = wanted.style.cssText;
      continue;
    }
    if (name === "src" && withoutQuery(old.getAttribute(name)) === withoutQuery(value)) continue;
    old.setAttribute(name, value);
  }
}

function withoutQuery(address) {
  return (address ?? "").split("?")[0];
}
