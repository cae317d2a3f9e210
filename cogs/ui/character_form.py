"""The form that names a new character, or adds its pictures to one that is there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from discord import SelectOption, TextStyle, ui

from bot.character import MAX_NAME_CHARACTERS, MAX_NOTES_CHARACTERS, Character
from bot.generation import MAX_REFERENCES
from bot.language import _
from bot.wishes import Wish
from cogs.interactions import Interaction
from cogs.ui.character_sheet import picture_count
from cogs.ui.modals import LABEL_CHARACTERS, OPTION_CHARACTERS, TITLE_CHARACTERS, Form, chosen, text
from cogs.ui.plain_text import cut, readable

KIND = "charname"
NAME, NOTES, EXISTING = "name", "notes", "existing"
"""The custom_ids of its fields."""

_MOST_OPTIONS = 25


@dataclass(frozen=True, slots=True)
class Naming:
    """What is typed of a new character; ``existing`` is the id of one that is taken instead.

    A draft is a wish. One of these keeps its two texts as that wish's prompt: the name, which is
    one line, and below it the notes.
    """

    name: str = ""
    notes: str = ""
    existing: str | None = None

    @classmethod
    def kept_in(cls, wish: Wish) -> Self:
        """What was typed the last time."""
        name, _line_end, notes = wish.prompt.partition("\n")
        return cls(name, notes)

    def keep_in(self, wish: Wish) -> Wish:
        """The wish of a draft that knows what was typed."""
        return replace(wish, prompt=f"{' '.join(self.name.split())}\n{self.notes}")


def naming_form(draft_id: str, typed: Naming, own: Sequence[Character]) -> Form:
    """The form of that draft, with what was ``typed`` before; ``own`` are its person's already.

    Those that have no room for another picture are not offered, and of too many the newest are.
    """
    form = Form(title=cut(_("Save as character"), TITLE_CHARACTERS), custom_id=f"{KIND}:{draft_id}")
    free = [each for each in own if len(each.references) < MAX_REFERENCES]
    free.sort(key=lambda each: -each.created_at)
    name: ui.TextInput[Any] = ui.TextInput(
        custom_id=NAME,
        default=typed.name[:MAX_NAME_CHARACTERS] or None,
        max_length=MAX_NAME_CHARACTERS,
        required=not free,
    )
    notes: ui.TextInput[Any] = ui.TextInput(
        custom_id=NOTES,
        style=TextStyle.paragraph,
        default=typed.notes[:MAX_NOTES_CHARACTERS] or None,
        max_length=MAX_NOTES_CHARACTERS,
        required=False,
    )
    form.add_item(_label(_("Name"), name))
    form.add_item(_label(_("Notes"), notes, _("What holds in every image: sent with each prompt.")))
    if free:
        existing: ui.Select[Any] = ui.Select(
            custom_id=EXISTING,
            required=False,
            placeholder=_("None: make a new one"),
            options=[
                SelectOption(
                    label=cut(readable(each.name), OPTION_CHARACTERS),
                    value=each.id,
                    description=picture_count(each),
                )
                for each in free[:_MOST_OPTIONS]
            ],
        )
        form.add_item(
            _label(_("Or add to one you have"), existing, _("Then leave the name empty."))
        )
    return form


def read_naming(interaction: Interaction) -> Naming:
    """What was typed and chosen."""
    existing = next(iter(chosen(interaction, EXISTING) or ()), None)
    return Naming(text(interaction, NAME), text(interaction, NOTES), existing)


def _label(words: str, field: ui.Item[Any], description: str | None = None) -> ui.Label[Any]:
    return ui.Label(text=cut(words, LABEL_CHARACTERS), description=description, component=field)
