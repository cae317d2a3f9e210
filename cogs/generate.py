"""The commands that make images: ``/imagine`` and ``/multishot``."""

from dataclasses import replace

import discord
import structlog
from discord import app_commands
from discord.app_commands import Choice, Range, locale_str
from discord.ext import commands

from bot.client import ShotlistClient
from bot.errors import PersonError
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
from cogs.character_rights import complete_character
from cogs.forms import open_form, refuse
from cogs.interactions import Interaction, language_of, server_of
from cogs.settle import request_of, settle
from cogs.ui.buttons import AmendButton, ImagesButton, KeepButton, RetryButton, StopButton
from cogs.ui.form import SHAPES

log = structlog.get_logger(__name__)


Images = Range[int, MIN_IMAGES, MAX_IMAGES]

_ASPECT_RATIOS = [Choice(name=name, value=shape.value) for shape, name in SHAPES.items()]
_RESOLUTIONS = [
    Choice(name=locale_str("1K"), value=Resolution.ONE_K.value),
    Choice(name=locale_str("2K"), value=Resolution.TWO_K.value),
]
_PROMPT = locale_str(
    "What to draw; leave it out for a form. --ar 16:9, --n 4 and --2k work in here"
)
_ASPECT_RATIO = locale_str("The shape of the images (square unless you choose)")
_RESOLUTION = locale_str("How large the images are (1K unless you choose)")
_PRIVATE = locale_str("Only you see the request and its images")
_CHARACTER = locale_str("A character: its pictures and notes are added. Begin to type its name")
_SPOILER = locale_str("Hide the images until somebody presses them")
_FRESH = locale_str("Take nothing from this thread: neither its pictures nor its settings")
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
        character=_CHARACTER,
        spoiler=_SPOILER,
        fresh=_FRESH,
        **{f"reference{number}": _REFERENCE for number in range(1, 11)},
    )
    async def imagine(
        self,
        interaction: Interaction,
        *,
        prompt: str | None = None,
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
        character: str | None = None,
        spoiler: bool = False,
        fresh: bool = False,
    ) -> None:
        """Make images from words and up to ten pictures."""
        first_five = (reference1, reference2, reference3, reference4, reference5)
        last_five = (reference6, reference7, reference8, reference9, reference10)
        with speaking(language_of(interaction)):
            wish = Wish(
                Mode.IMAGINE,
                prompt=prompt or "",
                references=_references(*first_five, *last_five),
                aspect_ratio=AspectRatio(aspect_ratio) if aspect_ratio else None,
                resolution=Resolution(resolution) if resolution else None,
                num_images=num_images,
                private=private,
                spoiler=spoiler,
                fresh=fresh,
            )
            await _answer(interaction, wish, character, ask=prompt is None)

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
        character=_CHARACTER,
        spoiler=_SPOILER,
        fresh=_FRESH,
    )
    async def multishot(
        self,
        interaction: Interaction,
        *,
        prompt: str | None = None,
        reference: discord.Attachment | None = None,
        num_images: Images | None = None,
        aspect_ratio: str | None = None,
        resolution: str | None = None,
        private: bool | None = None,
        character: str | None = None,
        spoiler: bool = False,
        fresh: bool = False,
    ) -> None:
        """Make several shots of the one person or thing in a picture."""
        with speaking(language_of(interaction)):
            wish = Wish(
                Mode.MULTISHOT,
                prompt=prompt or "",
                references=_references(reference),
                aspect_ratio=AspectRatio(aspect_ratio) if aspect_ratio else None,
                resolution=Resolution(resolution) if resolution else None,
                num_images=num_images,
                private=private,
                spoiler=spoiler,
                fresh=fresh,
            )
            await _answer(interaction, wish, character, ask=prompt is None)

    @imagine.autocomplete("character")
    @multishot.autocomplete("character")
    async def _complete(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        with speaking(language_of(interaction)):
            return await complete_character(interaction, typed)


async def _character(interaction: Interaction, typed: str | None) -> str | None:
    """The id of the character that was chosen or typed; raises ``PersonError`` for none such."""
    if typed is None:
        return None
    characters = interaction.client.services.characters
    found = await characters.named(server_of(interaction), interaction.user.id, typed)
    return found.id


async def _answer(
    interaction: Interaction, wish: Wish, character: str | None, *, ask: bool
) -> None:
    """Begin what is wished for; where there is no prompt, ask for it in the form.

    What is refused can be mended in the form: Discord does not give a command back.
    """
    try:
        wish = replace(wish, character_id=await _character(interaction, character))
        if not ask:
            await begin(interaction, await request_of(interaction, await settle(interaction, wish)))
    except PersonError as error:
        await refuse(interaction, wish, error)
        return
    if ask:
        await open_form(interaction, wish)


def _references(*attachments: discord.Attachment | None) -> tuple[Reference, ...]:
    return tuple(reference_of(attachment) for attachment in attachments if attachment)


async def setup(bot: ShotlistClient) -> None:
    """Add the commands and the buttons of what they show; called by discord.py."""
    bot.add_dynamic_items(StopButton, KeepButton, RetryButton, AmendButton, ImagesButton)
    await bot.add_cog(Generate())
