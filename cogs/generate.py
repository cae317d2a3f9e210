"""The commands that make images: ``/imagine`` and ``/multishot``."""

import discord
from discord import app_commands
from discord.app_commands import Choice, Range, locale_str
from discord.ext import commands

from bot.client import ShotlistClient
from bot.generation import (
    MAX_IMAGES,
    MIN_IMAGES,
    AspectRatio,
    Mode,
    Reference,
    Resolution,
)
from bot.language import speaking
from bot.wishes import Wish
from cogs.accept import begin
from cogs.attachments import reference_of
from cogs.interactions import Interaction, language_of
from cogs.settle import request_of, settle
from cogs.ui.buttons import ImagesButton, KeepButton, RetryButton, StopButton

Images = Range[int, MIN_IMAGES, MAX_IMAGES]

_ASPECT_RATIOS = [
    Choice(name=locale_str("1:1 square"), value=AspectRatio.SQUARE.value),
    Choice(name=locale_str("16:9 wide"), value=AspectRatio.WIDE.value),
    Choice(name=locale_str("9:16 tall, a phone's screen"), value=AspectRatio.TALL.value),
    Choice(name=locale_str("4:3 landscape"), value=AspectRatio.LANDSCAPE_4_3.value),
    Choice(name=locale_str("3:4 portrait"), value=AspectRatio.PORTRAIT_3_4.value),
    Choice(name=locale_str("3:2 landscape, a photo"), value=AspectRatio.LANDSCAPE_3_2.value),
    Choice(name=locale_str("2:3 portrait, a photo"), value=AspectRatio.PORTRAIT_2_3.value),
    Choice(name=locale_str("21:9 very wide, cinema"), value=AspectRatio.CINEMA.value),
    Choice(name=locale_str("automatic"), value=AspectRatio.AUTO.value),
]
_RESOLUTIONS = [
    Choice(name=locale_str("1K"), value=Resolution.ONE_K.value),
    Choice(name=locale_str("2K"), value=Resolution.TWO_K.value),
]
_PROMPT = locale_str("What to draw. --ar 16:9, --n 4 and --2k work in here too")
_ASPECT_RATIO = locale_str("The shape of the images (square unless you choose)")
_RESOLUTION = locale_str("How large the images are (1K unless you choose)")
_PRIVATE = locale_str("Only you see the request and its images")
_REFERENCE = locale_str("A picture to work from: JPEG, PNG, WebP or a still GIF, up to 10 MB")


class Generate(commands.Cog):
    """Parses the options, merges what was typed, and hands the generation on."""

    @app_commands.command(
        name=locale_str("imagine"),
        description=locale_str("Make images from words and up to ten pictures"),
    )
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    @app_commands.choices(aspect_ratio=_ASPECT_RATIOS, resolution=_RESOLUTIONS)
    @app_commands.describe(
        prompt=_PROMPT,
        aspect_ratio=_ASPECT_RATIO,
        resolution=_RESOLUTION,
        num_images=locale_str(
            "How many images, 1 to 9 (1 unless you choose; the price is the same)"
        ),
        private=_PRIVATE,
        **{f"reference{number}": _REFERENCE for number in range(1, 11)},
    )
    async def imagine(
        self,
        interaction: Interaction,
        *,
        prompt: str,
        reference1: discord.Attachment | None = None,
        reference2: discord.Attachment | None = None,
        reference3: discord.Attachment | None = None,
        reference4: discord.Attachment | None = None,
        reference5: discord.Attachment | None = None,
        reference6: discord.Attachment | None = None,
        reference7: discord.Attachment | None = None,
        reference8: discord.Attachment | None = None,
        reference9: discord.Attachment | None = None,
        reference10: discord.Attachment | None = None,
        aspect_ratio: str | None = None,
        resolution: str | None = None,
        num_images: Images | None = None,
        private: bool | None = None,
    ) -> None:
        """Make images from words and up to ten pictures."""
        first_five = (reference1, reference2, reference3, reference4, reference5)
        last_five = (reference6, reference7, reference8, reference9, reference10)
        with speaking(language_of(interaction)):
            wish = Wish(
                Mode.IMAGINE,
                prompt=prompt,
                references=_references(*first_five, *last_five),
                aspect_ratio=AspectRatio(aspect_ratio) if aspect_ratio else None,
                resolution=Resolution(resolution) if resolution else None,
                num_images=num_images,
                private=private,
            )
            await begin(interaction, await request_of(interaction, await settle(interaction, wish)))

    @app_commands.command(
        name=locale_str("multishot"),
        description=locale_str("Make several shots of the one person or thing in a picture"),
    )
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    @app_commands.choices(aspect_ratio=_ASPECT_RATIOS, resolution=_RESOLUTIONS)
    @app_commands.describe(
        prompt=_PROMPT,
        reference=locale_str("The picture of who or what stays the same"),
        num_images=locale_str(
            "How many shots, 1 to 9 (4 unless you choose; the price is the same)"
        ),
        aspect_ratio=_ASPECT_RATIO,
        resolution=_RESOLUTION,
        private=_PRIVATE,
    )
    async def multishot(
        self,
        interaction: Interaction,
        *,
        prompt: str,
        reference: discord.Attachment | None = None,
        num_images: Images | None = None,
        aspect_ratio: str | None = None,
        resolution: str | None = None,
        private: bool | None = None,
    ) -> None:
        """Make several shots of the one person or thing in a picture."""
        with speaking(language_of(interaction)):
            wish = Wish(
                Mode.MULTISHOT,
                prompt=prompt,
                references=_references(reference),
                aspect_ratio=AspectRatio(aspect_ratio) if aspect_ratio else None,
                resolution=Resolution(resolution) if resolution else None,
                num_images=num_images,
                private=private,
            )
            await begin(interaction, await request_of(interaction, await settle(interaction, wish)))


def _references(*attachments: discord.Attachment | None) -> tuple[Reference, ...]:
    return tuple(reference_of(attachment) for attachment in attachments if attachment)


async def setup(bot: ShotlistClient) -> None:
    """Add the commands and the buttons of what they show; called by discord.py."""
    bot.add_dynamic_items(StopButton, KeepButton, RetryButton, ImagesButton)
    await bot.add_cog(Generate())
