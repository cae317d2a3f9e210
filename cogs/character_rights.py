"""Whose character it is: who may use it, who may change it, who may take it away."""

import structlog
from discord.app_commands import Choice

from bot.character import Character
from bot.errors import PersonError, StorageError
from bot.language import _, speaking
from cogs.interactions import Interaction, language_of, server_of
from cogs.ui.plain_text import cut, readable

log = structlog.get_logger(__name__)

MOST_CHOICES = 25
"""Discord shows no more while something is typed."""

_CHOICE_CHARACTERS = 100


async def character_here(interaction: Interaction, character_id: str) -> Character:
    """The character of that id, for those who may use it here.

    Raises ``PersonError`` where there is none, or none for them any more.
    """
    character = await interaction.client.services.characters.get(character_id)
    if (
        character is None
        or character.server_id != server_of(interaction)
        or not (character.shared or is_owner(interaction, character))
    ):
        raise PersonError(
            _("This character is no longer there for you: it was deleted, or is private now.")
        )
    return character


async def character_named(interaction: Interaction, typed: str) -> Character:
    """The character that was chosen or typed. Raises ``PersonError`` where there is none."""
    return await interaction.client.services.characters.named(
        server_of(interaction), interaction.user.id, typed
    )


def is_owner(interaction: Interaction, character: Character) -> bool:
    """Whether the character is that of who sent ``interaction``."""
    return character.owner_id == interaction.user.id


def may_take_away(interaction: Interaction, character: Character) -> bool:
    """Whether they may delete it, and no longer share it: its owner, or who manages the server."""
    here = interaction.guild_id == character.server_id
    moderates = character.shared and here and _manages(interaction)
    return moderates or is_owner(interaction, character)


def _manages(interaction: Interaction) -> bool:
    """Whether they may manage the server; a direct message has nobody who does."""
    return interaction.guild_id is not None and interaction.permissions.manage_guild


def check_owner(interaction: Interaction, character: Character) -> None:
    """Raise ``PersonError`` for all but its owner."""
    if not is_owner(interaction, character):
        raise PersonError(
            _("Only <@{owner}>, whose character this is, can change it.").format(
                owner=character.owner_id
            )
        )


def check_may_take_away(interaction: Interaction, character: Character) -> None:
    """Raise ``PersonError`` for all but those who may delete it and end its being shared."""
    if not may_take_away(interaction, character):
        raise PersonError(
            _(
                "Only <@{owner}>, whose character this is, and those who may manage the server can "
                "take it away."
            ).format(owner=character.owner_id)
        )


# --- while a name is typed ---


async def complete_character(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """The characters that whoever types may use here, by what is typed of their names."""
    return await _choices(interaction, typed)


async def complete_own(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Those that they may change."""
    return await _choices(interaction, typed, own=True)


async def complete_removable(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Those that they may take away."""
    return await _choices(interaction, typed, own=not _manages(interaction))


async def complete_picture(interaction: Interaction, typed: str) -> list[Choice[int]]:
    """The pictures of the character that is named in the same command, by number or file name."""
    try:
        character = await character_named(interaction, str(interaction.namespace.name or ""))
    except (PersonError, StorageError) as error:
        log.info("nothing to complete with", reason=str(error))
        return []
    wanted = typed.strip().casefold()
    numbered = enumerate(character.references, start=1)
    return [
        Choice(name=cut(f"{number} · {readable(each.filename)}", _CHOICE_CHARACTERS), value=number)
        for number, each in numbered
        if wanted in each.filename.casefold() or str(number).startswith(wanted)
    ][:MOST_CHOICES]


async def _choices(interaction: Interaction, typed: str, *, own: bool = False) -> list[Choice[str]]:
    try:
        found = await interaction.client.services.characters.matching(
            server_of(interaction), interaction.user.id, typed, most=MOST_CHOICES, own=own
        )
    except (PersonError, StorageError) as error:
        log.info("nothing to complete with", reason=str(error))
        return []
    with speaking(language_of(interaction)):
        return [Choice(name=_described(interaction, each), value=each.id) for each in found]


def _described(interaction: Interaction, character: Character) -> str:
    name = readable(character.name)
    if not is_owner(interaction, character):
        name = _("{name} · shared in this server").format(name=name)
    return cut(name, _CHOICE_CHARACTERS)
