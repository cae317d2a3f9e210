"""The form: what is asked of someone who wants images, prefilled with what is known already."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from discord import SelectOption, TextStyle, ui
from discord.app_commands import locale_str

from bot.character import Character
from bot.generation import (
    MAX_IMAGES,
    MAX_REFERENCES,
    MIN_IMAGES,
    AspectRatio,
    Mode,
    Reference,
    Resolution,
)
from bot.language import _, ngettext
from bot.shorthand import agree, read_shorthand
from bot.wishes import Wish
from cogs.attachments import reference_of
from cogs.interactions import Interaction
from cogs.ui.modals import (
    DESCRIPTION_CHARACTERS,
    LABEL_CHARACTERS,
    OPTION_CHARACTERS,
    TEXT_CHARACTERS,
    TITLE_CHARACTERS,
    Form,
    chosen,
    files,
    text,
)
from cogs.ui.phrases import credits_of, left_of
from cogs.ui.plain_text import cut, readable

KIND = "form"
PROMPT, FILES, KEPT, SHAPE, NUMBER = "prompt", "files", "kept", "shape", "number"
"""The custom_ids of its fields."""

SHAPES = {
    AspectRatio.SQUARE: locale_str("1:1 square"),
    AspectRatio.WIDE: locale_str("16:9 wide"),
    AspectRatio.TALL: locale_str("9:16 tall, a phone's screen"),
    AspectRatio.LANDSCAPE_4_3: locale_str("4:3 landscape"),
    AspectRatio.PORTRAIT_3_4: locale_str("3:4 portrait"),
    AspectRatio.LANDSCAPE_3_2: locale_str("3:2 landscape, a photo"),
    AspectRatio.PORTRAIT_2_3: locale_str("2:3 portrait, a photo"),
    AspectRatio.CINEMA: locale_str("21:9 very wide, cinema"),
    AspectRatio.AUTO: locale_str("automatic"),
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Typed:
    """What a submitted form says: the wish, whose prompt has its shorthand still in it.

    ``files`` are those of its references that are new; ``lost``: a picture that was to be kept
    is no longer part of what the form was opened with.
    """

    wish: Wish
    files: tuple[Reference, ...]
    lost: bool


def wish_form(
    draft_id: str,
    wish: Wish,
    *,
    left: int | None,
    character: Character | None = None,
    note: str | None = None,
) -> Form:
    """The form of a settled wish, whose draft has that id.

    ``left`` are the credits that who opens it has left, ``character`` the one that the wish
    names, ``note`` what has to be said beside the prompt.
    """
    form = Form(title=_title(wish, left), custom_id=f"{KIND}:{draft_id}")
    shown, room = _shown(wish.references, character), _room(wish.mode, character)
    fields = (
        _prompt_field(wish, character, note),
        _files_field(wish.mode, len(shown), room),
        _kept_field(wish.references, shown, room),
        _shape_field(wish),
        _number_field(wish),
    )
    for field in fields:
        if field is not None:
            form.add_item(field)
    return form


def read_form(interaction: Interaction, before: Wish, character: Character | None) -> Typed:
    """What was made of ``before``, the wish that the form was prefilled with."""
    by_key = dict(zip(_keys(before.references), before.references, strict=True))
    shown = _shown(before.references, character)
    wanted = chosen(interaction, KEPT) or []
    kept = tuple(
        reference for key, reference in by_key.items() if reference not in shown or key in wanted
    )
    new = tuple(reference_of(each) for each in files(interaction, FILES))
    takes_its_place = before.mode is Mode.MULTISHOT and new
    shape, number, size = _settings(interaction)
    return Typed(
        replace(
            before,
            prompt=text(interaction, PROMPT),
            references=new if takes_its_place else (*kept, *new),
            aspect_ratio=shape or before.aspect_ratio,
            num_images=number or before.num_images,
            resolution=size or before.resolution,
        ),
        new,
        lost=any(key not in by_key for key in wanted),
    )


def agreed(before: Wish, typed: Wish) -> Wish:
    """The wish with its shorthand read, which goes before a select that was left as it was.

    Raises ``PersonError`` where a select that was changed says otherwise than the prompt.
    """
    flags = read_shorthand(typed.prompt)
    return replace(
        typed,
        prompt=flags.prompt,
        aspect_ratio=_said(
            "aspect_ratio", before.aspect_ratio, typed.aspect_ratio, flags.aspect_ratio
        ),
        resolution=_said("resolution", before.resolution, typed.resolution, flags.resolution),
        num_images=_said("num_images", before.num_images, typed.num_images, flags.num_images),
    )


def _said(option: str, before: T | None, chosen: T | None, typed: T | None) -> T | None:
    if chosen == before:
        return chosen if typed is None else typed
    return agree(option, chosen, typed)


# --- its fields ---


def _title(wish: Wish, left: int | None) -> str:
    command = {Mode.IMAGINE: _("Imagine"), Mode.MULTISHOT: _("Multi-shot")}[wish.mode]
    words = (
        _("{command}, private · {price}, {left}")
        if wish.private
        else _("{command} · {price}, {left}")
    )
    return cut(
        words.format(command=command, price=credits_of(wish.mode.price), left=left_of(left)),
        TITLE_CHARACTERS,
    )


def _label(words: str, field: ui.Item[Any], description: str | None = None) -> ui.Label[Any]:
    return ui.Label(
        text=cut(words, LABEL_CHARACTERS),
        description=cut(description, DESCRIPTION_CHARACTERS) if description else None,
        component=field,
    )


def _prompt_field(wish: Wish, character: Character | None, note: str | None) -> ui.Label[Any]:
    field: ui.TextInput[Any] = ui.TextInput(
        custom_id=PROMPT,
        style=TextStyle.paragraph,
        default=wish.prompt[:TEXT_CHARACTERS] or None,
        placeholder=_("A lighthouse at dusk, long exposure --ar 16:9"),
    )
    if note is None and character is not None:
        note = _("The pictures and notes of {name} are added.").format(
            name=cut(readable(character.name), 50)
        )
    return _label(_("What to draw"), field, note or _("--ar 16:9, --n 4 and --2k work in here too"))


def _room(mode: Mode, character: Character | None) -> int:
    """How many pictures may go in beside those of the character."""
    if mode is Mode.MULTISHOT:
        return 0 if character else 1
    return MAX_REFERENCES - (len(character.references) if character else 0)


def _files_field(mode: Mode, given: int, room: int) -> ui.Label[Any] | None:
    """A place for new files beside those ``given``; ``None`` where there is room for none."""
    if room <= 0:
        return None
    if mode is Mode.MULTISHOT:
        words = _("A new picture")
        hint = _("It takes the place of the one below.") if given else None
    else:
        words = _("New pictures")
        hint = _("All places are taken: deselect a picture below for each new one.")
        hint = hint if given >= room else None
    # Where nothing is free, one can still be exchanged for one that is deselected.
    field: ui.FileUpload[Any] = ui.FileUpload(
        custom_id=FILES, required=False, min_values=0, max_values=max(1, room - given)
    )
    return _label(words, field, hint or _("JPEG, PNG, WebP or a still GIF, up to 10 MB each"))


def _kept_field(
    references: Sequence[Reference], shown: Sequence[Reference], room: int
) -> ui.Label[Any] | None:
    """Those that are there already, all chosen; ``None`` where there are none."""
    options = [
        SelectOption(
            label=_option(number, reference),
            description=_facts(reference),
            value=key,
            default=True,
        )
        for number, (key, reference) in enumerate(
            (
                (key, reference)
                for key, reference in zip(_keys(references), references, strict=True)
                if reference in shown
            ),
            start=1,
        )
    ]
    if not options:
        return None
    field: ui.Select[Any] = ui.Select(
        custom_id=KEPT,
        required=False,
        min_values=0,
        max_values=len(options),
        options=options,
        placeholder=_("None of them"),
    )
    over = len(shown) - room
    hint = (
        ngettext(
            "One too many: deselect {count}.", "These are too many: deselect {count}.", over
        ).format(count=over)
        if over > 0
        else _("Deselect what should not go in.")
    )
    return _label(_("Pictures that go in"), field, hint)


def _shape_field(wish: Wish) -> ui.Label[Any]:
    field: ui.Select[Any] = ui.Select(
        custom_id=SHAPE,
        options=[
            SelectOption(
                label=_(name.message), value=shape.value, default=shape is wish.aspect_ratio
            )
            for shape, name in SHAPES.items()
        ],
    )
    return _label(_("Shape"), field)


def _number_field(wish: Wish) -> ui.Label[Any]:
    field: ui.Select[Any] = ui.Select(
        custom_id=NUMBER,
        options=[
            SelectOption(
                label=ngettext("{count} image · {size}", "{count} images · {size}", count).format(
                    count=count, size=size.value.upper()
                ),
                value=f"{count}:{size.value}",
                default=(count, size) == (wish.num_images, wish.resolution),
            )
            for size in Resolution
            for count in range(MIN_IMAGES, MAX_IMAGES + 1)
        ],
    )
    return _label(_("Number and size"), field, _("The price is the same for one and for nine."))


def _settings(
    interaction: Interaction,
) -> tuple[AspectRatio | None, int | None, Resolution | None]:
    """What the two selects say."""
    shapes = chosen(interaction, SHAPE) or [""]
    shape = AspectRatio(shapes[0]) if shapes[0] in list(AspectRatio) else None
    count, _colon, size = (chosen(interaction, NUMBER) or [""])[0].partition(":")
    if not count.isdecimal() or size not in list(Resolution):
        return shape, None, None
    return shape, int(count), Resolution(size)


# --- the pictures that are there already ---


def _shown(references: Sequence[Reference], character: Character | None) -> tuple[Reference, ...]:
    """Those that can be deselected: all but what comes with the character in any case."""
    its = {each.sha256 for each in character.references if each.sha256} if character else set()
    return tuple(each for each in references if each.sha256 not in its)


def _keys(references: Sequence[Reference]) -> list[str]:
    """A name for each within the form, the same before and after its bytes were copied here."""
    seen: Counter[str] = Counter()
    keys: list[str] = []
    for reference in references:
        name = hashlib.sha256(reference.filename.encode()).hexdigest()[:12]
        keys.append(f"{name}-{seen[name]}")
        seen[name] += 1
    return keys


def _option(number: int, reference: Reference) -> str:
    return cut(f"{number} · {readable(reference.filename) or _('picture')}", OPTION_CHARACTERS)


def _facts(reference: Reference) -> str | None:
    if reference.origin is not None:
        return _("Image {number} of request {id}").format(
            number=reference.origin.position + 1, id=reference.origin.job_id
        )
    if reference.width and reference.height:
        return _("{width} × {height} pixels").format(width=reference.width, height=reference.height)
    return None
