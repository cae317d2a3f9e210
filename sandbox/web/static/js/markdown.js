/**
 * Discord's markdown, read into a tree. Nothing here touches the page.
 *
 * A node is {kind, …}: text, strong, em, underline, strike, spoiler, code, pre, quote, heading,
 * small, list, line, link, moment, user, role, channel, command, emoji.
 */

const MARKS = [
  ["***", "strongem"],
  ["**", "strong"],
  ["__", "underline"],
  ["~~", "strike"],
  ["||", "spoiler"],
  ["*", "em"],
  ["_", "em"],
];
const DEEPEST = 12;
// The last second, on either side of 1970, that a Date can hold.
const FURTHEST = 8.64e12;
const ESCAPABLE = /[^\p{L}\p{N}\s]/u;
/** A null is no tag after all, and stays text. @type {[RegExp, (match: RegExpExecArray) => any][]} */
const TAGS = [
  [
    /^<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>/,
    (m) =>
      Math.abs(Number(m[1])) <= FURTHEST
        ? { kind: "moment", at: Number(m[1]), style: m[2] ?? "f" }
        : null,
  ],
  [/^<@!?(\d{1,20})>/, (m) => ({ kind: "user", id: m[1] })],
  [/^<@&(\d{1,20})>/, (m) => ({ kind: "role", id: m[1] })],
  [/^<#(\d{1,20})>/, (m) => ({ kind: "channel", id: m[1] })],
  [/^<\/([^:>\n]{1,100}):(\d{1,20})>/, (m) => ({ kind: "command", name: m[1], id: m[2] })],
  [/^<a?:(\w{2,32}):\d{1,20}>/, (m) => ({ kind: "emoji", name: m[1] })],
  [/^<(https?:\/\/[^\s>]+)>/, (m) => linkOf(m[1], [text(m[1])])],
];
const BARE_LINK = /^https?:\/\/[^\s<>]+/;
const MASKED_LINK =
  /^\[((?:\\.|[^\]\\]){1,400})\]\(<?(https?:\/\/[^\s<>()]+(?:\([^\s<>()]*\)[^\s<>()]*)*)>?(?: "[^"]*")?\)/;

/** @param {string} source @returns {any[]} the tree of a whole text */
export function parse(source) {
  return blocks(source.replace(/\r\n?/g, "\n"), 0);
}

/** What a tree says, without its forms. @param {any[]} tree @returns {string} */
export function plainText(tree) {
  return tree
    .map((node) => {
      if (node.text !== undefined) return node.text;
      if (node.kind === "line") return "\n";
      if (node.kind === "list")
        return node.items.map((item) => plainText(item.children)).join("\n");
      if (node.kind === "command") return `/${node.name}`;
      return node.children ? plainText(node.children) : "";
    })
    .join("");
}

function text(words) {
  return { kind: "text", text: words };
}

function blocks(source, depth) {
  const found = [];
  const fences = source.split(/(```(?:[a-zA-Z0-9+-]{1,20}\n)?[\s\S]+?```\n?)/);
  fences.forEach((part, index) => {
    const fence = index % 2 ? /^```(?:([a-zA-Z0-9+-]{1,20})\n)?([\s\S]+?)```\n?$/.exec(part) : null;
    if (fence) found.push({ kind: "pre", text: fence[2].replace(/^\n|\n$/g, "") });
    else if (part)
      found.push(...lines(part.replace(/\n$/, index < fences.length - 1 ? "" : "\n"), depth));
  });
  return found;
}

function lines(source, depth) {
  const found = [];
  const rows = source.split("\n");
  // Rows that are no block, side by side: what begins in one may end in another.
  const plain = [];
  const flush = () => {
    if (plain.length) found.push(...inline(plain.splice(0).join("\n"), depth));
  };
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at];
    let block = null;
    if (depth < DEEPEST && row.startsWith(">>> ")) {
      const rest = [row.slice(4), ...rows.slice(at + 1)].join("\n");
      block = { kind: "quote", children: blocks(rest, depth + 1) };
      at = rows.length;
    } else if (depth < DEEPEST && /^> /.test(row)) {
      const quoted = [row.slice(2)];
      while (/^>( |$)/.test(rows[at + 1] ?? "")) quoted.push(rows[(at += 1)].replace(/^> ?/, ""));
      block = { kind: "quote", children: blocks(quoted.join("\n"), depth + 1) };
    } else if (/^#{1,3} \S/.test(row)) {
      const level = row.indexOf(" ");
      block = { kind: "heading", level, children: inline(row.slice(level + 1), depth) };
    } else if (/^-# \S/.test(row)) {
      block = { kind: "small", children: inline(row.slice(3), depth) };
    } else if (listItem(row)) {
      const items = [listItem(row)];
      while (continues(items[0], listItem(rows[at + 1] ?? "")))
        items.push(listItem(rows[(at += 1)]));
      block = list(items, depth);
    }
    if (block) {
      flush();
      found.push(block);
    } else {
      plain.push(row);
    }
  }
  flush();
  return found;
}

function listItem(row) {
  const match = /^( *)(?:[-*]|(\d{1,9})\.) (\S.*)$/.exec(row);
  return match && { indent: match[1].length, number: match[2], rest: match[3] };
}

