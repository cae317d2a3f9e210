"""``/caps limits``: what is limited apart from credits, for everyone and for single roles."""

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.errors import PersonError
from bot.language import _, speaking
from bot.server_settings import ServerSettings, with_limits
from bot.spans import span
from cogs.caps.rights import check_moderator
from cogs.interactions import Interaction, language_of, server_of
from cogs.ui.layout import paragraph
from cogs.ui.private_answer import answer
from cogs.ui.rule_words import limit_words

LONGEST_PAUSE = 7 * 86_400
_FREE = "none"


class LimitCommands(commands.Cog):
    """The part of ``/caps`` that limits what is not credits."""

    @app_commands.command(
        name=locale_str("limits"),
        description=locale_str("Requests at once, a pause between them, size, number, privacy"),
    )
    @app_commands.describe(
        role=locale_str("For this role alone: the most generous of one's roles counts"),
        at_once=locale_str("How many requests of one member may be under way; 0 is none at all"),
        pause=locale_str("How long to wait between two requests, such as 30s or 5 min"),
        images=locale_str("How many images one request may ask for"),
        resolution=locale_str("The largest size"),
        private=locale_str("Whether results may be private"),
        reset=locale_str("Forget all limits of the role, or everyone's if no role is named"),
    )
    @app_commands.choices(
        resolution=[Choice(name="1K", value=1), Choice(name="2K", value=2)],
    )
    async def limits(
        self,
        interaction: Interaction,
        *,
        role: discord.Role | None = None,
        at_once: app_commands.Range[int, 0, 100] | None = None,
        pause: str | None = None,
        images: app_commands.Range[int, 1, 9] | None = None,
        resolution: int | None = None,
        private: bool | None = None,
        reset: bool = False,
    ) -> None:
        """Change the limits that were named, and show all."""
        with speaking(language_of(interaction)):
            settings = (await check_moderator(interaction)).settings
            if role is not None and role.is_default():
                role = None  # @everyone: those of everyone
            operators = interaction.client.services.settings.max_jobs_per_member
            if at_once is not None and at_once > operators:
                raise PersonError(
                    _(
                        "The bot's operator allows {most} requests at once; a server can only "
                        "lower that. You gave {given}."
                    ).format(most=operators, given=at_once)
                )
            named = {
                "at_once": at_once,
                "pause": None if pause is None else _pause(pause),
                "images": images,
                "side": resolution,
                "private": private,
            }
            given = {name: value for name, value in named.items() if value is not None}
            if reset and given:
                raise PersonError(_("`reset` forgets all limits: give it alone, or leave it out."))
            if reset or given:

                def change(before: ServerSettings) -> ServerSettings:
                    return with_limits(before, role.id if role else None, None if reset else given)

                _before, settings = await interaction.client.services.rules.change_settings(
                    server_of(interaction), change, by=interaction.user.id
                )
            await answer(interaction, paragraph(*_lines(settings, operators)))


def _pause(typed: str) -> int:
    zero = typed.strip().casefold() in {"0", "0s", _FREE}
    return 0 if zero else span(typed, most=LONGEST_PAUSE)


def _lines(settings: ServerSettings, operators: int) -> list[str]:
    lines = [
        _("## Limits"),
        _("**Everyone** {limits}").format(limits=limit_words(settings.limits) or _("no limits")),
    ]
    lines += [
        f"<@&{role_id}> {limit_words(limits) or _('as everyone')}"
        for role_id, limits in settings.role_limits
    ]
    lines.append(
        "-# "
        + _(
            "Of several roles the most generous counts. The operator allows {most} at once."
        ).format(most=operators)
    )
    return lines
