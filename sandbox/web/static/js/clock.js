/** Times in words, and the ones on the page that count by themselves. */

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const formats = {
  t: new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }),
  T: new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  d: new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "2-digit", year: "numeric" }),
  D: new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" }),
  f: new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" }),
  F: new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "short" }),
};
formats.s = new Intl.DateTimeFormat("en-GB", { dateStyle: "short", timeStyle: "short" });
formats.S = new Intl.DateTimeFormat("en-GB", { dateStyle: "short", timeStyle: "medium" });

/**
 * Such as "in 4 seconds" or "2 hours ago".
 *
 * @param {number} moment seconds since 1970
 * @param {number} now
 */
export function relativeWords(moment, now) {
  const distance = Math.round(moment - now);
  for (const [unit, seconds] of UNITS) {
    if (Math.abs(distance) >= seconds) return relative.format(Math.round(distance / seconds), unit);
  }
  return "now";
}

/** A moment in one of Discord's styles (t T d D f F s S R). @param {number} moment @param {string} style @param {number} now */
export function momentWords(moment, style, now) {
  if (style === "R") return relativeWords(moment, now);
  return (formats[style] ?? formats.f).format(new Date(moment * 1000));
}

/** The hour and minute of an ISO time or of seconds since 1970. @param {string|number} time */
export function hourOf(time) {
  return formats.t.format(new Date(typeof time === "number" ? time * 1000 : time));
}

/** Hour, minute and second. @param {number} seconds since 1970 */
export function secondOf(seconds) {
  return formats.T.format(new Date(seconds * 1000));
}

/** The whole moment, for a tooltip. @param {string} iso */
export function fullMoment(iso) {
  return formats.F.format(new Date(iso));
}

/** The day of an ISO time, in words. @param {string} iso */
export function dayOf(iso) {
  return formats.D.format(new Date(iso));
}

/**
 * Keep every `<time data-moment data-style="R">` below `root` true, once a second while the page
 * is seen.
 *
 * @param {ParentNode} root
 * @param {() => number} now seconds since 1970
 */
export function keepCounting(root, now) {
  window.setInterval(() => {
    if (document.hidden) return;
    const counting = /** @type {NodeListOf<HTMLElement>} */ (
      root.querySelectorAll('time[data-style="R"]')
    );
    for (const node of counting) {
      const words = relativeWords(Number(node.dataset.moment), now());
      if (node.textContent !== words) node.textContent = words;
    }
  }, 1000);
}
