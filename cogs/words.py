"""What a person writes for others to read, held against the server's rules for words."""

from bot.words import WordsRefusedError
from cogs.interactions import Interaction, server_of


async def check_texts(interaction: Interaction, *texts: str | None) -> None:
    """Raise ``WordsRefusedError`` where a text has what the server's rules refuse; it is counted.

    Call it before anything of the text is kept. What asks for images is looked at where it is
    accepted instead.
    """
    server_id, rules = server_of(interaction), interaction.client.services.house_rules
    for text in texts:
        try:
            await rules.check_words(server_id, text)
        except WordsRefusedError as error:
            await rules.count(
                error,
                server_id=server_id,
                channel_id=interaction.channel_id or 0,
                member_id=interaction.user.id,
                text=text or "",
                private=True,
            )
            raise
