/** The bot's commands as the composer needs them. Nothing here touches the page. */

export const OPTION = {
  subcommand: 1,
  group: 2,
  string: 3,
  integer: 4,
  boolean: 5,
  user: 6,
  channel: 7,
  role: 8,
  mentionable: 9,
  number: 10,
  attachment: 11,
};
const KINDS = {
  3: "text",
  4: "whole number",
  5: "yes or no",
  6: "member",
  7: "channel",
  8: "role",
  9: "member or role",
  10: "number",
  11: "picture or file",
};
// Discord's own limits for what an option takes.
const LONGEST_TEXT = 6000;
const LARGEST_NUMBER = 2 ** 53 - 1;
const WHOLE = /^[+-]?\d+$/;
// With a point or, as many write it, a comma; "1,000" could mean either and stays a fraction.
const NUMBER = /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)$/;
const MENUS = { person: 2, message: 3 };

/**
 * Every command that can be sent, subcommands by their full name, in alphabetical order.
 *
 * @param {any[]} commands as registered
 * @returns {{name: string, description: string, options: any[]}[]}
 */
export function slashCommands(commands) {
  const found = commands
    .filter((command) => (command.type ?? 1) === 1)
    .flatMap((command) => leaves(command, ""));
  return found.sort((one, other) => (one.name < other.name ? -1 : 1));
}

function leaves(node, before) {
  const name = before ? `${before} ${node.name}` : node.name;
  const options = node.options ?? [];
  const below = options.filter(({ type }) => type === OPTION.subcommand || type === OPTION.group);
  if (below.length) return below.flatMap((child) => leaves(child, name));
  return [{ name, description: node.description, options }];
}

/** The commands of the menu of a message or of a person. @param {any[]} commands @param {"message"|"person"} menu */
export function menuCommands(commands, menu) {
  return commands.filter((command) => command.type === MENUS[menu]).map((command) => command.name);
}

/** What kind of value an option takes, in words. */
export function kindOf(option) {
  return option.choices?.length ? "choice" : KINDS[option.type];
}

/** Such as "1 to 9"; empty where there is no limit. */
export function limitsOf(option) {
  const least = option.min_value ?? option.min_length ?? null;
  const most = option.max_value ?? option.max_length ?? null;
  const unit = option.type === OPTION.string ? " characters" : "";
  if (least !== null && most !== null) return `${least} to ${most}${unit}`;
  if (least !== null) return `at least ${least}${unit}`;
  return most === null ? "" : `at most ${most}${unit}`;
}

/**
 * The commands that a beginning fits, best first: at the start, at a word's start, anywhere.
 *
 * @template {{name: string, description: string}} Command
 * @param {Command[]} commands @param {string} query what was typed after the slash
 * @returns {Command[]}
 */
export function matching(commands, query) {
  const words = query.toLowerCase();
  const rank = ({ name, description }) => {
    if (name.startsWith(words)) return 0;
    if (name.split(/[ _-]/).some((part) => part.startsWith(words))) return 1;
    if (name.includes(words)) return 2;
    return words.length > 2 && description.toLowerCase().includes(words) ? 3 : 4;
  };
  return commands
    .map((command) => ({ command, at: rank(command) }))
    .filter(({ at }) => at < 4)
    .sort((one, other) => one.at - other.at)
    .map(({ command }) => command);
}

/**
 * The command that a text has written out in full, with what follows it.
 *
 * @returns {{command: any, rest: string}|null} null while it is not followed by a space
 */
export function writtenOut(commands, text) {
  const longestFirst = [...commands].sort((one, other) => other.name.length - one.name.length);
  const command = longestFirst.find(({ name }) => text.startsWith(`/${name} `));
  return command ? { command, rest: text.slice(command.name.length + 2) } : null;
}

/**
 * Values written behind a command: "a fox num_images:2" or "prompt: a fox". Words before the
 * first name belong to the first option that takes text.
 *
 * @param {any[]} options @param {string} rest
 * @returns {Record<string, string>}
 */
export function writtenValues(options, rest) {
  const names = options
    .filter((option) => option.type !== OPTION.attachment)
    .map((option) => option.name);
  const parts = names.length ? rest.split(new RegExp(`(?:^|\\s)(${names.join("|")}):`)) : [rest];
  const values = {};
  const first = options.find((option) => option.type === OPTION.string);
  if (first && parts[0].trim()) values[first.name] = parts[0].trim();
  for (let at = 1; at < parts.length; at += 2) values[parts[at]] = parts[at + 1].trim();
  return values;
}

/**
 * The options worth offering now: of a numbered family (reference1, reference2, …) only the next.
 *
 * @param {any[]} options @param {Set<string>} used names of those that are filled in already
 */
export function offered(options, used) {
  const families = new Set();
  return options.filter(({ name }) => {
    if (used.has(name)) return false;
    const family = /^(.*\D)\d+$/.exec(name)?.[1];
    if (!family) return true;
    if (families.has(family)) return false;
    families.add(family);
    return true;
  });
}

/**
 * Read a typed value.
 *
 * @returns {{value?: any, error?: string}} an error is a sentence that says what to do
 */
export function readValue(option, typed) {
  const { name, type } = option;
  if (option.choices?.length) {
    const wanted = typed.trim().toLowerCase();
    const choice = option.choices.find(
      (one) => one.name.toLowerCase() === wanted || String(one.value).toLowerCase() === wanted,
    );
    return choice
      ? { value: choice.value }
      : { error: `${name}: “${typed}” is not one of the choices. Pick one from the list.` };
  }
  if (type === OPTION.boolean) {
    const word = typed.trim().toLowerCase();
    if (["true", "yes"].includes(word)) return { value: true };
    if (["false", "no"].includes(word)) return { value: false };
    return { error: `${name} is True or False, not “${typed}”.` };
  }
  if (type === OPTION.integer || type === OPTION.number) return readNumber(option, typed);
  const least = option.min_length ?? 0;
  const most = option.max_length ?? LONGEST_TEXT;
  if (typed.length < least || typed.length > most) {
    const span = least ? `${least} to ${most}` : `at most ${most}`;
    return { error: `${name} takes ${span} characters; these are ${typed.length}.` };
  }
  return { value: typed };
}

function readNumber(option, typed) {
  const { name } = option;
  const least = option.min_value ?? -LARGEST_NUMBER;
  const most = option.max_value ?? LARGEST_NUMBER;
  const whole = option.type === OPTION.integer;
  if (!(whole ? WHOLE : NUMBER).test(typed.trim())) {
    return { error: `${name} takes a ${whole ? "whole number" : "number"}, not “${typed}”.` };
  }
  const number = Number(typed.trim().replace(",", "."));
  if (number < least || number > most)
    return { error: `${name} takes ${least} to ${most}, not ${typed.trim()}.` };
  return { value: number };
}
