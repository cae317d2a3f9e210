"""``/caps default, role, member, server, remove``: how much, and for whom."""

from dataclasses import dataclass
from typing import TypeAlias

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.credits.caps import Cap, Period, Rule, Subject
from bot.errors import PersonError
from bot.language import _, speaking
from cogs.caps.rights import check_moderator
from cogs.interactions import Interaction, language_of, server_of
from cogs.ui.private_answer import changed
from cogs.ui.rule_words import cap_words, subject_words

MOST_CREDITS = 1_000_000_000

Credits: TypeAlias = app_commands.Range[int, 0, MOST_CREDITS]

_CREDITS = locale_str("How many credits: 0 is none at all")
_UNLIMITED = locale_str("No limit, in place of a number")
_PERIOD = locale_str("For how long they are, by the server's calendar (a day unless you choose)")
_PERIODS = [
    Choice(name=locale_str("a day, from midnight"), value=Period.DAY.value),
    Choice(name=locale_str("a week, from Monday"), value=Period.WEEK.value),
    Choice(name=locale_str("a month, from its first day"), value=Period.MONTH.value),
]


@dataclass(frozen=True, slots=True)
class _Given:
    """The options of a cap as they were given."""

    credits: int | None
    unlimited: bool
    period: str | None

    def cap(self) -> Cap:
        """The cap that they are; raises ``PersonError`` where they are none, or two."""
        if self.unlimited and self.credits is not None:
            raise PersonError(
                _(
                    "You gave {credits} credits and `unlimited: True`. Give one of them: a number "
                    "of credits, or no limit."
                ).format(credits=self.credits)
            )
        if not self.unlimited and self.credits is None:
            raise PersonError(
                _(
                    "How many? Give `credits` (0 is none at all) or `unlimited: True`. To let "
                    "the next rule count again, use `/caps remove`."
                )
            )
        return Cap(self.credits, Period(self.period) if self.period else Period.DAY)


class AmountCommands(commands.Cog):
    """The part of ``/caps`` that is about amounts."""

    @app_commands.command(
        name=locale_str("default"),
        description=locale_str("What each member may use who has no cap of their own or by a role"),
    )
    @app_commands.describe(credits=_CREDITS, unlimited=_UNLIMITED, period=_PERIOD)
    @app_commands.choices(period=_PERIODS)
    async def default(
        self,
        interaction: Interaction,
        *,
        credits: Credits | None = None,
        unlimited: bool = False,
        period: str | None = None,
    ) -> None:
        """Set the cap of everyone."""
        await _set(interaction, Subject.EVERYONE, 0, _Given(credits, unlimited, period))

    @app_commands.command(
        name=locale_str("role"),
        description=locale_str("What each member with a role may use; the most generous counts"),
    )
    @app_commands.describe(
        role=locale_str("Each who has it gets the cap for themselves"),
        credits=_CREDITS,
        unlimited=_UNLIMITED,
        period=_PERIOD,
    )
    @app_commands.choices(period=_PERIODS)
    async def role(
        self,
        interaction: Interaction,
        *,
        role: discord.Role,
        credits: Credits | None = None,
        unlimited: bool = False,
        period: str | None = None,
    ) -> None:
        """Set the cap of a role."""
        # @everyone is a role in Discord, and the default here.
        subject, subject_id = (
            (Subject.EVERYONE, 0) if role.is_default() else (Subject.ROLE, role.id)
        )
        await _set(interaction, subject, subject_id, _Given(credits, unlimited, period))

    @app_commands.command(
        name=locale_str("member"),
        description=locale_str("What one member may use, whatever roles and the default say"),
    )
    @app_commands.describe(
        member=locale_str("For whom"), credits=_CREDITS, unlimited=_UNLIMITED, period=_PERIOD
    )
    @app_commands.choices(period=_PERIODS)
    async def member(
        self,
        interaction: Interaction,
        *,
        member: discord.Member | discord.User,
        credits: Credits | None = None,
        unlimited: bool = False,
        period: str | None = None,
    ) -> None:
        """Set the cap of a member."""
        await _set(interaction, Subject.MEMBER, member.id, _Given(credits, unlimited, period))

    @app_commands.command(
        name=locale_str("server"),
        description=locale_str("What all members together may use, on top of their own caps"),
    )
    @app_commands.describe(credits=_CREDITS, unlimited=_UNLIMITED, period=_PERIOD)
    @app_commands.choices(period=_PERIODS)
    async def server(
        self,
        interaction: Interaction,
        *,
        credits: Credits | None = None,
        unlimited: bool = False,
        period: str | None = None,
    ) -> None:
        """Set the cap of the whole server."""
        await _set(interaction, Subject.SERVER, 0, _Given(credits, unlimited, period))

    @app_commands.command(
        name=locale_str("remove"),
        description=locale_str("Take a cap away, so that the next rule counts: name whose"),
    )
    @app_commands.describe(
        role=locale_str("The role's cap"),
        member=locale_str("The member's own cap"),
        other=locale_str("The default, or the whole server's cap"),
    )
    @app_commands.choices(
        other=[
            Choice(name=locale_str("the default"), value=Subject.EVERYONE.value),
            Choice(name=locale_str("the whole server's"), value=Subject.SERVER.value),
        ]
    )
    async def remove(
        self,
        interaction: Interaction,
        *,
        role: discord.Role | None = None,
        member: discord.Member | discord.User | None = None,
        other: str | None = None,
    ) -> None:
        """Take one cap away."""
        with speaking(language_of(interaction)):
            await check_moderator(interaction)
            named = [
                *([(Subject.ROLE, role.id)] if role and not role.is_default() else []),
                *([(Subject.EVERYONE, 0)] if role and role.is_default() else []),
                *([(Subject.MEMBER, member.id)] if member else []),
                *([(Subject(other), 0)] if other else []),
            ]
            if len(named) != 1:
                raise PersonError(
                    _(
                        "Name one cap to take away: `role`, `member`, or `other`. "
                        "You named {count}."
                    ).format(count=len(named))
                )
            subject, subject_id = named[0]
            before = await interaction.client.services.rules.remove_cap(
                server_of(interaction), subject, subject_id, by=interaction.user.id
            )
            whose = subject_words(subject, subject_id)
            if before is None:
                raise PersonError(
                    _("There is no cap for {whose} here, so nothing was changed.").format(
                        whose=whose
                    )
                )
            await changed(
                interaction,
                _("**The cap for {whose} is gone.** It was {cap}.").format(
                    whose=whose, cap=cap_words(before)
                ),
                _("The next rule counts from now on, also for what was used already."),
            )


async def _set(interaction: Interaction, subject: Subject, subject_id: int, given: _Given) -> None:
    """Set a cap, and answer with what it was before and what follows from it."""
    with speaking(language_of(interaction)):
        await check_moderator(interaction)
        rule = Rule(subject, subject_id, given.cap())
        before = await interaction.client.services.rules.set_cap(
            server_of(interaction), rule, by=interaction.user.id
        )
        whose = subject_words(subject, subject_id)
        was = (
            _("Before, there was none.")
            if before is None
            else _("Before, it was {cap}.").format(cap=cap_words(before))
        )
        await changed(
            interaction,
            _("**The cap for {whose} is {cap}.** {was}").format(
                whose=whose, cap=cap_words(rule.cap), was=was
            ),
            _("It holds at once, and counts what was used in the present period already."),
        )
