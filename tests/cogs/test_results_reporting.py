"""Report: who runs the bot is told once a member, and nobody is troubled when they cannot be."""

from typing import Any

import discord
import pytest
from simcord.results import InteractionResult
from structlog.testing import capture_logs

from bot.delivery.operator import REPORT_SECONDS, REPORTS, DirectOperator, Report
from tests.cogs.reading import rendered
from tests.cogs.result_scenes import REPORT, a_year_later, fields, finished, posted
from tests.cogs.test_operator import Client
from tests.cogs.world import World


async def _report(world: World, message: Any, reason: str = "") -> InteractionResult:  # noqa: ANN401
    shown = await world.press(message, REPORT, by=world.bob)
    assert list(fields(shown)) == ["reason"]
    return await world.bob.submit_modal(shown, {"reason": reason})


async def test_a_report_reaches_who_runs_the_bot_with_all_they_need(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = _listening(monkeypatch)
    message, made = await finished(world, "a **lighthouse** @everyone")
    thanks = world.answer(await _report(world, message, "it is *my* face <@1>"))
    assert thanks.ephemeral
    assert "Thank you" in thanks.content
    await world.until(lambda: bool(told))
    (text,) = told
    assert "Studio" in text
    assert made.link is not None
    assert made.link in text
    assert f"<@{world.bob.id}>" in text
    assert f"<@{world.alice.id}>" in text
    assert "a **lighthouse** @everyone" in rendered(text)
    assert r"\*\*lighthouse\*\* \@everyone" in text
    assert "it is *my* face <@1>" in rendered(text)
    assert r"\<\@1\>" in text


async def test_a_reason_is_not_needed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told = _listening(monkeypatch)
    message, _made = await finished(world)
    await _report(world, message)
    await world.until(lambda: bool(told))
    assert "none was given" in told[0]


async def test_the_longest_words_fit_into_one_message(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = _listening(monkeypatch)
    world.env.backend.get_guild(world.guild.id).name = "*" * 100
    message, _made = await finished(world, "*" * 2500)
    await _report(world, message, "*" * 300)
    await world.until(lambda: bool(told))
    assert rendered(told[0]).count("*") > 500
    assert len(told[0]) <= 2000


async def test_each_member_reports_a_result_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = _listening(monkeypatch)
    message, _made = await finished(world)
    await _report(world, message)
    await world.until(lambda: bool(told))
    again = world.answer(await _report(world, message, "again"))
    assert again.ephemeral
    assert "reported this result before" in again.content
    shown = await world.press(message, REPORT, by=world.mod)
    await world.mod.submit_modal(shown, {})
    await world.until(lambda: len(told) == 2)


async def test_the_form_works_after_a_restart_and_a_year(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = _listening(monkeypatch)
    message, _made = await finished(world)
    await a_year_later(world)
    shown = await world.press(message, REPORT, by=world.bob)
    await world.restart()
    await world.bob.submit_modal(shown, {"reason": "old"})
    await world.until(lambda: bool(told))


async def test_who_takes_no_direct_messages_is_a_line_in_the_log_and_the_reporter_is_thanked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def closed(_client: object, _user: object) -> None:
        raise discord.HTTPException(_Refused(), {"code": 50007, "message": "no"})

    monkeypatch.setattr(discord.Client, "create_dm", closed)
    message, made = await finished(world)
    with capture_logs() as logs:
        assert "Thank you" in world.answer(await _report(world, message, "my face")).content
        await world.until(lambda: any("reached nobody" in each["event"] for each in logs))
    (line,) = (each for each in logs if "reached nobody" in each["event"])
    assert (line["job"], line["words"]) == (made.id, "my face")


@pytest.mark.parametrize("private", [True, False])
async def test_what_only_one_sees_cannot_be_reported(world: World, private: bool) -> None:
    _message, made = await finished(world, private=private)
    forged = await posted(world, f"report:{made.id}")
    answer = await world.press(forged, "press")
    if private:
        assert "nobody to report it for" in world.answer(answer).content
    else:
        assert answer.modal is not None


async def test_an_hour_brings_ten_messages_of_a_server_at_most() -> None:
    client = Client()
    operator = DirectOperator(client)  # type: ignore[arg-type]  # it stands for one
    report = Report("k7m2p9", 1, "Studio", "https://discord.com/x", 2, 3, "a fox", "")
    told = [await operator.reported(report, now=float(each)) for each in range(REPORTS + 3)]
    assert told == [True] * REPORTS + [False] * 3
    other = Report("k7m2p9", 9, "Attic", "", 2, 3, "a fox", "")
    assert await operator.reported(other, now=20.0)
    assert await operator.reported(report, now=REPORT_SECONDS + 1)
    assert len(client.sent) == REPORTS + 2


class _Refused:
    status, reason = 403, "Forbidden"


def _listening(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the owner of the application is told, in place of a message to them."""
    told: list[str] = []

    async def create_dm(_client: object, _user: object) -> Any:  # noqa: ANN401
        return _Channel(told)

    monkeypatch.setattr(discord.Client, "create_dm", create_dm)
    return told


class _Channel:
    def __init__(self, told: list[str]) -> None:
        self._told = told

    async def send(self, text: str, *, allowed_mentions: discord.AllowedMentions) -> None:
        assert not (allowed_mentions.everyone or allowed_mentions.users)
        self._told.append(text)
