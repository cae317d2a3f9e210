"""``/caps moderators`` and ``zone``: who else may use ``/caps``, and where the day begins."""

from dataclasses import replace

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.errors import PersonError
from bot.language import _, speaking
from bot.server_settings import MOST_ROLES, ServerSettings, matching_zones, time_zone, with_one
from cogs.caps.rights import check_moderator
from cogs.interactions import Interaction, language_of, server_of
from cogs.ui.private_answer import changed

MOST_CHOICES = 25
"""Discord shows no more while something is typed."""


class ServerCommands(commands.Cog):
    """The part of ``/caps`` that is about the server itself."""

    @app_commands.command(
        name=locale_str("moderators"),
        description=locale_str("Roles that may use all of /caps, beside who manages the server"),
    )
    @app_commands.describe(
        add=locale_str("A role that may from now on"),
        remove=locale_str("A role that may no longer"),
    )
    async def moderators(
        self,
        interaction: Interaction,
        *,
        add: discord.Role | None = None,
        remove: discord.Role | None = None,
    ) -> None:
        """Name a role, take one out, or show which there are."""
        with speaking(language_of(interaction)):
            known = await check_moderator(interaction)
            settings = known.settings
            if add is not None and add.is_default():
                raise PersonError(
                    _("@everyone would let everybody set everything. Name a role of moderators.")
                )
            if add is not None or remove is not None:

                def change(before: ServerSettings) -> ServerSettings:
                    roles = with_one(
                        before.moderator_roles,
                        add.id if add else None,
                        remove.id if remove else None,
                        most=MOST_ROLES,
                    )
                    return replace(before, moderator_roles=roles)

                _before, settings = await interaction.client.services.rules.change_settings(
                    server_of(interaction), change, by=interaction.user.id
                )
            roles = " ".join(f"<@&{role_id}>" for role_id in settings.moderator_roles)
            lines = [
                _("**Roles that may use `/caps`:** {roles}").format(roles=roles or _("none")),
                _("Who may manage the server always may."),
            ]
            if roles:
                lines.append(
                    _(
                        "Discord shows them the command once you allow it: Server Settings, "
                        "Integrations, this bot, `/caps` and *Who made this*: add the role to both."
                    )
                )
            await changed(interaction, *lines)

    @app_commands.command(
        name=locale_str("zone"),
        description=locale_str("The time zone in whose midnights days, weeks and months begin"),
    )
    @app_commands.describe(zone=locale_str("Begin to type: a continent, or a city"))
    async def zone(self, interaction: Interaction, *, zone: str) -> None:
        """Set the server's time zone."""
        with speaking(language_of(interaction)):
            await check_moderator(interaction)
            name = time_zone(zone)
            before, after = await interaction.client.services.rules.change_settings(
                server_of(interaction),
                lambda known: replace(known, time_zone=name),
                by=interaction.user.id,
            )
            await changed(
                interaction,
                _("**The time zone is {zone}.** Before, it was {before}.").format(
                    zone=after.time_zone, before=before.time_zone
                ),
                _("Each request counts on the day on which it was made, by the zone of then."),
            )

    @zone.autocomplete("zone")
    async def _complete_zone(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        del interaction
        return [Choice(name=name, value=name) for name in matching_zones(typed)[:MOST_CHOICES]]
