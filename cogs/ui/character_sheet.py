"""A character as its people see it: a sheet with all its pictures, and what is pressed there."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Self

import discord
import structlog
from discord import ui

from bot.character import MAX_NAME_CHARACTERS, MAX_NOTES_CHARACTERS, Character
from bot.errors import PictureError
from bot.generation import Mode, Reference
from bot.jobs.job import Job
from bot.jobs.states import State
from bot.language import _, ngettext
from bot.services import Services
from bot.storage.schema import DIRECT_MESSAGES
from bot.wishes import Wish
from cogs.access import may_see
from cogs.character_rights import (
    character_here,
    check_may_take_away,
    check_owner,
    is_owner,
    may_take_away,
)
from cogs.forms import open_form
from cogs.interactions import Interaction
from cogs.thread_sheets import sheets_of
from cogs.ui.captions import ALT_CHARACTERS
from cogs.ui.job_items import JobButton
from cogs.ui.layout import card, gallery, line, paragraph, row
from cogs.ui.plain_text import cut, readable, shown

log = structlog.get_logger(__name__)

PREVIEW_SIDE = 1024
"""Pixels of a picture on a sheet. Ten of them go into one message, whatever they came from."""

_LAST_RESULTS = 3
_LABEL_CHARACTERS = 80
_ACCENT, _DANGER = 0x5865F2, 0xDA373C


@dataclass(frozen=True, slots=True)
class Sheet:
    """A character and what is known of its use. ``links`` are addresses of its last results."""

    character: Character
    used: int
    links: tuple[str, ...] = ()


async def send_sheet(interaction: Interaction, character: Character, *said: str) -> None:
    """Answer the deferred ``interaction`` in private with what was ``said`` and the sheet."""
    services = interaction.client.services
    previews = await asyncio.gather(*(_preview(services, each) for each in character.references))
    files = {
        f"picture{number}.jpg": data
        for number, data in enumerate(previews, start=1)
        if data is not None
    }
    await interaction.followup.send(
        view=sheet_view(interaction, await _sheet(interaction, character), list(files), said=said),
        files=[discord.File(BytesIO(data), name) for name, data in files.items()],
        ephemeral=True,
        allowed_mentions=discord.AllowedMentions.none(),
    )


async def redraw_sheet(interaction: Interaction, character: Character) -> None:
    """Let the sheet on which a button was pressed show ``character`` as it is now.

    The press has been deferred. The pictures stay as they are.
    """
    message = interaction.message
    attached = message.attachments if message else []
    await interaction.edit_original_response(
        view=sheet_view(
            interaction,
            await _sheet(interaction, character),
            [each.filename for each in attached],
        ),
        attachments=attached,
        allowed_mentions=discord.AllowedMentions.none(),
    )


async def ask_to_delete(interaction: Interaction, character: Character) -> None:
    """Answer ``interaction`` in private with the question whether to delete it."""
    words = _(
        "### Delete {name}?\nIts pictures and notes are forgotten, and threads that use it have to "
        "be given another. Images that were made with it stay."
    ).format(name=name_of(character))
    lines = [words]
    if not is_owner(interaction, character):
        lines.append(_("It is <@{owner}>'s, and shared.").format(owner=character.owner_id))
    await interaction.response.send_message(
        view=card(
            paragraph(*lines), row(DeleteButton(character.id, character.name)), accent=_DANGER
        ),
        ephemeral=True,
        allowed_mentions=discord.AllowedMentions.none(),
    )


def sheet_view(
    interaction: Interaction, sheet: Sheet, filenames: Sequence[str], *, said: Sequence[str] = ()
) -> ui.LayoutView:
    """The sheet with the pictures in these files, and what its reader may do with it."""
    character = sheet.character
    notes = [f"> {shown(character.notes, MAX_NOTES_CHARACTERS)}"] if character.notes else []
    return card(
        paragraph(*said) if said else None,
        paragraph(f"### {name_of(character)}", *notes),
        gallery(_captions(character, filenames)),
        paragraph(*_small_print(sheet, missing=len(character.references) - len(filenames))),
        row(
            UseButton(character.id, Mode.IMAGINE, character.name),
            UseButton(character.id, Mode.MULTISHOT, character.name),
        ),
        row(
            _share_button(interaction, character),
            AskButton(character.id) if may_take_away(interaction, character) else None,
        ),
        accent=_ACCENT,
    )


async def _sheet(interaction: Interaction, character: Character) -> Sheet:
    services = interaction.client.services
    uses = await services.characters.uses(character.id, _LAST_RESULTS)
    links: list[str] = []
    for job_id in uses.last:
        job = await services.store.get(job_id)
        if job is not None and job.link and await _is_to_be_seen(interaction, job):
            links.append(job.link)
    return Sheet(character, uses.count, tuple(links))


async def _is_to_be_seen(interaction: Interaction, job: Job) -> bool:
    """Whether the message that shows the end of ``job`` is there for the sheet's reader too."""
    there = job.state is State.DONE and not job.place.private and job.deleted_at is None
    return there and await may_see(interaction, job)


async def _preview(services: Services, reference: Reference) -> bytes | None:
    """The picture as it is shown on a sheet; ``None`` where it cannot be shown."""
    try:
        return await services.pictures.preview(reference.sha256 or "", PREVIEW_SIDE)
    except PictureError as error:
        log.error("a kept picture cannot be read", sha256=reference.sha256, reason=str(error))
        return None


def _captions(character: Character, filenames: Sequence[str]) -> list[tuple[str, str]]:
    words = _("Picture {number} of {total} of {name}")
    return [
        (
            filename,
            cut(
                words.format(number=number, total=len(filenames), name=readable(character.name)),
                ALT_CHARACTERS,
            ),
        )
        for number, filename in enumerate(filenames, start=1)
    ]


