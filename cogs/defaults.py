"""``/defaults``: what holds for oneself unless a request says otherwise, in every server."""

from dataclasses import replace

import discord
from discord import app_commands, ui
from discord.app_commands import Choice, Range, locale_str
from discord.ext import commands

from bot.client import ShotlistClient
from bot.generation import MAX_IMAGES, MIN_IMAGES, AspectRatio, Mode, Resolution
from bot.language import _, speaking
from bot.wishes import Preset
from cogs.interactions import Interaction, language_of
from cogs.ui.form import SHAPES
from cogs.ui.layout import card, paragraph

_ASPECT_RATIOS = [Choice(name=name, value=shape.value) for shape, name in SHAPES.items()]
_RESOLUTIONS = [Choice(name=size.value.upper(), value=size.value) for size in Resolution]
_ACCENT = 0x5865F2


class Defaults(commands.Cog):
    """Changes one's own defaults, and shows them."""

    @app_commands.command(
        name=locale_str("defaults"),
        description=locale_str("Show or change what your requests take unless you say otherwise"),
    )
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    @app_commands.choices(aspect_ratio=_ASPECT_RATIOS, resolution=_RESOLUTIONS)
    @app_commands.describe(
        aspect_ratio=locale_str("The shape of your images"),
        resolution=locale_str("How large your images are"),
        num_images=locale_str("How many images /imagine makes, 1 to 9"),
        private=locale_str("Whether only you see your requests and their images"),
        reset=locale_str("First forget all that was set before"),
    )
    async def defaults(
        self,
        interaction: Interaction,
        *,
        aspect_ratio: str | None = None,
        resolution: str | None = None,
        num_images: Range[int, MIN_IMAGES, MAX_IMAGES] | None = None,
        private: bool | None = None,
        reset: bool = False,
    ) -> None:
        """Change what was named and answer in private with all that holds then."""
        services = interaction.client.services
        with speaking(language_of(interaction)):
            before = await services.preferences.of(interaction.user.id)
            start = Preset() if reset else before
            after = replace(
                start,
                aspect_ratio=AspectRatio(aspect_ratio) if aspect_ratio else start.aspect_ratio,
                resolution=Resolution(resolution) if resolution else start.resolution,
                num_images=start.num_images if num_images is None else num_images,
                private=start.private if private is None else private,
            )
            if after != before:
                await services.preferences.set(interaction.user.id, after)
            await interaction.response.send_message(
                view=defaults_card(after, changed=after != before),
                ephemeral=True,
                allowed_mentions=discord.AllowedMentions.none(),
            )


def defaults_card(preset: Preset, *, changed: bool = False) -> ui.LayoutView:
    """What holds for someone, and where it does not."""
    shape = _shape(preset.aspect_ratio or AspectRatio.SQUARE)
    size = (preset.resolution or Resolution.ONE_K).value.upper()
    count = preset.num_images or Mode.IMAGINE.default_images
    private = _("only you see them") if preset.private else _("everybody in the channel sees them")
    lines = [
        _line(_("Shape"), shape, own=preset.aspect_ratio is not None),
        _line(_("Size"), size, own=preset.resolution is not None),
        _line(_("Images of /imagine"), str(count), own=preset.num_images is not None),
        _line(_("Requests and images"), private, own=preset.private is not None),
    ]
    return card(
        paragraph(
            _("### Your defaults, from now on") if changed else _("### Your defaults"), *lines
        ),
        paragraph(
            "-# "
            + _(
                "They hold for you in every server. What you say in a request goes first, then "
                "what holds in a thread. The number is for /imagine alone: /multishot makes "
                "{shots} unless you say otherwise."
            ).format(shots=Mode.MULTISHOT.default_images),
            *(
                ["-# " + _("`reset: True` takes back all that you have set.")]
                if preset != Preset()
                else []
            ),
        ),
        accent=_ACCENT,
    )


def _line(what: str, value: str, *, own: bool) -> str:
    whose = _("set by you") if own else _("as for everybody")
    return f"**{what}** {value} · {whose}"


def _shape(shape: AspectRatio) -> str:
    return _("automatic") if shape is AspectRatio.AUTO else shape.value


async def setup(bot: ShotlistClient) -> None:
    """Add the command; called by discord.py."""
    await bot.add_cog(Defaults())
