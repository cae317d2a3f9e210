"""Pages of the gallery: what they look like, and what can be pressed on them.

A press changes the page that it is on. All that the next one is made of is in the custom_id, and
who presses sees what they may see at that moment.
"""

import re
from collections.abc import Sequence
from typing import Any, Self

import discord
from discord import ui

from bot.character import Character
from bot.errors import PersonError
from bot.gallery import Page, Result, Wanted
from bot.generation import Mode
from bot.language import _, ngettext
from cogs.access import Sight, may_see
from cogs.interactions import Interaction, server_of
from cogs.ui.captions import ALT_CHARACTERS, alt_text
from cogs.ui.gallery_ids import PAGE_ID, Turn, read_turn, turn_id, without_filters
from cogs.ui.gallery_pictures import Picture, Pictures
from cogs.ui.images import send_images
from cogs.ui.job_items import JobPress
from cogs.ui.layout import Piece, card, paragraph, row
from cogs.ui.plain_text import cut, readable, shown

_PROMPT_CHARACTERS, _NAME_CHARACTERS, _WORDS_CHARACTERS = 120, 60, 50
_OPTION_CHARACTERS = 100
_ACCENT = 0x5865F2

Shown = tuple[Result, Picture | None]


class PageButton(JobPress, ui.DynamicItem[ui.Button[ui.LayoutView]], template=PAGE_ID):
    """Turns the page, to the newer or to the older results."""

    def __init__(self, custom_id: str, label: str = "…", *, disabled: bool = False) -> None:
        super().__init__(
            ui.Button(
                label=label,
                style=discord.ButtonStyle.secondary,
                custom_id=custom_id,
                disabled=disabled,
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        del interaction, item
        return cls(match[0])

    async def pressed(self, interaction: Interaction) -> None:
        """Put the next page in the place of this one."""
        found = PAGE_ID.fullmatch(self.custom_id)
        if found is None:
            raise ValueError("discord.py hands over what matches alone")
        turn = read_turn(found, server_id=server_of(interaction), viewer_id=interaction.user.id)
        character = await character_in(interaction, turn.wanted)
        await interaction.response.defer()
        await show_page(
            interaction, turn.wanted, character=character, start=turn.start, newer=turn.newer
        )


class OpenMenu(JobPress, ui.DynamicItem[ui.Select[ui.LayoutView]], template=r"gallery:open"):
    """Brings one of the results back, with all its images."""

    def __init__(self, options: Sequence[discord.SelectOption] = ()) -> None:
        super().__init__(
            ui.Select(custom_id="gallery:open", placeholder=_("Open one"), options=list(options))
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The select that was used."""
        del interaction, item, match
        return cls()

    async def pressed(self, interaction: Interaction) -> None:
        """Answer in private with the images of the one that was chosen."""
        self.job_id = self.item.values[0] if self.item.values else ""
        job = await self.job(interaction)
        if not await may_see(interaction, job):
            raise PersonError(_("You cannot see this result any more."))
        await send_images(interaction, job)


ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (PageButton, OpenMenu)
"""To be registered with the client."""


async def character_in(interaction: Interaction, wanted: Wanted) -> Character | None:
    """The character whose results are wanted; raises ``PersonError`` where it is not theirs."""
    if wanted.character_id is None:
        return None
    character = await interaction.client.services.characters.get(wanted.character_id)
    mine = character is not None and (character.shared or character.owner_id == wanted.viewer_id)
    if character is None or not mine or character.server_id != wanted.server_id:
        raise PersonError(
            _(
                "This character is no longer there for you: it was deleted, or is not shared any "
                "more. Choose another with /gallery."
            )
        )
    return character


async def show_page(
    interaction: Interaction,
    wanted: Wanted,
    *,
    character: Character | None,
    start: str | None = None,
    newer: bool = False,
) -> None:
    """Make a page of the answer of ``interaction``, which has been deferred."""
    services = interaction.client.services
    source = services.gallery
    page = await source.page(wanted, Sight(interaction), start=start, newer=newer)
    pictures = await Pictures(services).of(page.results)
    # What has no picture stands last: the others are numbered as their pictures stand.
    pairs = sorted(zip(page.results, pictures, strict=True), key=lambda pair: pair[1] is None)
    await interaction.edit_original_response(
        view=gallery_page(wanted, page, pairs, character, turned=start is not None),
        attachments=[picture.file for _result, picture in pairs if picture and picture.file],
        allowed_mentions=discord.AllowedMentions.none(),
    )


def gallery_page(
    wanted: Wanted,
    page: Page,
    pairs: Sequence[Shown],
    character: Character | None,
    *,
    turned: bool,
) -> ui.LayoutView:
    """A page with these results; ``turned``: it is not the first."""
    lines = [f"### {_title(wanted, character)}"]
    if filters := _filters(wanted):
        lines.append(f"-# {filters}")
    notes = [_nothing(wanted, page, turned=turned)] if not pairs else []
    if page.unfinished:
        notes.append(
            "-# "
            + _("There was much to look through. *Look further* goes on where this page ended.")
        )
    return card(
        paragraph(*lines),
        _mosaic(pairs),
        *([paragraph(*_entries(wanted, pairs))] if pairs else []),
        *([paragraph(*notes)] if notes else []),
        _menu(pairs),
        _turns(wanted, page),
        accent=_ACCENT,
    )


def _title(wanted: Wanted, character: Character | None) -> str:
    own = wanted.member_id == wanted.viewer_id
    if character is None:
        return (
            _("Your results")
            if own
            else _("Results of <@{member}>").format(member=wanted.member_id)
        )
    name = shown(character.name, _NAME_CHARACTERS)
    if wanted.member_id is None:
        return _("Results with {character}").format(character=name)
    if own:
        return _("Your results with {character}").format(character=name)
    return _("Results of <@{member}> with {character}").format(
        member=wanted.member_id, character=name
    )


def _filters(wanted: Wanted) -> str:
    """What was left out, in words; empty where nothing was."""
    parts = []
    if wanted.mode is not None:
        parts.append(_("only {mode}").format(mode=_mode(wanted.mode)))
    if wanted.first is not None and wanted.first == wanted.last:
        parts.append(_("of {day}").format(day=wanted.first.isoformat()))
    else:
        if wanted.first is not None:
            parts.append(_("from {day}").format(day=wanted.first.isoformat()))
        if wanted.last is not None:
            parts.append(_("to {day}").format(day=wanted.last.isoformat()))
    if wanted.words:
        parts.append(
            _("with “{words}” in the prompt").format(words=shown(wanted.words, _WORDS_CHARACTERS))
        )
    return " · ".join(parts)


def _mode(mode: Mode) -> str:
    return {Mode.IMAGINE: _("imagine"), Mode.MULTISHOT: _("multi-shot")}[mode]


def _nothing(wanted: Wanted, page: Page, *, turned: bool) -> str:
    if page.unfinished:
        return _("Nothing that fits and that you may see was among those looked at so far.")
    if turned:
        return _("There is nothing further.")
    if wanted != without_filters(wanted):
        return _("No result fits. Leave out a filter, or search for another word.")
    if wanted.member_id == wanted.viewer_id and wanted.character_id is None:
        return _("You have made no images here yet. /imagine makes the first.")
    return _("There are no results here that you may see.")


def _mosaic(pairs: Sequence[Shown]) -> Piece | None:
    items = [
        discord.MediaGalleryItem(
            picture.url,
            description=_alt(number, result),
            spoiler=result.job.spoiler,
        )
        for number, (result, picture) in enumerate(pairs, start=1)
        if picture is not None
    ]
    if not items:
        return None
    found: ui.MediaGallery[Any] = ui.MediaGallery(*items)
    return found


def _alt(number: int, result: Result) -> str:
    total = max(1, len(result.images))
    text = alt_text(result.job, 0, total, result.images[0] if result.images else None)
    return cut(_("Result {number}. {text}").format(number=number, text=text), ALT_CHARACTERS)


def _entries(wanted: Wanted, pairs: Sequence[Shown]) -> list[str]:
    lines = []
    for number, (result, picture) in enumerate(pairs, start=1):
        job = result.job
        facts = [_("<t:{when}:R>").format(when=round(job.created_at))]
        if wanted.member_id is None:
            facts.insert(0, f"<@{job.member_id}>")
        if job.generation.mode is Mode.MULTISHOT:
            facts.append(_mode(job.generation.mode))
        count = len(result.images)
        facts.append(ngettext("{count} image", "{count} images", count).format(count=count))
        if job.place.private:
            facts.append(_("private"))
        elif job.stopped:
            facts.append(_("not shown"))
        elif job.link is not None:
            facts.append(f"[{_('open its message')}]({job.link})")
        if picture is None:
            facts.append(_("no picture of it at hand"))
        lines.append(f"**{number}** {shown(job.generation.prompt, _PROMPT_CHARACTERS)}")
        lines.append(f"-# {' · '.join(facts)}")
    return lines


def _menu(pairs: Sequence[Shown]) -> Piece | None:
    if not pairs:
        return None
    return row(
        OpenMenu(
            [
                discord.SelectOption(
                    label=cut(
                        f"{number} · {readable(result.job.generation.prompt)}", _OPTION_CHARACTERS
                    ),
                    value=result.job.id,
                )
                for number, (result, _picture) in enumerate(pairs, start=1)
            ]
        )
    )


def _turns(wanted: Wanted, page: Page) -> Piece | None:
    """*Newer* and *Older*, always in the same place; none where there is one page alone."""
    if page.older is None and page.newer is None:
        return None
    return row(
        *(
            PageButton(
                # one that leads nowhere still needs an id of its own
                turn_id(Turn(wanted, start or "0", newer)),
                label,
                disabled=start is None,
            )
            for start, newer, label in (
                (page.newer, True, _("Newer")),
                (page.older, False, _("Look further") if page.unfinished else _("Older")),
            )
        )
    )
