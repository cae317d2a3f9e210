"""``/caps log``: the channel that tells moderators what happens."""

from dataclasses import replace

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.errors import PersonError
from bot.language import _, speaking
from bot.server_settings import ServerSettings
from cogs.caps.rights import check_moderator
from cogs.interactions import Interaction, language_of, server_of
from cogs.ui.private_answer import changed


class LogCommands(commands.Cog):
    """The part of ``/caps`` that is about the log channel."""

    @app_commands.command(
        name=locale_str("log"),
        description=locale_str("A channel that shows who made what, refusals and changes"),
    )
    @app_commands.describe(
        channel=locale_str("Where: one that only moderators can read"),
        off=locale_str("No log channel any more"),
        private=locale_str("Whether it shows prompts of private results too (not by default)"),
    )
    async def log(
        self,
        interaction: Interaction,
        *,
        channel: discord.TextChannel | None = None,
        off: bool = False,
        private: bool | None = None,
    ) -> None:
        """Name the channel, or none, and what of private results is shown."""
        with speaking(language_of(interaction)):
            settings = (await check_moderator(interaction)).settings
            if channel is not None and off:
                raise PersonError(_("Name a channel, or give `off: True`: not both."))
            if channel is not None:
                _check_may_post(interaction, channel)
            if channel is not None or off or private is not None:

                def change(before: ServerSettings) -> ServerSettings:
                    where = channel.id if channel else None if off else before.log_channel
                    prompts = before.log_private if private is None else private
                    return replace(before, log_channel=where, log_private=prompts)

                _before, settings = await interaction.client.services.rules.change_settings(
                    server_of(interaction), change, by=interaction.user.id
                )
            where = f"<#{settings.log_channel}>" if settings.log_channel else _("none")
            seen_by_all = channel is not None and _is_open(channel)
            await changed(
                interaction,
                _("**Log channel:** {channel}").format(channel=where),
                _("Prompts of private results are shown there.")
                if settings.log_private
                else _("Of private results it shows who, when and how much, and no prompt."),
                *(
                    [_("Everybody can read that channel: close it to all but moderators.")]
                    if seen_by_all
                    else []
                ),
            )


def _is_open(channel: discord.TextChannel) -> bool:
    """Whether every member can read it."""
    return channel.permissions_for(channel.guild.default_role).view_channel


def _check_may_post(interaction: Interaction, channel: discord.TextChannel) -> None:
    """Raise ``PersonError`` that names what the bot may not do there."""
    may = channel.permissions_for(channel.guild.me)
    missing = [
        words
        for allowed, words in (
            (may.view_channel, _("View Channel")),
            (may.send_messages, _("Send Messages")),
        )
        if not allowed
    ]
    if missing:
        raise PersonError(
            _(
                "I cannot post in {channel}: give me {permissions} there, and send this again."
            ).format(channel=channel.mention, permissions=", ".join(missing))
        )
