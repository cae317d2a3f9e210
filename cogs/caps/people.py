"""``/caps block, unblock, roles``: who may use the bot at all."""

from dataclasses import replace
from typing import TypeAlias

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.admission import Block
from bot.errors import PersonError
from bot.language import _, speaking
from bot.server_settings import MOST_ROLES, ServerSettings, with_one
from bot.spans import span
from cogs.caps.rights import check_moderator
from cogs.interactions import Interaction, language_of, server_of
from cogs.ui.layout import paragraph
from cogs.ui.plain_text import shown
from cogs.ui.private_answer import answer, changed
from cogs.ui.rule_words import mentions

MOST_SHOWN = 15
LONGEST_BLOCK = 366 * 86_400
_REASON_CHARACTERS = 200

Reason: TypeAlias = app_commands.Range[str, 1, 300]


class PeopleCommands(commands.Cog):
    """The part of ``/caps`` that is about who may."""

    @app_commands.command(
        name=locale_str("block"),
        description=locale_str("Keep one member from using the bot, or list who is blocked"),
    )
    @app_commands.describe(
        member=locale_str("Whom; all who are blocked are listed if you name nobody"),
        time=locale_str("For how long, such as 2h or 3 days; for good if you leave it out"),
        reason=locale_str("Why: the moderators see it"),
        tell=locale_str("Whether the member is told the reason (they are told that it is so)"),
    )
    async def block(
        self,
        interaction: Interaction,
        *,
        member: discord.Member | discord.User | None = None,
        time: str | None = None,
        reason: Reason | None = None,
        tell: bool = True,
    ) -> None:
        """Block a member; what they have under way goes on."""
        with speaking(language_of(interaction)):
            await check_moderator(interaction)
            services, server_id = interaction.client.services, server_of(interaction)
            if member is None:
                await answer(interaction, paragraph(*_list(await services.blocks.live(server_id))))
                return
            until = None if time is None else services.clock() + span(time, most=LONGEST_BLOCK)
            before = await services.blocks.block(
                server_id,
                member.id,
                until=until,
                reason=reason or "",
                told=tell,
                by=interaction.user.id,
            )
            lines = [
                _("**{member} is blocked, {until}.**").format(
                    member=member.mention, until=_until(until)
                ),
                _("What they have under way goes on; nothing new is accepted."),
            ]
            if before is not None:
                lines.append(
                    _("It takes the place of an earlier block, {until}.").format(
                        until=_until(before.until)
                    )
                )
            await changed(interaction, *lines)

    @app_commands.command(
        name=locale_str("unblock"), description=locale_str("Let a member use the bot again")
    )
    @app_commands.describe(member=locale_str("Whom"))
    async def unblock(
        self, interaction: Interaction, *, member: discord.Member | discord.User
    ) -> None:
        """End a block."""
        with speaking(language_of(interaction)):
            await check_moderator(interaction)
            before = await interaction.client.services.blocks.unblock(
                server_of(interaction), member.id, by=interaction.user.id
            )
            if before is None:
                raise PersonError(
                    _("{member} is not blocked, so nothing was changed.").format(
                        member=member.mention
                    )
                )
            await changed(
                interaction,
                _("**{member} may use the bot again.** They were blocked, {until}.").format(
                    member=member.mention, until=_until(before.until)
                ),
            )

    @app_commands.command(
        name=locale_str("roles"),
        description=locale_str("Which roles may use the bot: everyone, until you name one"),
    )
    @app_commands.describe(
        allow=locale_str("A role that may; from the first one on, only those named may"),
        remove=locale_str("A role that is no longer named"),
    )
    async def roles(
        self,
        interaction: Interaction,
        *,
        allow: discord.Role | None = None,
        remove: discord.Role | None = None,
    ) -> None:
        """Name a role, take one out, or show which there are."""
        with speaking(language_of(interaction)):
            settings = (await check_moderator(interaction)).settings
            if allow is not None and allow.is_default():
                raise PersonError(
                    _("@everyone may use the bot as long as no role is named. Remove the others.")
                )
            if allow is not None or remove is not None:

                def change(before: ServerSettings) -> ServerSettings:
                    return replace(
                        before,
                        allowed_roles=with_one(
                            before.allowed_roles,
                            allow.id if allow else None,
                            remove.id if remove else None,
                            most=MOST_ROLES,
                        ),
                    )

                _before, settings = await interaction.client.services.rules.change_settings(
                    server_of(interaction), change, by=interaction.user.id
                )
            named = mentions("@&", settings.allowed_roles)
            await changed(
                interaction,
                _("**Who may use the bot:** {roles}").format(
                    roles=named or _("every member of the server")
                ),
            )


def _until(until: float | None) -> str:
    return _("for good") if until is None else _("until <t:{when}:f>").format(when=round(until))


def _list(live: list[Block]) -> list[str]:
    if not live:
        return [_("Nobody is blocked here.")]
    lines = [_("## Who is blocked")]
    for block in live[:MOST_SHOWN]:
        line = _("<@{member}>, {until} · by <@{by}> <t:{at}:R>").format(
            member=block.member_id, until=_until(block.until), by=block.by, at=round(block.at)
        )
        if block.reason:
            secret = "" if block.told else " " + _("(they are not told)")
            line += f" · {shown(block.reason, _REASON_CHARACTERS)}{secret}"
        lines.append(line)
    if len(live) > MOST_SHOWN:
        lines.append("-# " + _("and {count} more").format(count=len(live) - MOST_SHOWN))
    return lines
