"""Modals: how they are made so that nothing about them dies, and how their answers are read.

A modal's custom_id is ``<kind>:<id>``. Discord sends it back with what was typed, so the cog that
owns the kind answers it from the interaction alone, also after a restart.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import discord
from discord import ui
from discord.ext import commands

from bot.client import ShotlistClient
from bot.language import speaking
from cogs.interactions import Interaction, language_of

TITLE_CHARACTERS = 45
LABEL_CHARACTERS = 45
DESCRIPTION_CHARACTERS = 100
OPTION_CHARACTERS = 100
TEXT_CHARACTERS = 4000
"""Discord's limits: of a title, a label, its description, an option, and what can be typed."""

Answer: TypeAlias = Callable[[Interaction, str], Awaitable[None]]


class Form(ui.Modal):
    """A modal that discord.py does not keep: it is answered by a ``ModalCog``.

    Its custom_id has to be ``<kind>:<id>``, its title at most ``TITLE_CHARACTERS`` long.
    """

    def is_finished(self) -> bool:
        """True: there is nothing to wait for, so discord.py stores nothing."""
        return True


def paragraph_form(
    *,
    title: str,
    custom_id: str,
    field: str,
    label: str,
    description: str,
    characters: int,
    default: str | None = None,
) -> Form:
    """A form of one text, which may be left empty; ``field`` is what it is read by."""
    form = Form(title=title, custom_id=custom_id)
    form.add_item(
        ui.Label(
            text=label,
            description=description,
            component=ui.TextInput(
                custom_id=field,
                style=discord.TextStyle.paragraph,
                default=default,
                required=False,
                max_length=characters,
            ),
        )
    )
    return form


class ModalCog(commands.Cog):
    """A cog that answers modals of its own kinds."""

    def modals(self) -> Mapping[str, Answer]:
        """What answers each kind; it is called with what follows the colon in the custom_id."""
        raise NotImplementedError

    @commands.Cog.listener("on_interaction")
    async def answer_modal(self, interaction: discord.Interaction[Any]) -> None:
        """Answer what is of a kind of ours; every error goes to the client's one place."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        kind, _colon, subject = custom_id_of(interaction).partition(":")
        answer = self.modals().get(kind)
        if answer is None:
            return
        client: ShotlistClient = interaction.client
        with speaking(language_of(interaction)):
            try:
                await answer(interaction, subject)
            except Exception as error:  # noqa: BLE001 — handed on, as the tree does for commands
                await client.answer_error(interaction, error)


def known_kinds(client: ShotlistClient) -> frozenset[str]:
    """The kinds of modals that some cog answers."""
    return frozenset(
        kind for cog in client.cogs.values() if isinstance(cog, ModalCog) for kind in cog.modals()
    )


def custom_id_of(interaction: Interaction) -> str:
    """The custom_id of what was pressed or submitted; empty where there is none."""
    data: Mapping[str, Any] = interaction.data or {}
    return str(data.get("custom_id", ""))


def values(interaction: Interaction) -> dict[str, str | list[str]]:
    """What was typed and chosen in the modal, by the custom_ids of its fields.

    A list for selects and files (their ids), else a text; a field left empty has an empty one.
    """
    found: dict[str, str | list[str]] = {}
    for field in _fields(interaction):
        chosen = field.get("values")
        if chosen is None:
            found[str(field["custom_id"])] = str(field.get("value") or "")
        else:
            found[str(field["custom_id"])] = [str(each) for each in chosen]
    return found


def text(interaction: Interaction, custom_id: str) -> str:
    """What was typed into that field; empty where the modal had none such."""
    found = values(interaction).get(custom_id, "")
    return found if isinstance(found, str) else ""


def chosen(interaction: Interaction, custom_id: str) -> list[str] | None:
    """What was chosen in that select; ``None`` where the modal had none such."""
    found = values(interaction).get(custom_id)
    return found if isinstance(found, list) else None


def files(interaction: Interaction, custom_id: str) -> list[discord.Attachment]:
    """The files that were uploaded in that field, in order."""
    data: Mapping[str, Any] = interaction.data or {}
    attachments: Mapping[str, Any] = data.get("resolved", {}).get("attachments", {})
    state: Any = interaction.client  # all that an attachment asks of it is ``http``
    return [
        discord.Attachment(data=attachments[each], state=state)
        for each in chosen(interaction, custom_id) or []
        if each in attachments
    ]


def _fields(interaction: Interaction) -> Iterator[Mapping[str, Any]]:
    data: Mapping[str, Any] = interaction.data or {}
    return _within(data.get("components", []))


def _within(roots: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The fields of a modal, taken out of the labels and rows that they lie in."""
    for root in roots:
        if "custom_id" in root:
            yield root
        yield from _within(root.get("components", []))
        if inner := root.get("component"):
            yield from _within([inner])
