"""Whether somebody may use the bot here, now and for this, by what moderators set. Pure rules."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.errors import RefusedError
from bot.generation import Generation, Resolution
from bot.language import _, ngettext
from bot.server_settings import AgeRule, Limits, ServerSettings


class Refusal(StrEnum):
    """Why a request was refused, for the sums that moderators see."""

    CAP = "cap"
    SERVER_CAP = "server_cap"
    LIMIT = "limit"
    BLOCK = "block"
    PLACE = "place"
    WORDS = "words"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Block:
    """Somebody may not use the bot. ``until`` is seconds since 1970, ``None``: for good.

    ``told`` is whether they are told the reason.
    """

    member_id: int
    until: float | None
    reason: str
    told: bool
    by: int
    at: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Who asks, and where.

    ``roles`` are those of the member at this moment, ``channels`` the channel, for a thread also
    the one it belongs to, and their category. ``age_restricted``: Discord lets only adults in.
    """

    roles: frozenset[int] = frozenset()
    channels: tuple[int, ...] = ()
    age_restricted: bool = False


NOWHERE = Surroundings()


def limits_for(settings: ServerSettings, roles: Collection[int]) -> Limits:
    """The limits of who has these roles: of each the most generous of their roles, else all's."""
    mine = [limits for role_id, limits in settings.role_limits if role_id in roles]
    everyone = settings.limits

    def largest(values: Iterable[int | None], otherwise: int | None) -> int | None:
        given = [value for value in values if value is not None]
        return max(given) if given else otherwise

    pauses = [each.pause for each in mine if each.pause is not None]
    allowed = [each.private for each in mine if each.private is not None]
    return Limits(
        at_once=largest((each.at_once for each in mine), everyone.at_once),
        pause=min(pauses) if pauses else everyone.pause,
        images=largest((each.images for each in mine), everyone.images),
        side=largest((each.side for each in mine), everyone.side),
        private=any(allowed) if allowed else everyone.private,
    )


def check_admission(settings: ServerSettings, block: Block | None, here: Surroundings) -> None:
    """Raise ``RefusedError`` for whoever may not use the bot here at all."""
    if settings.paused:
        raise RefusedError(
            _("The moderators of this server have paused the bot. Nothing was charged."),
            kind=Refusal.PAUSED,
        )
    if block is not None:
        raise RefusedError(_blocked(block), kind=Refusal.BLOCK)
    if settings.allowed_roles and not here.roles & set(settings.allowed_roles):
        roles = " ".join(f"<@&{role_id}>" for role_id in settings.allowed_roles)
        raise RefusedError(
            _("In this server the bot is for those who have one of these roles: {roles}").format(
                roles=roles
            ),
            kind=Refusal.BLOCK,
        )
    channels = set(here.channels)
    if channels & set(settings.never_channels):
        raise RefusedError(
            _("The moderators of this server do not want images made in this channel."),
            kind=Refusal.PLACE,
        )
    if settings.only_channels and not channels & set(settings.only_channels):
        where = " ".join(f"<#{channel_id}>" for channel_id in settings.only_channels)
        raise RefusedError(
            _("In this server images are made in these channels: {channels}").format(
                channels=where
            ),
            kind=Refusal.PLACE,
        )
    if settings.age is AgeRule.REQUIRED and not here.age_restricted:
        raise RefusedError(
            _("In this server the bot works in age-restricted channels only."),
            kind=Refusal.PLACE,
        )
    if settings.age is AgeRule.NEVER and here.age_restricted:
        raise RefusedError(
            _("In this server the bot does not work in age-restricted channels."),
            kind=Refusal.PLACE,
        )


def check_request(limits: Limits, generation: Generation, *, private: bool) -> None:
    """Raise ``RefusedError`` where the request is more than the limits allow."""
    if limits.images is not None and generation.num_images > limits.images:
        raise RefusedError(
            ngettext(
                "You may make {most} image at a time here, and this asks for {count}.",
                "You may make {most} images at a time here, and this asks for {count}.",
                limits.images,
            ).format(most=limits.images, count=generation.num_images),
            kind=Refusal.LIMIT,
        )
    if limits.side is not None and _SIDES[generation.resolution] > limits.side:
        raise RefusedError(
            _("You may make images in {most}K here, and this asks for {size}.").format(
                most=limits.side, size=generation.resolution.value.upper()
            ),
            kind=Refusal.LIMIT,
        )
    if private and limits.private is False:
        raise RefusedError(
            _(
                "Private results are not allowed here. Ask with `private: False`; if that is your "
                "default, `/defaults` changes it."
            ),
            kind=Refusal.LIMIT,
        )


def check_pace(limits: Limits, *, unfinished: int, last_at: float | None, now: float) -> None:
    """Raise ``RefusedError`` for who has too much under way here, or asked a moment ago.

    ``unfinished`` are their jobs in this server, ``last_at`` is when they last asked here.
    """
    if limits.at_once is not None and unfinished >= limits.at_once:
        raise RefusedError(
            ngettext(
                "You may have {most} request under way here. Send this again when it is finished.",
                "You may have {most} requests under way here. Send this again when one of them is "
                "finished.",
                limits.at_once,
            ).format(most=limits.at_once)
            if limits.at_once
            else _("The moderators of this server let you make no images at all."),
            kind=Refusal.LIMIT,
        )
    # A last request in the future is one from before a clock was set back.
    if limits.pause and last_at is not None and last_at <= now < last_at + limits.pause:
        raise RefusedError(
            _("Between two requests there is a pause here: you can ask again <t:{when}:R>.").format(
                when=round(last_at + limits.pause)
            ),
            kind=Refusal.LIMIT,
        )


_SIDES = {Resolution.ONE_K: 1, Resolution.TWO_K: 2}


def _blocked(block: Block) -> str:
    words = (
        _("The moderators of this server have blocked you from the bot.")
        if block.until is None
        else _("The moderators of this server have blocked you from the bot; it ends <t:{when}:R>.")
    ).format(when=round(block.until or 0))
    if block.told and block.reason:
        words += " " + _("Their reason: {reason}").format(reason=block.reason)
    return words
