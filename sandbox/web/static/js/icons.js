/** The page's own icons: strokes on a field of 20 by 20. */

import { svg } from "./dom.js";

const PATHS = {
  hash: "M7.5 3 6 17M14 3l-1.5 14M3.5 7.5h14M2.5 12.5h14",
  thread: "M4 4v6a3 3 0 0 0 3 3h9M13 10l3 3-3 3",
  forum: "M3 4h14v9H8l-5 4zM7 7.5h6M7 10h4",
  person: "M10 10a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 10 10zM3.5 17c.5-3.5 3-5 6.5-5s6 1.5 6.5 5",
  plus: "M10 4v12M4 10h12",
  close: "M5 5l10 10M15 5 5 15",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  picture: "M3 4h14v12H3zM3 14l4-4 3 3 3-3.5 4 4.5M7 7.5h.01",
  scenes: "M3 4h14v12H3zM12 4v12M5.5 7.5h4M5.5 10.5h3",
  sun: "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6 16 16M4 16l1.4-1.4M14.6 5.4 16 4",
  moon: "M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5z",
  pin: "M8 3h5l-.5 5 3 3.5H5.5L8.5 8zM10.5 11.5V17",
  archive: "M3 4h14v4H3zM4.5 8v8h11V8M8 11.5h4",
  lock: "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  send: "M3 10 17 3.5 13 17l-3.2-5.3zM9.8 11.7 17 3.5",
  dots: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  download: "M10 3v9M6.5 9l3.5 3.5L13.5 9M4 16.5h12",
  left: "M12.5 4l-6 6 6 6",
  right: "M7.5 4l6 6-6 6",
  down: "M5 8l5 5 5-5",
  check: "M4 10.5l4 4 8-9",
  bolt: "M11 2 4.5 11.5H9L8 18l7-10h-4.5z",
  play: "M6 4l10 6-10 6z",
  stop: "M5 5h10v10H5z",
  eye: "M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10zM10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  slash: "M13 3 7 17",
  file: "M5 2.5h7l3.5 3.5v11.5H5zM12 2.5V6h3.5",
  link: "M8.5 11.5l3-3M9.5 6l1.7-1.7a3.2 3.2 0 0 1 4.5 4.5L14 10.5M10.5 14l-1.7 1.7a3.2 3.2 0 0 1-4.5-4.5L6 9.5",
  elbow: "M4 19v-6a4 4 0 0 1 4-4h10",
  warning: "M10 3 2 16.5h16zM10 8v4M10 14.3h.01",
  wait: "M10 2.5a7.5 7.5 0 1 0 7.5 7.5",
};

/**
 * An icon that says nothing by itself: the element around it carries the name.
 *
 * @param {keyof typeof PATHS} name
 */
export function icon(name) {
  return svg(
    "svg",
    { class: `icon icon-${name}`, viewBox: "0 0 20 20", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] }),
  );
}
