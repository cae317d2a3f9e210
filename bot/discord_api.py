"""Every touch of discord.py that is not its public interface, in one place, checked at start.

discord.py has no setting for Discord's addresses: a sandbox on this machine is reached by
replacing the three constants it builds them from, before anything logs in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

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


def turn_away(
    client: discord.Client,
    unwelcome: Callable[[int], bool],
    answer: Callable[[discord.Interaction[Any]], None],
) -> None:
    """Let ``answer`` have every interaction from a server that is ``unwelcome``, and nobody else.

    discord.py asks nobody in one place whether a command, a button, a select or a form is to be
    taken: this stands before all of them. Raises ``SettingsError`` where it cannot.
    """
    connection = client._connection
    let_in = connection.parsers.get("INTERACTION_CREATE")
    if let_in is None:
        raise SettingsError("discord.py reads interactions in another way than this program knows.")

    def parse(data: Any) -> None:  # noqa: ANN401 — as Discord sends it
        server_id = data.get("guild_id")
        if server_id is not None and unwelcome(int(server_id)):
            answer(discord.Interaction(data=data, state=connection))
        else:
            let_in(data)

    connection.parsers["INTERACTION_CREATE"] = parse


@dataclass(frozen=True, slots=True)
class JoinedServer:
    """A server that the bot is in, and what it may do there."""

    id: int
    name: str
    permissions: discord.Permissions


# So many servers Discord tells at once.
MOST_SERVERS = 200


async def fetch_servers(client: discord.Client) -> list[JoinedServer]:
    """The first ``MOST_SERVERS`` servers of the bot.

    discord.py's own ``fetch_guilds`` drops the permissions. The client must be logged in.
    """
    return [
        JoinedServer(
            int(guild["id"]),
            str(guild["name"]),
            discord.Permissions(int(guild.get("permissions", 0))),
        )
        for guild in await client.http.get_guilds(MOST_SERVERS)
    ]
