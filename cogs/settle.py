"""From what someone said to what can be accepted: the thread, their defaults, the character."""

from bot.character import Character
from bot.errors import PersonError
from bot.language import _
from bot.wishes import Request, Wish, request, settled
from cogs.interactions import Interaction, server_of


async def settle(interaction: Interaction, wish: Wish) -> Wish:
    """The wish with nothing left open, by what holds here and for who asks.

    Raises ``PersonError`` where options and shorthand contradict each other.
    """
    here, personal = await interaction.client.services.presets.holding(
        interaction.user.id, None if wish.fresh else interaction.channel_id
    )
    return settled(wish, here, personal)


async def request_of(interaction: Interaction, wish: Wish) -> Request:
    """What the settled wish asks for. Raises ``PersonError`` where that cannot be had."""
    return request(wish, await character_of(interaction, wish))


async def character_of(interaction: Interaction, wish: Wish) -> Character | None:
    """The character that the wish names, if it names one that may be used here.

    Raises ``PersonError`` where it is gone or no longer shared.
    """
    if wish.character_id is None:
        return None
    character = await interaction.client.services.characters.get(wish.character_id)
    if character is None or character.server_id != server_of(interaction):
        raise PersonError(
            _(
                "The character that this was to be made with is no longer there for you. Choose "
                "another, or in a thread ask with `fresh: True`."
            )
        )
    if not character.shared and character.owner_id != interaction.user.id:
        raise PersonError(
            _(
                "The character that this was to be made with is <@{owner}>'s alone, who can let "
                "everybody use it with /character share. Choose another, or in a thread ask with "
                "`fresh: True`."
            ).format(owner=character.owner_id)
        )
    return character
