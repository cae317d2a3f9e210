/** Pictures in a message: the mosaic, single pictures, thumbnails. */

import { ownFile } from "./addresses.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";

const WIDEST = 520;
const TALLEST = 420;

/**
 * The pictures of a gallery (1 to 10) beside each other.
 *
 * @param {{media: any, description?: string|null, spoiler?: boolean}[]} items
 */
export function mosaic(items) {
  if (items.length === 1) return el("div", { class: "mosaic mosaic-1" }, picture(items[0], true));
  return el(
    "div",
    { class: `mosaic mosaic-${items.length}` },
    ...items.map((item) => picture(item, false)),
  );
}

/** A small picture beside a text. @param {any} component */
export function thumbnail(component) {
  return el("div", { class: "thumbnail" }, picture(component, false));
}

/** The files attached to a message: its pictures beside each other, then the others. @param {any[]} files */
export function attachments(files) {
  const pictures = files.filter(isPicture);
  const others = files.filter((file) => !isPicture(file));
  return [...(pictures.length ? [mosaic(pictures.map(asItem))] : []), ...others.map(attachment)];
}

/** An attached file: a picture, or its name to save. @param {any} file */
export function attachment(file) {
  if (isPicture(file)) return mosaic([asItem(file)]);
  const address = ownFile(file.url);
  const facts = file.size === undefined ? "" : ` · ${sizeWords(file.size)}`;
  const name = el("span", { class: "file-name", text: file.filename });
  if (!address) return el("div", { class: "file" }, icon("file"), name);
  return el(
    "a",
    { class: "file", href: address, download: file.filename, title: `Save ${file.filename}` },
    icon("file"),
    el("span", {}, name, el("span", { class: "file-size", text: facts })),
    icon("download"),
  );
}

function isPicture(file) {
  return Boolean(file.content_type?.startsWith("image/") && file.width);
}

function asItem(file) {
  const spoiler = file.filename.startsWith("SPOILER_");
  return { media: file, description: file.description, spoiler };
}

/** In place of a picture on another host: its name and words, and the way there. */
function elsewhere(url, description) {
  const host = URL.canParse(url) ? new URL(url).host : url;
  return el(
    "button",
    {
      type: "button",
      class: "picture picture-elsewhere",
      title: url,
      data: { action: "leave", url, key: url },
    },
    icon("picture"),
    description && el("span", { text: description }),
    el("small", { text: `A picture on ${host}, which is not loaded here` }),
  );
}

/** Such as "1.4 MB". @param {number} bytes */
export function sizeWords(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** @param {any} item @param {boolean} alone whether it is the only one */
function picture({ media, description, spoiler }, alone) {
  const address = ownFile(media.url);
  const alt = description || media.filename || "Picture without a description";
  if (!address) return elsewhere(media.url, description);
  const image = el("img", {
    src: address,
    alt,
    loading: "lazy",
    decoding: "async",
    draggable: "false",
    width: media.width,
    height: media.height,
  });
  const frame = el(
    "button",
    {
      type: "button",
      class: spoiler ? "picture spoiler-picture" : "picture",
      "aria-label": spoiler ? "Hidden picture, press to reveal" : `Open large: ${alt}`,
      "data-action": spoiler ? "reveal" : "enlarge",
      "data-keep": spoiler ? "class aria-label data-action" : null,
      title: description || null,
      // What was revealed is this picture, not another that comes in its place.
      data: { key: address.split("?")[0] },
    },
    image,
  );
  if (alone && media.width && media.height) {
    const scale = Math.min(1, WIDEST / media.width, TALLEST / media.height);
    frame.style.setProperty("--width", `${Math.round(media.width * scale)}px`);
    frame.style.setProperty("--ratio", `${media.width} / ${media.height}`);
  }
  return frame;
}
