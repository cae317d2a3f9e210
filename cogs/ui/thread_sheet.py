"""The sheet of a thread: what counts in it, what holds, and how to change it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from discord import ui

from bot.character import Character
from bot.generation import AspectRatio, Reference
from bot.language import _, ngettext
from bot.threads import Thread
from bot.wishes import Preset
from cogs.ui.layout import Piece, card, paragraph
from cogs.ui.plain_text import shown

_NAME_CHARACTERS, _NOTES_CHARACTERS = 50, 300
_ACCENT = 0x5865F2

Mention = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class SheetPicture:
    """A picture on the sheet: a JPEG, hidden until it is pressed where it is a ``spoiler``."""

    filename: str
    data: bytes
    spoiler: bool = False


def sheet(
    thread: Thread,
    character: Character | None,
    pictures: Sequence[SheetPicture],
    mention: Mention,
) -> ui.LayoutView:
    """The sheet; ``pictures`` are attached to it. ``mention`` gives the link of a command."""
    takes = _(
        "-# {imagine} and {multishot} take this by default in here. What you say in a request goes "
        "before it, and with `fresh: True` nothing of it counts."
    ).format(imagine=mention("imagine"), multishot=mention("multishot"))
    return card(
        paragraph(_("### What counts in this thread"), *counting(thread.preset, character), takes),
        _gallery(pictures, character),
        ui.Separator(),
        _ways(mention),
        paragraph(
            _("-# changed by {person} <t:{when}:R> · step {step}").format(
                person=f"<@{thread.member_id}>", when=round(thread.changed_at), step=thread.steps
            )
        ),
        accent=_ACCENT,
    )


def counting(preset: Preset, character: Character | None) -> list[str]:
    """What counts by ``preset`` and which settings hold, a line each.

    ``character`` is the one that the preset names, ``None`` also where it is gone.
    """
    return [_subject(preset, character), _settings(preset)]


def counted(preset: Preset, character: Character | None) -> tuple[Reference, ...]:
    """The pictures to show: those of the character, where one counts."""
    if preset.character_id is not None:
        return character.references if character else ()
    return preset.references


def _subject(preset: Preset, character: Character | None) -> str:
    if preset.character_id is not None:
        if character is None:
            return _("**Character:** one that is no longer there. Choose another, or a picture.")
        words = _("**Character:** {name} · {pictures}").format(
            name=shown(character.name, _NAME_CHARACTERS),
            pictures=_pictures(len(character.references)),
        )
        if not character.shared:
            words += " · " + _("for {owner} alone until it is shared").format(
                owner=f"<@{character.owner_id}>"
            )
        if character.notes:
            words += "\n> " + shown(character.notes, _NOTES_CHARACTERS)
        return words
    if not preset.references:
        return _("**Pictures:** none, so requests start from words alone.")
    words = _("**Pictures:** {pictures}").format(pictures=_pictures(len(preset.references)))
    origins = [
        _("image {number} of `{job}`").format(
            number=reference.origin.position + 1, job=reference.origin.job_id
        )
        for reference in preset.references
        if reference.origin is not None
    ]
    return " · ".join([words, *origins])


def _gallery(pictures: Sequence[SheetPicture], character: Character | None) -> Piece | None:
    if not pictures:
        return None
    found: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery()
    for number, picture in enumerate(pictures, start=1):
        where = {"number": number, "total": len(pictures)}
        found.add_item(
            media=f"attachment://{picture.filename}",
            description=_("Picture {number} of {total} of the character {name}").format(
                **where, name=character.name
            )
            if character
            else _("Picture {number} of {total} that counts in this thread").format(**where),
            spoiler=picture.spoiler,
        )
    return found


def _pictures(count: int) -> str:
    return ngettext("{count} picture", "{count} pictures", count).format(count=count)


def _settings(preset: Preset) -> str:
    parts = []
    if preset.aspect_ratio is not None:
        automatic = preset.aspect_ratio is AspectRatio.AUTO
        parts.append(_("automatic shape") if automatic else preset.aspect_ratio.value)
    if preset.resolution is not None:
        parts.append(preset.resolution.value.upper())
    if preset.num_images is not None:
        parts.append(
            ngettext("{count} image", "{count} images", preset.num_images).format(
                count=preset.num_images
            )
        )
    if not parts:
        return _("**Settings:** none are set, so each request says its own.")
    return _("**Settings:** {settings}").format(settings=" · ".join(parts))


def _ways(mention: Mention) -> Piece:
    return paragraph(
        _("**How to change it**"),
        _(
            "Another picture: *Pick an image* or *Work with this image* under a result, then "
            "*Use here from now on*."
        ),
        _("A picture of your own, a character, other settings: {settings}").format(
            settings=mention("thread settings")
        ),
        _("Back by one step: {undo}").format(undo=mention("thread undo")),
        _("All images of this thread as a ZIP: {export}").format(export=mention("thread export")),
    )
