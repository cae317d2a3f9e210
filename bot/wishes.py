"""What someone wants, before it is certain: options, a form, a thread's settings, defaults.

A ``Wish`` is what was said. ``settled`` fills what was left open from what holds in the thread
and then from the person's own defaults; ``request`` makes of it what can be accepted.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from bot.character import Character
from bot.errors import PersonError
from bot.generation import (
    MAX_REFERENCES,
    AspectRatio,
    Generation,
    Mode,
    Origin,
    Reference,
    Resolution,
)
from bot.language import _
from bot.shorthand import agree, read_shorthand


class Relation(StrEnum):
    """How a job came from another."""

    REROLL = "reroll"  # the same again
    EDIT = "edit"  # its form, changed or not
    VARY = "vary"  # one of its images as the first reference
    MULTISHOT = "multishot"  # shots of who is in one of its images
    REDRAW = "redraw"  # one of its images, made anew in 2K


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a job came from: a job, where it was one image that image, and how."""

    parent_id: str
    relation: Relation
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Preset:
    """What holds unless a request says otherwise; ``None`` and nothing leave it open.

    A thread has pictures or a character; a person's own defaults have neither.
    """

    references: tuple[Reference, ...] = ()
    character_id: str | None = None
    aspect_ratio: AspectRatio | None = None
    resolution: Resolution | None = None
    num_images: int | None = None
    private: bool | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What someone said they want. ``None`` leaves it open; ``fresh``: nothing of the thread."""

    mode: Mode
    prompt: str = ""
    references: tuple[Reference, ...] = ()
    character_id: str | None = None
    aspect_ratio: AspectRatio | None = None
    resolution: Resolution | None = None
    num_images: int | None = None
    private: bool | None = None
    spoiler: bool = False
    fresh: bool = False
    lineage: Lineage | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A generation and how it is wanted: what can be accepted as a job."""

    generation: Generation
    private: bool = False
    spoiler: bool = False
    character_id: str | None = None
    lineage: Lineage | None = None


def settled(wish: Wish, thread: Preset | None = None, personal: Preset | None = None) -> Wish:
    """The wish with nothing left open but the prompt, whose shorthand is read and taken out.

    What was said goes before what holds in the thread, that before one's own defaults. In a
    thread its pictures and its character come first and what was added follows, unless a
    character was named, which takes their place. Multi-shot takes one picture: what was given,
    else the thread's first. One's own number of images is that of ``imagine``.

    Raises ``PersonError`` where option and shorthand contradict each other.
    """
    typed = read_shorthand(wish.prompt)
    shape = agree("aspect_ratio", wish.aspect_ratio, typed.aspect_ratio)
    size = agree("resolution", wish.resolution, typed.resolution)
    count = agree("num_images", wish.num_images, typed.num_images)
    here = Preset() if wish.fresh or thread is None else thread
    mine = personal or Preset()
    own_number = mine.num_images if wish.mode is Mode.IMAGINE else None
    references, character_id = wish.references, wish.character_id
    if wish.mode is Mode.MULTISHOT:
        if not references and character_id is None:
            character_id = here.character_id
            references = () if character_id else here.references[:1]
    elif character_id is None:
        character_id = here.character_id
        references = (*here.references, *references)
    return replace(
        wish,
        prompt=typed.prompt,
        references=references,
        character_id=character_id,
        aspect_ratio=shape or here.aspect_ratio or mine.aspect_ratio or AspectRatio.SQUARE,
        resolution=size or here.resolution or mine.resolution or Resolution.ONE_K,
        num_images=_first(count, here.num_images, own_number, wish.mode.default_images),
        private=bool(_first(wish.private, here.private, mine.private, False)),
        fresh=True,
    )


