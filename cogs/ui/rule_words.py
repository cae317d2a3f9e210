"""How a server's rules, and changes of them, are worded."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.credits.caps import Cap, Period, Subject, per
from bot.credits.changes import Change
from bot.language import _, ngettext
from bot.server_settings import Limits, ServerSettings
from cogs.ui import word_rules
from cogs.ui.phrases import credits_of, duration
from cogs.ui.plain_text import shown

_VALUE_CHARACTERS = 200
_REASON_CHARACTERS = 80
# The time zone stands beside the caps, and words are told nowhere but in their own list.
_SHOWN_ELSEWHERE = frozenset({"time_zone", "words"})
# Settings that are lists, and the sign that Discord shows what is in them by.
_LISTS = {
    "moderator_roles": "@&",
    "allowed_roles": "@&",
    "only_channels": "#",
    "never_channels": "#",
}


def cap_words(cap: Cap) -> str:
    """Such as "60 credits a day" or "no limit"."""
    if cap.credits is None:
        return _("no limit")
    return f"{credits_of(cap.credits)} {per(cap.period)}"


def subject_words(subject: Subject, subject_id: int) -> str:
    """Whom a cap is for, as the end of "the cap for …"."""
    return {
        Subject.EVERYONE: _("everyone"),
        Subject.ROLE: f"<@&{subject_id}>",
        Subject.MEMBER: f"<@{subject_id}>",
        Subject.SERVER: _("the whole server"),
    }[subject]


def limit_words(limits: Limits) -> str:
    """The limits that are set, such as "2 requests at once · up to 1K"; empty for none."""
    parts = []
    if limits.at_once is not None:
        parts.append(
            ngettext("{count} request at once", "{count} requests at once", limits.at_once).format(
                count=limits.at_once
            )
        )
    if limits.pause is not None:
        parts.append(
            _("{time} between two").format(time=duration(limits.pause))
            if limits.pause
            else _("no pause between two")
        )
    if limits.images is not None:
        parts.append(
            ngettext("{count} image each", "{count} images each", limits.images).format(
                count=limits.images
            )
        )
    if limits.side is not None:
        parts.append(_("up to {side}K").format(side=limits.side))
    if limits.private is not None:
        parts.append(_("private allowed") if limits.private else _("nothing private"))
    return " · ".join(parts)


def mentions(sign: str, ids: Sequence[int]) -> str:
    """These roles (``@&``), channels (``#``) or members (``@``), as Discord shows them."""
    return " ".join(f"<{sign}{each}>" for each in ids)


def setting_lines(settings: ServerSettings) -> list[str]:
    """What is set apart from caps, a line for each that is."""
    blank = ServerSettings().written()
    return [
        f"**{_setting_name(name).capitalize()}** {_setting(name, value)}"
        for name, value in settings.written().items()
        if value != blank[name] and name not in _SHOWN_ELSEWHERE
    ]


def change_words(change: Change) -> str:
    """One change: who, what, from what to what."""
    words = f"<@{change.by}> · "
    whom = subject_words(change.subject, change.subject_id or 0) if change.subject else ""
    before, after = change.before or {}, change.after or {}
    match change.what:
        case "cap":
            return words + _("cap for {whom}: {before} → {after}").format(
                whom=whom, before=_recorded_cap(change.before), after=_recorded_cap(change.after)
            )
        case "grant":
            return words + _("granted {credits} to {whom}").format(
                credits=credits_of(after["credits"]), whom=whom
            )
        case "revoke":
            return words + _("revoked the grant {number} of {whom}").format(
                number=before["grant"], whom=whom
            )
        case "block":
            return words + _blocked(whom, after)
        case "unblock":
            return words + _("unblocked {whom}").format(whom=whom)
    return words + ", ".join(
        _setting_change(name, before.get(name), value) for name, value in after.items()
    )


def _blocked(whom: str, block: Mapping[str, Any]) -> str:
    until = block.get("until")
    words = (
        _("blocked {whom} for good") if until is None else _("blocked {whom} until <t:{until}:f>")
    ).format(whom=whom, until=round(until or 0))
    reason = block.get("reason")
    return f"{words} · {shown(reason, _REASON_CHARACTERS)}" if reason else words


def _setting_change(name: str, before: Any, after: Any) -> str:  # noqa: ANN401 - as JSON brought it
    if name == "words":
        return word_rules.difference(before, after)
    if name == "role_limits":
        old, new = dict(before or ()), dict(after or ())
        return ", ".join(
            _("limits of {role}: {before} → {after}").format(
                role=f"<@&{role}>",
                before=_setting("limits", old.get(role)),
                after=_setting("limits", new.get(role)),
            )
            for role in old | new
            if old.get(role) != new.get(role)
        )
    if name in _LISTS:
        added = [each for each in after or () if each not in (before or ())]
        removed = [each for each in before or () if each not in (after or ())]
        parts = [
            _("added {what}").format(what=mentions(_LISTS[name], added)) if added else "",
            _("removed {what}").format(what=mentions(_LISTS[name], removed)) if removed else "",
        ]
        return f"{_setting_name(name)}: {', '.join(filter(None, parts))}"
    return f"{_setting_name(name)}: {_setting(name, before)} → {_setting(name, after)}"


def _recorded_cap(content: Any) -> str:  # noqa: ANN401 - as JSON brought it
    if content is None:
        return _("none")
    return cap_words(Cap(content["credits"], Period(content["period"])))


def _setting_name(name: str) -> str:
    return {
        "time_zone": _("time zone"),
        "moderator_roles": _("roles of moderators"),
        "paused": _("paused"),
        "allowed_roles": _("roles that may use the bot"),
        "only_channels": _("only in"),
        "never_channels": _("never in"),
        "age": _("age-restricted channels"),
        "limits": _("limits of everyone"),
        "role_limits": _("limits of roles"),
        "log_channel": _("log channel"),
        "log_private": _("prompts of private results in the log"),
    }.get(name, name)


def _setting(name: str, value: Any) -> str:  # noqa: ANN401 - as JSON brought it
    match name:
        case _ if name in _LISTS:
            words = mentions(_LISTS[name], value or ())
        case "limits":
            words = limit_words(Limits.read(value or {}))
        case "role_limits":
            words = "; ".join(
                f"<@&{role}> {limit_words(Limits.read(limits))}" for role, limits in value or ()
            )
        case "log_channel":
            words = mentions("#", [value] if value else [])
        case "paused" | "log_private":
            words = _("yes") if value else _("no")
        case "time_zone" | "age":
            words = str(value)
        case _:
            words = shown(str(value), _VALUE_CHARACTERS)
    return words or _("none")
