"""The characters that someone may use, as a list."""

from collections.abc import Sequence

from discord import ui

from bot.character import Character
from bot.language import _, ngettext
from cogs.character_rights import is_owner
from cogs.interactions import Interaction
from cogs.ui.character_sheet import name_of, picture_count
from cogs.ui.layout import card, line, paragraph

_LIST_CHARACTERS = 3500  # of the 4,000 that a message may have
_ACCENT = 0x5865F2


def list_view(interaction: Interaction, characters: Sequence[Character]) -> ui.LayoutView:
    """All characters that its reader may use: their own, then those of others."""
    own = [each for each in characters if is_owner(interaction, each)]
    others = [each for each in characters if not is_owner(interaction, each)]
    lines: list[str] = []
    if own:
        lines += [_("### Yours"), *(_listed(each, owner=False) for each in own)]
    if others:
        lines += [_("### Shared in this server"), *(_listed(each, owner=True) for each in others)]
    if not lines:
        return line(
            _(
                "There are no characters here yet. Make one with /character create, or with *Save "
                "as character* on any picture: a person or a thing that stays the same."
            )
        )
    return card(
        paragraph(*_fitting(lines)),
        paragraph("-# " + _("/character show has the pictures of each.")),
        accent=_ACCENT,
    )


def _listed(character: Character, *, owner: bool) -> str:
    parts = [f"**{name_of(character)}**", picture_count(character)]
    if owner:
        parts.append(_("<@{owner}>'s").format(owner=character.owner_id))
    elif character.shared:
        parts.append(_("shared"))
    return "- " + " · ".join(parts)


def _fitting(lines: Sequence[str]) -> list[str]:
    """As many of the lines as a message can hold, and how many are missing."""
    kept: list[str] = []
    length = 0
    for number, each in enumerate(lines):
        length += len(each) + 1
        if length > _LIST_CHARACTERS:
            missing = len(lines) - number
            kept.append(
                ngettext(
                    "… and {count} more: type some of its name in /character show.",
                    "… and {count} more: type some of their names in /character show.",
                    missing,
                ).format(count=missing)
            )
            break
        kept.append(each)
    return kept