def _small_print(sheet: Sheet, *, missing: int) -> list[str]:
    character = sheet.character
    whose = (
        _("<@{owner}>'s, shared with everybody in this server")
        if character.shared
        else _("<@{owner}>'s, private")
    ).format(owner=character.owner_id)
    used = ngettext("used {count} time", "used {count} times", sheet.used).format(count=sheet.used)
    since = _("since <t:{when}:D>").format(when=round(character.created_at))
    lines = [
        f"{whose} · {since}",
        f"{picture_count(character)} · {used if sheet.used else _('not used yet')}",
    ]
    if sheet.links:
        lines.append(_("Last results: {links}").format(links=" ".join(sheet.links)))
    if missing:
        lines.append(
            ngettext(
                "{count} picture cannot be shown: it is no longer kept.",
                "{count} pictures cannot be shown: they are no longer kept.",
                missing,
            ).format(count=missing)
        )
    return [f"-# {each}" for each in lines]


def _share_button(
    interaction: Interaction, character: Character
) -> "ShareButton | UnshareButton | None":
    """What changes who may use it; direct messages have nobody to share with."""
    if character.shared:
        return UnshareButton(character.id) if may_take_away(interaction, character) else None
    mine = is_owner(interaction, character) and character.server_id != DIRECT_MESSAGES
    return ShareButton(character.id) if mine else None


def picture_count(character: Character) -> str:
    """Such as "3 pictures"."""
    count = len(character.references)
    return ngettext("{count} picture", "{count} pictures", count).format(count=count)


def name_of(character: Character) -> str:
    """Its name inside a text of ours."""
    return shown(character.name, MAX_NAME_CHARACTERS)


# --- what is pressed: each carries the character's id in place of a job's ---


class UseButton(JobButton, template=r"charuse:(?P<job>[a-z0-9]{1,16})-(?P<mode>imagine|multishot)"):
    """Opens the form for images of a character, or for several shots of it."""

    action = "charuse"
    style = discord.ButtonStyle.primary

    def __init__(self, character_id: str, mode: Mode, name: str = "") -> None:
        self._mode = mode
        self._name = name
        super().__init__(character_id, about=f"{character_id}-{mode}")

    def label(self) -> str:
        """With the character's name."""
        words = {
            Mode.IMAGINE: _("Imagine with {name}"),
            Mode.MULTISHOT: _("Multi-shot with {name}"),
        }[self._mode]
        return _labelled(words, self._name)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        del interaction, item
        return cls(match["job"], Mode(match["mode"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with the form."""
        character = await character_here(interaction, self.job_id)
        await open_form(interaction, Wish(self._mode, character_id=character.id))


class ShareButton(JobButton, template=r"charshare:(?P<job>[a-z0-9]{1,16})"):
    """Lets everybody in the server use a character."""

    action = "charshare"
    style = discord.ButtonStyle.secondary

    def label(self) -> str:
        """The same in every case."""
        return _("Share with this server")

    async def pressed(self, interaction: Interaction) -> None:
        """Share it and let the sheet say so."""
        character = await character_here(interaction, self.job_id)
        check_owner(interaction, character)
        await interaction.response.defer()
        characters = interaction.client.services.characters
        shared = await characters.share(character, shared=True)
        sheets_of(interaction.client).follow_character(shared.id)
        await redraw_sheet(interaction, shared)


class UnshareButton(JobButton, template=r"charprivate:(?P<job>[a-z0-9]{1,16})"):
    """Leaves a character to its owner alone."""

    action = "charprivate"
    style = discord.ButtonStyle.secondary

    def label(self) -> str:
        """The same in every case."""
        return _("Make private")

    async def pressed(self, interaction: Interaction) -> None:
        """Make it private and let the sheet say so."""
        character = await character_here(interaction, self.job_id)
        check_may_take_away(interaction, character)
        await interaction.response.defer()
        characters = interaction.client.services.characters
        private = await characters.share(character, shared=False)
        sheets_of(interaction.client).follow_character(private.id)
        await redraw_sheet(interaction, private)


class AskButton(JobButton, template=r"charask:(?P<job>[a-z0-9]{1,16})"):
    """Asks whether to delete a character."""

    action = "charask"
    style = discord.ButtonStyle.danger

    def label(self) -> str:
        """The dots say that it asks first."""
        return _("Delete …")

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with the question."""
        character = await character_here(interaction, self.job_id)
        check_may_take_away(interaction, character)
        await ask_to_delete(interaction, character)


class DeleteButton(JobButton, template=r"chardel:(?P<job>[a-z0-9]{1,16})"):
    """Deletes a character, under the question whether to."""

    action = "chardel"
    style = discord.ButtonStyle.danger

    def __init__(self, character_id: str, name: str = "") -> None:
        self._name = name
        super().__init__(character_id)

    def label(self) -> str:
        """With the character's name."""
        return _labelled(_("Delete {name}"), self._name)

    async def pressed(self, interaction: Interaction) -> None:
        """Delete it, and say so where the question was."""
        character = await character_here(interaction, self.job_id)
        check_may_take_away(interaction, character)
        await interaction.client.services.characters.delete(character)
        sheets_of(interaction.client).follow_character(character.id)
        await interaction.response.edit_message(
            view=line(_("**{name}** is deleted.").format(name=name_of(character))),
            allowed_mentions=discord.AllowedMentions.none(),
        )


def _labelled(words: str, name: str) -> str:
    return cut(words.format(name=readable(name)), _LABEL_CHARACTERS)
