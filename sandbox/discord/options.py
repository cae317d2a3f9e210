"""What a person enters into a command, checked as Discord's application does."""

from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.discord.errors import ImpossibleError
from sandbox.discord.model import Model, checked_option, nested_options

Json = dict[str, Any]
GivenFile = tuple[str, bytes]

SUBCOMMANDS: Final = (1, 2)
USER, CHANNEL, ROLE, MENTIONABLE, ATTACHMENT = 6, 7, 8, 9, 11


@dataclass
class Resolved:
    """The objects behind the ids that an interaction carries."""

    model: Model
    channel_id: int
    objects: dict[str, dict[str, Json]] = field(default_factory=dict)

    def user(self, word: str) -> str:
        """Resolve a person by name or id."""
        id_ = find_user(self.model, word)
        self.objects.setdefault("users", {})[str(id_)] = self.model.user(id_)
        if id_ in self.model.store.guilds[self.model.world.guild_id].members:
            member = self.model.member(id_, with_user=False)
            member["permissions"] = str(self.model.permissions(id_, self.channel_id))
            self.objects.setdefault("members", {})[str(id_)] = member
        return str(id_)

    def role(self, word: str) -> str:
        """Resolve a role by name or id."""
        roles = self.model.store.guilds[self.model.world.guild_id].roles
        ids = {role.name: id_ for id_, role in roles.items()} | {str(id_): id_ for id_ in roles}
        if word not in ids:
            raise ImpossibleError(f"There is no role {word!r}; there are {sorted(ids)}.")
        self.objects.setdefault("roles", {})[str(ids[word])] = self.model.role(ids[word])
        return str(ids[word])

    def channel(self, word: str, viewer_id: int) -> str:
        """Resolve a channel by name or id."""
        id_ = find_channel(self.model, word, viewer_id)
        shown = self.model.channel(id_)
        shown["permissions"] = str(self.model.permissions(viewer_id, id_))
        self.objects.setdefault("channels", {})[str(id_)] = shown
        return str(id_)

    def mentionable(self, word: str) -> str:
        """Resolve a person or else a role."""
        try:
            return self.user(word)
        except ImpossibleError:
            return self.role(word)


def find_user(model: Model, word: str) -> int:
    """The id of a person by name or id; ImpossibleError when there is none."""
    for id_, user in model.store.users.items():
        if word in (user.name, str(id_)):
            return id_
    names = sorted(user.name for user in model.store.users.values())
    raise ImpossibleError(f"There is no member {word!r}; there are {names}.")


def find_channel(model: Model, word: str, viewer_id: int) -> int:
    """The id of a channel by name or id; "dm" is this person's direct messages with the bot."""
    if word == "dm":
        return model.store.get_dm_channel(viewer_id).id
    for id_, channel in model.store.channels.items():
        if word in (channel.name, str(id_)) and model.can_enter(id_, viewer_id):
            return id_
    names = [item.name for item in model.store.channels.values() if item.name]
    raise ImpossibleError(f"There is no channel {word!r} here; there are 'dm' and {names}.")


def leaf_of(command: Json, path: list[str]) -> Json:
    """The (sub)command that `path` names below `command`."""
    node = command
    for name in path:
        children = [item for item in node.get("options") or () if item["type"] in SUBCOMMANDS]
        found = [item for item in children if item["name"] == name]
        if not found:
            names = [item["name"] for item in children]
            raise ImpossibleError(f"{node['name']!r} has no subcommand {name!r}: it has {names}.")
        node = found[0]
    below = [item["name"] for item in node.get("options") or () if item["type"] in SUBCOMMANDS]
    if below:
        raise ImpossibleError(f"{node['name']!r} needs a subcommand: one of {below}.")
    return node


def fill_in(
    command: Json,
    path: list[str],
    values: dict[str, object],
    *,
    resolved: Resolved,
    viewer_id: int,
    partial: bool = False,
) -> tuple[list[Json], list[tuple[Json, GivenFile]]]:
    """The wire options for `values`, nested as `path` says, and the files still to be uploaded.

    A file is a pair of name and bytes; its option gets its id when it is uploaded, after all that
    is to be checked was checked. `partial` is for autocomplete, when nothing is required yet.
    """
    leaf = leaf_of(command, path)
    title = " ".join((command["name"], *path))
    declared = {item["name"]: item for item in leaf.get("options") or ()}
    unknown = [name for name in values if name not in declared]
    if unknown:
        raise ImpossibleError(f"/{title} has no option {unknown[0]!r}: it has {list(declared)}.")
    missing = [name for name, item in declared.items() if item.get("required")]
    missing = [name for name in missing if name not in values]
    if missing and not partial:
        raise ImpossibleError(f"/{title} needs the option {missing[0]!r}.")
    built: list[Json] = []
    uploads: list[tuple[Json, GivenFile]] = []
    for name, value in values.items():
        option = declared[name]
        kind = option["type"]
        wire: Json = {"name": name, "type": kind}
        built.append(wire)
        if kind == ATTACHMENT:
            filename, data = _as_file(checked_option(title, option, value))
            uploads.append((wire, (filename, data)))
        elif kind in (USER, CHANNEL, ROLE, MENTIONABLE):
            wire["value"] = _resolve(kind, str(value), resolved, viewer_id)
        else:
            wire["value"] = checked_option(title, option, value)
    return nested_options(command, path, built), uploads


def _resolve(kind: int, word: str, resolved: Resolved, viewer_id: int) -> str:
    if kind == USER:
        return resolved.user(word)
    if kind == ROLE:
        return resolved.role(word)
    if kind == CHANNEL:
        return resolved.channel(word, viewer_id)
    return resolved.mentionable(word)


def _as_file(value: object) -> GivenFile:
    if not (isinstance(value, tuple) and len(value) == 2):  # noqa: PLR2004 - name and bytes
        raise ImpossibleError("A file is given as its name and its bytes.")
    return str(value[0]), bytes(value[1])