def request(wish: Wish, character: Character | None = None) -> Request:
    """What a settled wish asks for, with the ``character`` that it names.

    A picture of the character's that is among the references too goes in once, so that what
    came of an earlier request can be asked for again. Raises ``PersonError`` in words where the
    image API cannot be asked for it.
    """
    if wish.aspect_ratio is None or wish.resolution is None or wish.num_images is None:
        raise ValueError("only a wish that is settled can be asked for")
    if wish.character_id != (character.id if character else None):
        raise ValueError("a wish is asked for with the character that it names, and no other")
    references = wish.references
    notes = ""
    if character is not None:
        notes = character.notes
        references = _with_character(wish, character)
    return Request(
        Generation(
            mode=wish.mode,
            prompt=wish.prompt,
            references=references,
            aspect_ratio=wish.aspect_ratio,
            resolution=wish.resolution,
            num_images=wish.num_images,
            notes=notes,
        ),
        private=bool(wish.private),
        spoiler=wish.spoiler,
        character_id=wish.character_id,
        lineage=wish.lineage,
    )


def _with_character(wish: Wish, character: Character) -> tuple[Reference, ...]:
    """The character's pictures and then the others; raises ``PersonError`` for too many.

    What is varied goes before both: it is the picture that the new one starts from.
    """
    of_character = {picture.sha256 for picture in character.references if picture.sha256}
    others = tuple(each for each in wish.references if each.sha256 not in of_character)
    if wish.mode is Mode.MULTISHOT:
        if others:
            raise PersonError(
                _(
                    "Multi-shot works from exactly one picture: give either a reference or a "
                    "character."
                )
            )
        return wish.references or character.references[:1]
    together = len(character.references) + len(others)
    if together > MAX_REFERENCES:
        raise PersonError(
            _(
                "The character has {character} pictures, and you gave {given} more. Together that "
                "is {all}, and the image service takes {most}. Leave out {over} of yours."
            ).format(
                character=len(character.references),
                given=len(others),
                all=together,
                most=MAX_REFERENCES,
                over=together - MAX_REFERENCES,
            )
        )
    if wish.lineage is not None and wish.lineage.relation is Relation.VARY:
        return (*others[:1], *character.references, *others[1:])
    return (*character.references, *others)


def _first(*values: Any) -> Any:  # noqa: ANN401
    return next((value for value in values if value is not None), None)


# --- as records: JSON that outlives a restart ------------------------------------------------


def reference_record(reference: Reference) -> dict[str, Any]:
    """A reference as JSON."""
    return {name: value for name, value in asdict(reference).items() if value is not None}


def read_reference(record: Mapping[str, Any]) -> Reference:
    """The reference that ``reference_record`` wrote."""
    origin = record.get("origin")
    return Reference(**{**record, "origin": Origin(**origin) if origin else None})


def preset_record(preset: Preset) -> dict[str, Any]:
    """A preset as JSON."""
    return {
        "references": [reference_record(reference) for reference in preset.references],
        "character_id": preset.character_id,
        "aspect_ratio": preset.aspect_ratio,
        "resolution": preset.resolution,
        "num_images": preset.num_images,
        "private": preset.private,
    }


def read_preset(record: Mapping[str, Any]) -> Preset:
    """The preset that ``preset_record`` wrote."""
    return Preset(**_read_common(record))


def wish_record(wish: Wish) -> dict[str, Any]:
    """A wish as JSON."""
    return {
        **preset_record(
            Preset(
                wish.references,
                wish.character_id,
                wish.aspect_ratio,
                wish.resolution,
                wish.num_images,
                wish.private,
            )
        ),
        "mode": wish.mode,
        "prompt": wish.prompt,
        "spoiler": wish.spoiler,
        "fresh": wish.fresh,
        "lineage": asdict(wish.lineage) if wish.lineage else None,
    }


def read_wish(record: Mapping[str, Any]) -> Wish:
    """The wish that ``wish_record`` wrote."""
    lineage = record["lineage"]
    return Wish(
        mode=Mode(record["mode"]),
        prompt=record["prompt"],
        spoiler=record["spoiler"],
        fresh=record["fresh"],
        lineage=Lineage(lineage["parent_id"], Relation(lineage["relation"]), lineage["position"])
        if lineage
        else None,
        **_read_common(record),
    )


def _read_common(record: Mapping[str, Any]) -> dict[str, Any]:
    shape, size = record["aspect_ratio"], record["resolution"]
    return {
        "references": tuple(read_reference(each) for each in record["references"]),
        "character_id": record["character_id"],
        "aspect_ratio": AspectRatio(shape) if shape else None,
        "resolution": Resolution(size) if size else None,
        "num_images": record["num_images"],
        "private": record["private"],
    }
