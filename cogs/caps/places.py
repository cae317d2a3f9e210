"""``/caps channels, pause``: where the bot may be used, and whether it may at all."""

from dataclasses import replace
from typing import TypeAlias

from discord import AppCommandOptionType, ChannelType, app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.errors import PersonError
from bot.language import _, speaking
from bot.server_settings import AgeRule, ServerSettings, with_places
from cogs.caps.rights import check_moderator
from cogs.interactions import Interaction, language_of, server_of
from cogs.ui.private_answer import changed
from cogs.ui.rule_words import mentions


class AnyPlace(app_commands.Transformer):
    """A channel or a category. Media channels are left out: Discord's description has none."""

    @property
    def type(self) -> AppCommandOptionType:
        """What Discord asks for."""
        return AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[ChannelType]:
        """What it offers."""
        return [
            ChannelType.text,
            ChannelType.news,
            ChannelType.forum,
            ChannelType.voice,
            ChannelType.category,
        ]

    async def transform(
        self,
        interaction: Interaction,  # type: ignore[override]
        value: app_commands.AppCommandChannel,
        /,
    ) -> app_commands.AppCommandChannel:
        """The channel itself."""
        del interaction
        return value


Place: TypeAlias = app_commands.Transform[app_commands.AppCommandChannel, AnyPlace]


class PlaceCommands(commands.Cog):
    """The part of ``/caps`` that is about where."""

    @app_commands.command(
        name=locale_str("channels"),
        description=locale_str("Where the bot may be used: everywhere, until you say otherwise"),
    )
    @app_commands.describe(
        only=locale_str("A channel or category for it; from the first one on, only there"),
        never=locale_str("A channel or category in which it is never used"),
        remove=locale_str("A channel or category that is no longer named"),
        age=locale_str("What holds for age-restricted channels"),
    )
    @app_commands.choices(
        age=[
            Choice(name=locale_str("the same as for others"), value=AgeRule.ANYWHERE.value),
            Choice(name=locale_str("the bot works only there"), value=AgeRule.REQUIRED.value),
            Choice(name=locale_str("the bot never works there"), value=AgeRule.NEVER.value),
        ]
    )
    async def channels(
        self,
        interaction: Interaction,
        *,
        only: Place | None = None,
        never: Place | None = None,
        remove: Place | None = None,
        age: str | None = None,
    ) -> None:
        """Name a place, take one out, or show which there are."""
        with speaking(language_of(interaction)):
            settings = (await check_moderator(interaction)).settings
            if only or never or remove or age:

                def change(before: ServerSettings) -> ServerSettings:
                    return with_places(
                        before,
                        only=only.id if only else None,
                        never=never.id if never else None,
                        remove=remove.id if remove else None,
                        age=AgeRule(age) if age else None,
                    )

                _before, settings = await interaction.client.services.rules.change_settings(
                    server_of(interaction), change, by=interaction.user.id
                )
            await changed(interaction, *_lines(settings))

    @app_commands.command(
        name=locale_str("pause"),
        description=locale_str("Stop the bot in this server for everybody, or let it go on"),
    )
    @app_commands.describe(paused=locale_str("True stops it, False lets it go on"))
    async def pause(self, interaction: Interaction, *, paused: bool) -> None:
        """Accept nothing new, or accept again; what is under way goes on."""
        with speaking(language_of(interaction)):
            await check_moderator(interaction)
            before, _after = await interaction.client.services.rules.change_settings(
                server_of(interaction),
                lambda known: replace(known, paused=paused),
                by=interaction.user.id,
            )
            if before.paused == paused:
                raise PersonError(
                    _("The bot is paused here already.")
                    if paused
                    else _("The bot is not paused here, so nothing was changed.")
                )
            await changed(
                interaction,
                *(
                    (
                        _("**The bot is paused in this server.**"),
                        _("What is under way goes on. `/caps pause` with False lets it go on."),
                    )
                    if paused
                    else (_("**The bot works in this server again.**"),)
                ),
            )


def _lines(settings: ServerSettings) -> list[str]:
    only = mentions("#", settings.only_channels)
    never = mentions("#", settings.never_channels)
    lines = [_("**Where the bot works:** {only}").format(only=only or _("everywhere"))]
    if never:
        lines.append(_("Never in {never}").format(never=never))
    if settings.age is AgeRule.REQUIRED:
        lines.append(_("Only in age-restricted channels."))
    if settings.age is AgeRule.NEVER:
        lines.append(_("Never in age-restricted channels."))
    lines.append(_("A channel's rule holds for its threads, a category's for its channels."))
    return lines
