"""What a server's moderators have set, apart from caps. Pure rules, no storage."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, tzinfo
from enum import StrEnum
from functools import cache
from typing import Any, Self
from zoneinfo import ZoneInfo, available_timezones

from bot.errors import PersonError
from bot.language import _
from bot.words import WordRules


class AgeRule(StrEnum):
    """What a server wants with age-restricted channels."""

    ANYWHERE = "anywhere"
    REQUIRED = "required"  # the bot works in such channels only
    NEVER = "never"  # and there it does not


@dataclass(frozen=True, slots=True)
class Limits:
    """What is limited apart from credits; ``None``: nothing is said about it.

    ``at_once`` are unfinished requests of one member, ``pause`` the seconds between two,
    ``images`` the most of one request, ``side`` the largest size in K (1 or 2), ``private``
    whether results that only their person sees are allowed.
    """

    at_once: int | None = None
    pause: int | None = None
    images: int | None = None
    side: int | None = None
    private: bool | None = None

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Self:
        """From what ``asdict`` made, also of a version that knew less."""
        return cls(**{field.name: content.get(field.name) for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The settings of one server; without any argument those of a server that has set nothing.

    ``time_zone`` is a name of the IANA database: days, weeks and months of caps begin at its
    midnights. Who has one of ``moderator_roles`` may do all that those may who manage the server.
    With ``allowed_roles`` only those who have one of them may use the bot; ``only_channels`` and
    ``never_channels`` say where, and count for the threads in them (a category's for all of its
    channels). ``limits`` are everyone's, ``role_limits`` those of single roles. ``log_channel``
    shows what happens; ``log_private``: with the prompts of private results. ``words`` are what no
    text may have.
    """

    time_zone: str = "UTC"
    moderator_roles: tuple[int, ...] = ()
    paused: bool = False
    allowed_roles: tuple[int, ...] = ()
    only_channels: tuple[int, ...] = ()
    never_channels: tuple[int, ...] = ()
    age: AgeRule = AgeRule.ANYWHERE
    limits: Limits = Limits()
    role_limits: tuple[tuple[int, Limits], ...] = ()
    log_channel: int | None = None
    log_private: bool = False
    words: WordRules = field(default_factory=WordRules)

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Self:
        """From what ``written`` made, also of an earlier version, which knew less."""
        return cls(
            time_zone=content.get("time_zone", "UTC"),
            moderator_roles=tuple(content.get("moderator_roles", ())),
            paused=content.get("paused", False),
            allowed_roles=tuple(content.get("allowed_roles", ())),
            only_channels=tuple(content.get("only_channels", ())),
            never_channels=tuple(content.get("never_channels", ())),
            age=AgeRule(content.get("age", AgeRule.ANYWHERE.value)),
            limits=Limits.read(content.get("limits", {})),
            log_channel=content.get("log_channel"),
            log_private=content.get("log_private", False),
            words=WordRules.read(content.get("words", {})),
            role_limits=tuple(
                (role_id, Limits.read(limits)) for role_id, limits in content.get("role_limits", ())
            ),
        )

    def written(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {
            "time_zone": self.time_zone,
            "moderator_roles": list(self.moderator_roles),
            "paused": self.paused,
            "allowed_roles": list(self.allowed_roles),
            "only_channels": list(self.only_channels),
            "never_channels": list(self.never_channels),
            "age": self.age.value,
            "limits": asdict(self.limits),
            "role_limits": [[role_id, asdict(limits)] for role_id, limits in self.role_limits],
            "log_channel": self.log_channel,
            "log_private": self.log_private,
            "words": self.words.written(),
        }

    @property
    def zone(self) -> tzinfo:
        """The time zone; UTC where this machine no longer knows it."""
        return ZoneInfo(self.time_zone) if self.time_zone in time_zones() else UTC


@cache
def time_zones() -> frozenset[str]:
    """The names of all time zones that this machine knows.

    Read once: it is some hundred files, and each request asks in the middle of its transaction.
    """
    # The one is whatever this machine is set to, the other stands for none.
    return frozenset(available_timezones() - {"localtime", "Factory"})


def time_zone(typed: str) -> str:
    """The time zone's name as it is spelled; raises ``PersonError`` where there is none such."""
    wanted = typed.strip().replace(" ", "_").casefold()
    for name in time_zones():
        if name.casefold() == wanted:
            return name
    raise PersonError(
        _(
            "There is no time zone “{typed}”. Choose one of those that are offered while you "
            "type, such as `Europe/Berlin` or `America/New_York`."
        ).format(typed=typed[:60])
    )


def matching_zones(typed: str) -> list[str]:
    """The time zones that have ``typed`` in their name, those whose city begins with it first."""
    wanted = typed.strip().replace(" ", "_").casefold()
    found = [name for name in time_zones() if wanted in name.casefold()]
    return sorted(
        found,
        key=lambda name: (not name.rpartition("/")[2].casefold().startswith(wanted), name),
    )


# --- changing them ---

MOST_ROLES, MOST_CHANNELS = 25, 50


def with_one(
    before: tuple[int, ...], add: int | None, remove: int | None, *, most: int
) -> tuple[int, ...]:
    """A list of ids with one more and one less. Raises ``PersonError`` where that cannot be."""
    found = list(before)
    if remove is not None:
        if remove not in found:
            raise PersonError(_("What you want to remove was not named, so nothing was changed."))
        found.remove(remove)
    if add is not None and add not in found:
        if len(found) >= most:
            raise PersonError(
                _("{count} are the most. Take one out with `remove` first.").format(count=most)
            )
        found.append(add)
    return tuple(found)


def with_places(
    before: ServerSettings,
    *,
    only: int | None,
    never: int | None,
    remove: int | None,
    age: AgeRule | None,
) -> ServerSettings:
    """The settings with these channels named, or named no more.

    Raises ``PersonError`` for one that would be in both lists, or is to be removed from neither.
    """
    from_only = remove if remove in before.only_channels else None
    from_never = None if from_only is not None else remove
    only_channels = with_one(before.only_channels, only, from_only, most=MOST_CHANNELS)
    never_channels = with_one(before.never_channels, never, from_never, most=MOST_CHANNELS)
    both = set(only_channels) & set(never_channels)
    if both:
        raise PersonError(
            _(
                "<#{channel}> cannot be both: “only there” and “never there”. Take it out of the "
                "other list first, with `remove`."
            ).format(channel=min(both))
        )
    return replace(
        before,
        only_channels=only_channels,
        never_channels=never_channels,
        age=before.age if age is None else age,
    )


def with_limits(
    before: ServerSettings, role_id: int | None, given: Mapping[str, Any] | None
) -> ServerSettings:
    """The settings with these limits changed, everyone's for no role; ``None``: with none left.

    Raises ``PersonError`` for a role that has none to lose, or is one too many.
    """
    if role_id is None:
        return replace(before, limits=replace(before.limits, **given) if given else Limits())
    known = dict(before.role_limits)
    if given is None:
        if known.pop(role_id, None) is None:
            raise PersonError(_("This role has no limits of its own, so nothing was changed."))
    elif role_id not in known and len(known) >= MOST_ROLES:
        raise PersonError(
            _("{count} roles with limits of their own are the most.").format(count=MOST_ROLES)
        )
    else:
        known[role_id] = replace(known.get(role_id, Limits()), **given)
    return replace(before, role_limits=tuple(known.items()))
