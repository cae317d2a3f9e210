/** Which addresses stay in the page, and which lead elsewhere. */

// Files that Discord keeps, and those of the image service, which Discord would fetch and show.
const OWN_FILES = /^\/(?:(?:ephemeral-)?attachments|results)\//;
const MESSAGE =
  /^https?:\/\/(?:\w+\.)?discord(?:app)?\.com\/channels\/(?:@me|\d+)\/(\d+)(?:\/(\d+))?\/?$/;

/**
 * The address of a picture on this origin, null for one of another host: nothing is loaded from
 * there.
 *
 * @param {string} url
 * @returns {string|null}
 */
export function ownFile(url) {
  if (!URL.canParse(url, location.href)) return null;
  const { pathname, search, hostname } = new URL(url, location.href);
  const ours = OWN_FILES.test(pathname) && ["127.0.0.1", "localhost"].includes(hostname);
  return ours ? pathname + search : null;
}

/** Where a link to a message or channel leads. @param {string} url @returns {{channel: string, message?: string}|null} */
export function messageLink(url) {
  const match = MESSAGE.exec(url);
  return match && { channel: match[1], message: match[2] };
}

/** The link to a message, as people pass it on. */
export function linkTo(guildId, message) {
  return `https://discord.com/channels/${message.guild_id ? guildId : "@me"}/${message.channel_id}/${message.id}`;
}
