"""Every touch of discord.py that is not its public interface, in one place, checked at start.

discord.py has no setting for Discord's addresses: a sandbox on this machine is reached by
replacing the three constants it builds them from, before anything logs in.
"""

from typing import cast

import discord
import yarl
from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.errors import SettingsError

KNOWN_VERSION = "2.7.1"


class _Original:
    """Where discord.py asks for a message's id: the message that an interaction's token is about.

    It puts ids into addresses as they are written, and would escape a text.
    """

    def __str__(self) -> str:
        return "@original"


ORIGINAL = cast("int", _Original())

# What discord.py raises for an answer that is no JSON, or not the JSON that Discord promises.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)


def check_library() -> None:
    """Raise ``SettingsError`` unless the installed discord.py is the one this was written for."""
    if discord.__version__ != KNOWN_VERSION:
        raise SettingsError(
            f"discord.py {discord.__version__} is installed, and this program needs exactly "
            f"{KNOWN_VERSION}. Install what requirements.txt names."
        )
    for owner, name in ((Route, "BASE"), (DiscordWebSocket, "DEFAULT_GATEWAY"), (Asset, "BASE")):
        if not hasattr(owner, name):
            raise SettingsError(
                f"discord.py has no {owner.__name__}.{name} any more, which DISCORD_API_URL needs."
            )


def use_addresses(api_url: str | None, gateway_url: str | None) -> None:
    """Talk to the Discord at these addresses; ``None`` leaves the public one."""
    if api_url is not None:
        Route.BASE = api_url
        Asset.BASE = str(yarl.URL(api_url).origin())
    if gateway_url is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


def interaction_webhook(client: discord.Client, token: str) -> discord.Webhook:
    """The webhook that an interaction's token opens.

    ``Webhook.partial`` makes one of the ordinary type, for which discord.py refuses private
    messages. Raises ``SettingsError`` before the client has logged in.
    """
    if client.application_id is None:
        raise SettingsError("The client has to log in before it can answer interactions.")
    webhook = discord.Webhook.partial(client.application_id, token, client=client)
    webhook.type = discord.WebhookType.application
    return webhook


async def fetch_permissions(client: discord.Client) -> dict[str, discord.Permissions]:
    """What the bot may do in each of its servers (the first 200), by their names.

    discord.py's own ``fetch_guilds`` drops this field of the answer. The client must be logged in.
    """
    guilds = await client.http.get_guilds(200)
    return {
        str(guild["name"]): discord.Permissions(int(guild.get("permissions", 0)))
        for guild in guilds
    }
