"""Who runs the bot is told of outages, and nobody is harmed who cannot be told."""

from types import SimpleNamespace
from typing import Any

import discord
import pytest
from structlog.testing import capture_logs

from bot.delivery.operator import DirectOperator
from bot.jobs.circuit import Trouble


class Client:
    """Discord as far as messages to the owner go; ``fails`` is what it raises, and where."""

    def __init__(self, **fails: Exception) -> None:
        self.fails = fails
        self.sent: list[tuple[int, str]] = []

    async def application_info(self) -> Any:  # noqa: ANN401 — only what is looked at
        self._do("application_info")
        return SimpleNamespace(team=None, owner=discord.Object(7))

    async def create_dm(self, user: discord.Object) -> Any:  # noqa: ANN401
        self._do("create_dm")

        async def send(text: str, *, allowed_mentions: discord.AllowedMentions) -> None:
            self._do("send")
            assert not (allowed_mentions.everyone or allowed_mentions.users)
            self.sent.append((user.id, text))

        return SimpleNamespace(send=send)

    def _do(self, what: str) -> None:
        if what in self.fails:
            raise self.fails[what]


def operator(client: Client) -> DirectOperator:
    return DirectOperator(client)  # type: ignore[arg-type]  # it stands for one


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (Trouble.KEY_REJECTED, "`APIINONE_API_KEY`"),
        (Trouble.BALANCE_EMPTY, "Top it up"),
        (Trouble.NOT_ANSWERING, "does not answer"),
    ],
)
async def test_the_owner_is_told_what_is_wrong_and_what_to_do(trouble: Trouble, said: str) -> None:
    client = Client()
    await operator(client).outage_began(trouble)
    ((who, text),) = client.sent
    assert who == 7
    assert said in text


@pytest.mark.parametrize(("seconds", "minutes"), [(4.0, 1), (100.0, 2), (7200.0, 120)])
async def test_the_owner_is_told_how_long_it_took(seconds: float, minutes: int) -> None:
    client = Client()
    await operator(client).outage_ended(Trouble.BALANCE_EMPTY, seconds)
    assert f"after {minutes} min" in client.sent[0][1]


@pytest.mark.parametrize("where", ["application_info", "create_dm", "send"])
async def test_who_cannot_be_told_is_a_line_in_the_log(where: str) -> None:
    client = Client(**{where: OSError("no connection")})
    with capture_logs() as logs:
        await operator(client).outage_began(Trouble.KEY_REJECTED)
    assert client.sent == []
    assert [each["log_level"] for each in logs] == ["warning"]
