"""What a person writes for others to read, held against the server's rules for words."""

from bot.moderation.log import Kind
from bot.storage.schema import DIRECT_MESSAGES
from bot.words import WordsRefusedError, check_words
from cogs.interactions import Interaction, server_of


async def check_texts(interaction: Interaction, *texts: str | None) -> None:
    """Raise ``WordsRefusedError`` where a text has what the server's rules refuse.

    Call it before anything of the text is kept. The server's log tells its moderators which rule
    it was. What asks for images is looked at where it is accepted instead.
    """
    server_id = server_of(interaction)
    if server_id == DIRECT_MESSAGES:
        return
    services = interaction.client.services
    rules = (await services.rules.of(server_id)).settings.words
    for text in texts:
        try:
            check_words(rules, text)
        except WordsRefusedError as error:
            await services.log_book.note(
                server_id,
                Kind.REFUSAL,
                {
                    "member": interaction.user.id,
                    "channel": interaction.channel_id,
                    "why": error.for_moderators(),
                    "prompt": text,
                    "private": True,
                },
            )
            raise
