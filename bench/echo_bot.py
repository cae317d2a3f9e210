"""The least bot there is: one command that answers with what it was given."""

import os

import discord
import yarl
from discord import app_commands

Interaction = discord.Interaction[discord.Client]


class EchoClient(discord.Client):
    """Configured as the real bot is: no members, no messages, the one intent it needs."""

    def __init__(self) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
        )
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(echo)

    async def setup_hook(self) -> None:
        """Register the command."""
        await self.tree.sync()


@app_commands.command(description="Answers with what it was given")
async def echo(interaction: Interaction, words: str) -> None:
    """Answer with ``words``."""
    await interaction.response.send_message(words)


def main() -> None:
    """Run against the sandbox that the environment names."""
    discord.http.Route.BASE = os.environ["DISCORD_API_URL"]
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
    EchoClient().run(os.environ["DISCORD_TOKEN"])


if __name__ == "__main__":
    main()
