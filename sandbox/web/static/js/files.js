/** Files that people choose, drop or paste. */

import { PageError } from "./errors.js";

const MOST_BYTES = 44_000_000;

/** A file as the sandbox takes it. @param {File} file @returns {Promise<{filename: string, content_base64: string}>} */
export function asGiven(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      const address = String(reader.result);
      resolve({
        filename: file.name || "file",
        content_base64: address.slice(address.indexOf(",") + 1),
      });
    });
    reader.addEventListener("error", () =>
      reject(new PageError(`${file.name} cannot be read any more. Choose it again.`)),
    );
    reader.readAsDataURL(file);
  });
}

/** Why these files cannot be sent together; null when they can. @param {File[]} files */
export function tooLarge(files) {
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  if (bytes <= MOST_BYTES) return null;
  return `These files have ${Math.round(bytes / 1e6)} MB together; the demo takes ${MOST_BYTES / 1e6} MB at once. Use smaller ones.`;
}

/**
 * Receive files that are dropped on `area` or pasted anywhere in it.
 *
 * @param {HTMLElement} area
 * @param {{onFiles: (files: File[], target: Element) => void, onSample: (name: string, target: Element) => void,
 *   onHover: (over: boolean) => void}} ears `target` is what they were dropped on
 */
export function receiveFiles(area, { onFiles, onSample, onHover }) {
  let depth = 0;
  const carries = ({ dataTransfer }) =>
    [...(dataTransfer?.types ?? [])].some((type) => type === "Files" || type === SAMPLE);
  const leave = () => {
    depth = 0;
    onHover(false);
  };
  area.addEventListener("dragenter", (event) => {
    if (!carries(event)) return;
    depth += 1;
    onHover(true);
  });
  area.addEventListener("dragleave", (event) => {
    if (carries(event) && (depth -= 1) <= 0) leave();
  });
  area.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  area.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    leave();
    const sample = event.dataTransfer.getData(SAMPLE);
    const target = /** @type {Element} */ (event.target);
    if (sample) onSample(sample, target);
    else onFiles([...event.dataTransfer.files], target);
  });
  // A file that misses must not make the browser leave the page.
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(
      name,
      (event) => carries(/** @type {DragEvent} */ (event)) && event.preventDefault(),
    );
  }
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const target = /** @type {Element} */ (event.target);
    // What was copied as text and as a picture of that text is meant as text where one writes.
    const asText = event.clipboardData?.getData("text/plain") && target.matches("input, textarea");
    if (!files.length || asText || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    onFiles(files.map(named), target);
  });
}

/** The type under which a sample picture is dragged. */
export const SAMPLE = "application/x-shotlist-sample";

function named(file) {
  if (file.name && file.name !== "image.png") return file;
  return new File([file], `pasted.${file.type.split("/")[1] ?? "png"}`, { type: file.type });
}