/** Whether an item belongs to the list that another one began. */
function continues(first, item) {
  if (!item) return false;
  const sameSign = (first.number === undefined) === (item.number === undefined);
  return item.indent > first.indent || (item.indent === first.indent && sameSign);
}

function list(items, depth) {
  const base = items[0].indent;
  const ordered = items[0].number !== undefined;
  const found = { kind: "list", ordered, start: Number(items[0].number ?? 1), items: [] };
  for (let at = 0; at < items.length; at += 1) {
    const inner = [];
    const children = inline(items[at].rest, depth);
    while (items[at + 1]?.indent > base && depth < DEEPEST) inner.push(items[(at += 1)]);
    if (inner.length) children.push(list(inner, depth + 1));
    found.items.push({ children });
  }
  return found;
}

/** @param {string} source @param {number} depth */
function inline(source, depth) {
  const found = [];
  let plain = "";
  const push = (node) => {
    if (plain) found.push(text(plain));
    plain = "";
    found.push(node);
  };
  for (let at = 0; at < source.length;) {
    const step = depth < DEEPEST ? special(source, at, depth) : null;
    if (source[at] === "\n") push({ kind: "line" });
    else if (step?.literal !== undefined) plain += step.literal;
    else if (step) push(step.node);
    else plain += source[at];
    at += step?.length ?? 1;
  }
  if (plain) found.push(text(plain));
  return found;
}

function special(source, at, depth) {
  const sign = source[at];
  if (sign === "\\") {
    const next = source[at + 1] ?? "";
    return ESCAPABLE.test(next) ? { literal: next, length: 2 } : null;
  }
  if (sign === "`") return code(source, at);
  if (sign === "<") return tag(source, at);
  if (sign === "[") return masked(source, at, depth);
  if (sign === "h") return bare(source, at);
  return "*_~|".includes(sign) ? marked(source, at, depth) : null;
}

function code(source, at) {
  const ticks = /^`+/.exec(source.slice(at))[0].length;
  if (ticks > 2) return { literal: "`".repeat(ticks), length: ticks };
  const fence = "`".repeat(ticks);
  let end = source.indexOf(fence, at + ticks);
  while (end >= 0 && source[end + ticks] === "`") end = source.indexOf(fence, end + ticks + 1);
  if (end <= at + ticks) return { literal: fence, length: ticks };
  return { node: { kind: "code", text: source.slice(at + ticks, end) }, length: end + ticks - at };
}

function tag(source, at) {
  const rest = source.slice(at, at + 2100);
  for (const [pattern, build] of TAGS) {
    const match = pattern.exec(rest);
    const node = match && build(match);
    if (node) return { node, length: match[0].length };
  }
  return null;
}

function masked(source, at, depth) {
  const match = MASKED_LINK.exec(source.slice(at, at + 2600));
  const node = match && linkOf(match[2], inline(match[1], depth + 1));
  return node && { node, length: match[0].length };
}

function bare(source, at) {
  const match = BARE_LINK.exec(source.slice(at, at + 2100));
  if (!match || /\w/.test(source[at - 1] ?? "")) return null;
  let url = match[0].replace(/[.,:;!?"'*_~|\]]+$/, "");
  // "(see https://a.b/c)" ends before the bracket, "https://a.b/c_(d)" after it.
  while (url.endsWith(")") && url.split(")").length > url.split("(").length) url = url.slice(0, -1);
  const node = linkOf(url, [text(url)]);
  return node && { node, length: url.length };
}

/** A link; null where no browser could follow the address. */
function linkOf(url, children) {
  return URL.canParse(url) ? { kind: "link", url, children } : null;
}

function marked(source, at, depth) {
  for (const [mark, kind] of MARKS) {
    if (!source.startsWith(mark, at)) continue;
    const from = at + mark.length;
    if (mark === "*" && /\s/.test(source[from] ?? " ")) continue;
    if (mark === "_" && /\w/.test(source[at - 1] ?? "")) continue;
    const end = closing(source, from, mark);
    if (end < 0) continue;
    const children = inline(source.slice(from, end), depth + 1);
    const node =
      kind === "strongem"
        ? { kind: "strong", children: [{ kind: "em", children }] }
        : { kind, children };
    return { node, length: end + mark.length - at };
  }
  // An unpaired run of marks is what it looks like, all of it at once.
  const run = /^(?:\*+|_+|~+|\|+)/.exec(source.slice(at))[0];
  return { literal: run, length: run.length };
}

function closing(source, from, mark) {
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === "\\") at += 1;
    else if (source[at] === "`") at += (code(source, at)?.length ?? 1) - 1;
    else if (source.startsWith(mark, at) && at > from && closes(source, at, mark)) return at;
    else if (mark.length === 1 && source[at] === mark && source[at + 1] === mark) at += 1;
  }
  return -1;
}

function closes(source, at, mark) {
  const next = source[at + mark.length] ?? "";
  if (mark === "*") return next !== "*" && !/\s/.test(source[at - 1]);
  if (mark === "_") return next !== "_" && !/\w/.test(next);
  // In "**bold *and italic***" the last two marks are the ones that close.
  return mark !== "**" || next !== "*" || source[at + 3] === "*";
}
