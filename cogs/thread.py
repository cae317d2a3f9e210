"""``/thread``: what holds in a thread, one step back, and all of it as a ZIP."""

from dataclasses import replace

import discord
import structlog
from discord import app_commands
from discord.app_commands import Choice, Range, locale_str
from discord.ext import commands

from bot.character import folded
from bot.client import ShotlistClient
from bot.errors import PersonError, StorageError
from bot.generation import MAX_IMAGES, MIN_IMAGES, AspectRatio, Resolution
from bot.language import _, speaking
from bot.wishes import Preset
from cogs.attachments import reference_of
from cogs.interactions import Interaction, language_of, server_of
from cogs.thread_export import Exports
from cogs.thread_sheets import Sheets
from cogs.thread_steps import change_here, use_here, with_bytes_kept
from cogs.thread_undo import answer, summary, thread_of, thread_to_change, undo_here
from cogs.ui.layout import card, paragraph
from cogs.ui.thread_buttons import ContinueButton, UseHereButton
from cogs.ui.undo_button import UndoButton

__all__ = ["ThreadCommands", "use_here"]

log = structlog.get_logger(__name__)

_MOST_CHOICES, _CHOICE_CHARACTERS = 25, 100
_ACCENT = 0x5865F2
_SHAPES = [
    Choice(name=locale_str("automatic"), value=shape.value)
    if shape is AspectRatio.AUTO
    else Choice(name=shape.value, value=shape.value)
    for shape in AspectRatio
]
_SIZES = [Choice(name=size.value.upper(), value=size.value) for size in Resolution]


class ThreadCommands(commands.Cog):
    """The commands for threads, which work inside one."""

    thread = app_commands.Group(
        name=locale_str("thread"),
        description=locale_str("What counts and holds in this thread"),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=False, private_channel=False
        ),
    )

    def __init__(self, exports: Exports) -> None:
        self._exports = exports

    @thread.command(
        name=locale_str("settings"),
        description=locale_str("Show or change what counts and holds in this thread"),
    )
    @app_commands.choices(aspect_ratio=_SHAPES, resolution=_SIZES)
    @app_commands.describe(
        picture=locale_str("From now on this picture counts here"),
        character=locale_str("From now on this character counts here: begin to type its name"),
        aspect_ratio=locale_str("The shape of the images that are made here"),
        resolution=locale_str("How large the images are that are made here"),
        num_images=locale_str("How many images a request makes here, 1 to 9"),
        reset=locale_str("First let nothing count and hold any more"),
    )
    async def settings(
        self,
        interaction: Interaction,
        *,
        picture: discord.Attachment | None = None,
        character: str | None = None,
        aspect_ratio: str | None = None,
        resolution: str | None = None,
        num_images: Range[int, MIN_IMAGES, MAX_IMAGES] | None = None,
        reset: bool = False,
    ) -> None:
        """Change what was named and answer in private; without options, show what holds."""
        with speaking(language_of(interaction)):
            settings: dict[str, object] = {
                name: value
                for name, value in (
                    ("aspect_ratio", AspectRatio(aspect_ratio) if aspect_ratio else None),
                    ("resolution", Resolution(resolution) if resolution else None),
                    ("num_images", num_images),
                )
                if value is not None
            }
            if not (picture or character or settings or reset):
                await _show(interaction)
                return
            thread_to_change(interaction)
            if picture and character:
                raise PersonError(
                    _("Either a picture or a character counts in a thread. Give one of them.")
                )
            if character:
                found = await interaction.client.services.characters.named(
                    server_of(interaction), interaction.user.id, character
                )
                settings |= {"references": (), "character_id": found.id}
            if picture:
                kept = await with_bytes_kept(interaction, reference_of(picture))
                settings |= {"references": (kept,), "character_id": None}

            def changed(held: Preset) -> Preset:
                return replace(Preset() if reset else held, **settings)  # type: ignore[arg-type]

            await change_here(interaction, changed, _("**From now on this holds here:**"))

    @settings.autocomplete("character")
    async def _complete(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        try:
            usable = await interaction.client.services.characters.usable(
                server_of(interaction), interaction.user.id
            )
        except (PersonError, StorageError) as error:
            log.info("nothing to complete with", reason=str(error))
            return []
        wanted = folded(typed.strip())
        return [
            Choice(name=each.name[:_CHOICE_CHARACTERS], value=each.id)
            for each in usable
            if wanted in folded(each.name)
        ][:_MOST_CHOICES]

    @thread.command(
        name=locale_str("undo"),
        description=locale_str("Take back the last change of what counts and holds in this thread"),
    )
    async def undo(self, interaction: Interaction) -> None:
        """Go back one step and answer in private with what holds now."""
        with speaking(language_of(interaction)):
            await undo_here(interaction)

    @thread.command(
        name=locale_str("export"),
        description=locale_str("All images of this thread as a ZIP, with prompts and settings"),
    )
    async def export(self, interaction: Interaction) -> None:
        """Answer in private with one ZIP, or several where one would be too large."""
        with speaking(language_of(interaction)):
            await self._exports.send(interaction, thread_of(interaction))


async def _show(interaction: Interaction) -> None:
    """Answer in private with what holds, where the sheet is, and what can be done."""
    channel = thread_of(interaction)
    services = interaction.client.services
    thread = await services.threads.get(channel.id)
    mention = services.command_ids.mention
    if thread is None:
        lines = [
            _("**Nothing is set in this thread**, so each request says all of it."),
            _(
                "{settings} sets a picture or a character, a shape, a size, a number. *Use here* "
                "under a result lets its picture count."
            ).format(settings=mention("thread settings")),
        ]
    else:
        lines = [_("**This holds here:**"), *await summary(interaction, thread)]
        if thread.sheet_message_id is not None:
            lines.append(
                _("The sheet: {link}").format(
                    link="https://discord.com/channels/"
                    f"{thread.server_id}/{thread.id}/{thread.sheet_message_id}"
                )
            )
        lines.append(
            _("-# changed by {person} <t:{when}:R> · {undo} takes it back").format(
                person=f"<@{thread.member_id}>",
                when=round(thread.changed_at),
                undo=mention("thread undo"),
            )
        )
    await answer(interaction, card(paragraph(*lines), accent=_ACCENT))


async def setup(bot: ShotlistClient) -> None:
    """Add the command, the sheets and the buttons; called by discord.py."""
    bot.add_dynamic_items(ContinueButton, UseHereButton, UndoButton)
    await bot.add_cog(Sheets(bot))
    await bot.add_cog(ThreadCommands(Exports()))
