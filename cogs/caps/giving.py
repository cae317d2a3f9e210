"""``/caps grant`` and ``revoke``: credits on top of a cap."""

from typing import TypeAlias

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.credits.caps import Cap, Subject, applying, window
from bot.credits.grants import Grant
from bot.credits.rules import ServerRules
from bot.errors import PersonError
from bot.language import _, speaking
from bot.usage_export import Names
from cogs.caps.names import NamesWhileTyping
from cogs.caps.rights import check_moderator
from cogs.interactions import Interaction, language_of, server_of
from cogs.ui.caps import grant_line
from cogs.ui.phrases import credits_of
from cogs.ui.plain_text import cut, readable
from cogs.ui.private_answer import changed
from cogs.ui.rule_words import subject_words

MOST_CHOICES = 25
"""Discord shows no more while something is typed."""

MOST_GRANTED = 1_000_000
_CHOICE_CHARACTERS = 100

Granted: TypeAlias = app_commands.Range[int, 1, MOST_GRANTED]
Reason: TypeAlias = app_commands.Range[str, 1, 300]


class GrantCommands(commands.Cog):
    """The part of ``/caps`` that gives and takes back."""

    def __init__(self) -> None:
        super().__init__()
        self._names = NamesWhileTyping()

    @app_commands.command(
        name=locale_str("grant"),
        description=locale_str("Give extra credits to one member, or to each who has a role"),
    )
    @app_commands.describe(
        credits=locale_str("How many, on top of their caps"),
        member=locale_str("To whom"),
        role=locale_str("Or to each who has this role, for themselves"),
        until=locale_str("How long they are there (for the rest of the period unless you choose)"),
        reason=locale_str("Why: the moderators see it"),
    )
    @app_commands.choices(
        until=[
            Choice(name=locale_str("the end of the present period"), value="period"),
            Choice(name=locale_str("they are used"), value="used"),
        ]
    )
    async def grant(
        self,
        interaction: Interaction,
        *,
        credits: Granted,
        member: discord.Member | discord.User | None = None,
        role: discord.Role | None = None,
        until: str = "period",
        reason: Reason | None = None,
    ) -> None:
        """Give, and answer with what was given."""
        with speaking(language_of(interaction)):
            rules = await check_moderator(interaction)
            if (member is None) == (role is None):
                raise PersonError(_("To whom? Name a `member` or a `role`, one of the two."))
            subject = Subject.MEMBER if member else Subject.ROLE
            subject_id = member.id if member else role.id if role else 0
            roles = [each.id for each in getattr(member, "roles", ())] or [subject_id]
            ends = None if until == "used" else _end(interaction, rules, subject_id, roles)
            grant = await interaction.client.services.grants.give(
                server_of(interaction),
                subject,
                subject_id,
                credits=credits,
                until=ends,
                reason=reason or "",
                by=interaction.user.id,
            )
            await changed(
                interaction,
                _("**Granted.** {grant}").format(grant=grant_line(grant)),
                _("They are drawn when a cap is used up, and never lift the whole server's cap."),
                _("`/caps revoke` with the number {number} takes them back.").format(
                    number=grant.id
                ),
            )

    @app_commands.command(
        name=locale_str("revoke"),
        description=locale_str("Take a grant back; what was drawn from it stays drawn"),
    )
    @app_commands.describe(grant=locale_str("Which: begin to type its number, or choose"))
    async def revoke(self, interaction: Interaction, *, grant: int) -> None:
        """Take one grant back."""
        with speaking(language_of(interaction)):
            await check_moderator(interaction)
            gone = await interaction.client.services.grants.revoke(
                server_of(interaction), grant, by=interaction.user.id
            )
            await changed(
                interaction,
                _("**Revoked.** {credits} for {whom} can no longer be drawn.").format(
                    credits=credits_of(gone.credits),
                    whom=subject_words(gone.subject, gone.subject_id),
                ),
            )

    @revoke.autocomplete("grant")
    async def _complete_grant(self, interaction: Interaction, typed: str) -> list[Choice[int]]:
        with speaking(language_of(interaction)):
            await check_moderator(interaction)
            live = await interaction.client.services.grants.live(server_of(interaction))
            names = await self._names.of(
                interaction, [each.subject_id for each in live if each.subject is Subject.MEMBER]
            )
            offered = [
                Choice(
                    name=cut(
                        _("{number} · {credits} for {whom} · {reason}").format(
                            number=grant.id,
                            credits=credits_of(grant.credits),
                            whom=_name(grant, names),
                            reason=readable(grant.reason) or _("no reason given"),
                        ),
                        _CHOICE_CHARACTERS,
                    ),
                    value=grant.id,
                )
                for grant in live
            ]
            wanted = str(typed).casefold()
            return [each for each in offered if wanted in each.name.casefold()][:MOST_CHOICES]


def _end(interaction: Interaction, rules: ServerRules, subject_id: int, roles: list[int]) -> float:
    """When the present period of the cap ends that counts for them."""
    services = interaction.client.services
    default = Cap(services.settings.default_credits, services.settings.default_period)
    rule = applying(rules.rules, subject_id, roles, default)
    return window(rule.cap.period, services.clock(), rules.zone).resets_at


def _name(grant: Grant, names: Names) -> str:
    """A name for a list of choices, in which Discord shows no mentions."""
    if grant.subject is Subject.ROLE:
        role = names.roles.get(grant.subject_id)
        return f"@{role.removeprefix('@')}" if role else _("a role that is gone")
    return names.members.get(grant.subject_id) or _("member {id}").format(id=grant.subject_id)
