"""The chart of ``/credits``: that it says what the words say, and is never in their way."""

import asyncio
import io
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import discord
import pytest
from PIL import Image
from simcord import MemberActor
from simcord.results import ResponseMessage
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs

from bot.jobs.states import State
from bot.stretch import Stretch
from bot.usage import DaySum, read_days
from cogs.credits import PICTURE
from cogs.ui.charts import Chart, Easel
from tests.cogs.reading import pictures, tree, words
from tests.cogs.world import World

FIFTEEN_MINUTES = 900.0


@pytest.fixture
def environment() -> dict[str, str]:
    """The bot works in direct messages too."""
    return {"ALLOW_DIRECT_MESSAGES": "true"}


async def made(world: World, *prompts: str) -> None:
    """Alice has made these."""
    for prompt in prompts or ("a lighthouse",):
        await world.imagine(prompt)
        await world.until_state(State.DONE)


def alt_of(answer: ResponseMessage) -> str:
    """What is said of the one picture of an answer, which is the file that came with it."""
    ((address, alt),) = pictures(answer.components)
    (attachment,) = answer.attachments
    assert attachment.filename == PICTURE
    assert PICTURE in address
    return alt


def has_only_words(answer: ResponseMessage) -> bool:
    """Whether there is no picture, and nothing that stands in for one."""
    return not pictures(answer.components) and not answer.attachments


def easel_of(world: World) -> Easel:
    """That of the bot."""
    cog = world.bot.get_cog("Credits")
    assert cog is not None
    easel: Easel = cog._easel  # type: ignore[attr-defined]
    return easel


@asynccontextmanager
async def occupied(easel: Easel, by: int = 1) -> AsyncIterator[None]:
    """So many others draw, or wait until they can."""
    leave = asyncio.Event()

    async def stay() -> None:
        async with easel.turn():
            await leave.wait()

    staying = [asyncio.create_task(stay()) for _each in range(by)]
    await asyncio.sleep(0)
    try:
        yield
    finally:
        leave.set()
        await asyncio.gather(*staying)


# --- what it shows ---


async def test_the_chart_says_the_numbers_of_the_words(world: World) -> None:
    await made(world)
    world.provider.wait()
    await world.imagine("a harbour")
    answer = await world.ask("credits")
    assert answer.ephemeral
    assert "48 of 60 credits left" in words(answer.components)
    assert "6 used · 6 held" in words(answer.components)
    assert alt_of(answer) == "Your credits today. 6 of 60 used, 6 held, 48 left."
    data = world.env.backend.cdn.get(answer.attachments[0].url)
    assert data is not None
    with Image.open(io.BytesIO(data)) as picture:
        assert (picture.format, picture.width) == ("PNG", 1080)


async def test_where_nothing_was_used_there_is_no_chart(world: World) -> None:
    async with occupied(easel_of(world)):  # who wants none does not wait for a turn
        answer = await world.ask("credits")
    assert "60 of 60 credits left" in words(answer.components)
    assert has_only_words(answer)


async def test_what_was_used_in_another_period_is_not_in_the_chart(world: World) -> None:
    await made(world)
    await world.later(86_400)
    answer = await world.ask("credits")
    assert "60 of 60 credits left" in words(answer.components)
    assert has_only_words(answer)


async def test_a_cap_without_limit_has_a_chart_of_its_days(
    world: World, chief: MemberActor
) -> None:
    await made(world)
    await chief.slash(world.channel, "caps default", unlimited=True, period="month")
    answer = await world.ask("credits")
    assert "have no limit" in words(answer.components)
    assert "day by day. 6 used, 0 held. " in alt_of(answer)
    await chief.slash(world.channel, "caps default", unlimited=True, period="day")
    answer = await world.ask("credits")
    assert "6 used · 0 held" in words(answer.components)
    assert has_only_words(answer)


async def test_a_week_is_that_of_the_servers_calendar(world: World, chief: MemberActor) -> None:
    now = datetime.fromtimestamp(world.services.clock(), UTC)
    # one of the two has another date than UTC, at any time of the day
    zone = "Pacific/Kiritimati" if now.hour >= 11 else "Pacific/Pago_Pago"
    await chief.slash(world.channel, "caps zone", zone=zone)
    await chief.slash(world.channel, "caps default", credits=90, period="week")
    await made(world, "a lighthouse", "a fox")
    today = datetime.fromtimestamp((await world.jobs())[0].created_at, ZoneInfo(zone)).date()
    assert today != now.date()
    answer = await world.ask("credits")
    assert "78 of 90 credits left" in words(answer.components)
    assert alt_of(answer) == (
        "Column chart. Your credits, day by day. 12 of 90 used, 0 held, 78 left. "
        f"{today:%m-%d}: 12."
    )


async def test_grants_are_part_of_the_whole(world: World, chief: MemberActor) -> None:
    await chief.slash(world.channel, "caps default", credits=6)
    await chief.slash(world.channel, "caps grant", member=world.alice, credits=15)
    await made(world, "from the cap", "from the grant")
    answer = await world.ask("credits")
    assert "9 of 21 credits left" in words(answer.components)
    assert alt_of(answer) == "Your credits today. 12 of 21 used, 0 held, 9 left."


async def test_in_a_direct_message_it_is_the_same(world: World) -> None:
    alice = world.alice.user
    await alice.slash("imagine", prompt="a lighthouse")
    await world.until_all_done()
    answer = world.answer(await alice.slash("credits"))
    assert "54 of 60 credits left" in words(answer.components)
    assert alt_of(answer) == "Your credits today. 6 of 60 used, 0 held, 54 left."


async def test_it_is_the_same_after_a_restart(world: World) -> None:
    await made(world)
    await world.restart()
    assert "6 of 60 used" in alt_of(await world.ask("credits"))


async def test_images_can_still_be_brought_back_from_under_the_chart(world: World) -> None:
    await world.imagine("a secret", private=True)
    await world.until_state(State.DONE)
    answer = await world.ask("credits")
    assert alt_of(answer)
    shown = world.answer(await world.press(answer, "Show me the images"))
    assert len(shown.attachments) == 1


# --- that it agrees ---


async def test_what_changes_while_it_is_read_changes_neither(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made(world)
    used: list[int] = []

    async def changing(
        connection: AsyncConnection, server_id: int, member_id: int, stretch: Stretch
    ) -> list[DaySum]:
        used.append(12)  # between the balance and its days, by another connection
        await _use(world, 12)
        return await read_days(connection, server_id, member_id, stretch)

    monkeypatch.setattr(sys.modules["bot.account"], "read_days", changing)
    answer = await world.ask("credits")
    assert used
    assert "54 of 60 credits left" in words(answer.components)
    assert "6 of 60 used, 0 held, 54 left" in alt_of(answer)
    monkeypatch.undo()
    assert "42 of 60 credits left" in words((await world.ask("credits")).components)


async def _use(world: World, credits: int) -> None:
    """Alice has used more today."""
    async with world.services.database.write() as connection:
        await connection.exec_driver_sql(f"UPDATE daily_totals SET used = used + {credits}")


# --- that it is in nobody's way ---


async def test_a_drawing_that_fails_leaves_the_numbers(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made(world)

    def broken(days: Sequence[DaySum], *, whole: int | None, left: int | None) -> Chart:
        raise RuntimeError(f"{len(days)} days, {whole}, {left}: no ink")

    with monkeypatch.context() as here, capture_logs() as logs:
        here.setattr(sys.modules["cogs.credits"], "period_chart", broken)
        result = await world.alice.slash(world.channel, "credits")
        await world.until(lambda: any(log["event"] == "a background task died" for log in logs))
    (answer,) = world.answers(result)  # and no word of what went wrong
    assert "54 of 60 credits left" in words(answer.components)
    assert has_only_words(answer)
    assert alt_of(await world.ask("credits"))


@pytest.mark.parametrize(("status", "code"), [(404, 10008), (403, 50001), (400, 40005)])
async def test_an_edit_that_discord_refuses_leaves_the_numbers(
    world: World, status: int, code: int
) -> None:
    await made(world)
    world.env.inject_error("PATCH", "/webhooks/*", status=status, code=code)
    with capture_logs() as logs:
        result = await world.alice.slash(world.channel, "credits")
    (answer,) = world.answers(result)
    assert "54 of 60 credits left" in words(answer.components)
    assert has_only_words(answer)
    assert [log["log_level"] for log in logs if "without their chart" in log["event"]] == [
        "warning"
    ]


async def test_where_many_wait_the_numbers_stand_alone(world: World) -> None:
    await made(world)
    async with occupied(easel_of(world), by=3):
        answer = await world.ask("credits")
        assert "54 of 60 credits left" in words(answer.components)
        assert has_only_words(answer)
    assert alt_of(await world.ask("credits"))


async def test_in_a_rush_the_numbers_stand_alone(world: World) -> None:
    await made(world)
    easel = easel_of(world)
    for _each in range(10):  # others ask
        easel.admits()
    answer = await world.ask("credits")
    assert "54 of 60 credits left" in words(answer.components)
    assert has_only_words(answer)


async def test_the_numbers_are_there_before_the_chart(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made(world)
    sent = _sent(monkeypatch)
    async with occupied(easel_of(world)):
        asking = asyncio.create_task(world.ask("credits"))
        await world.until(lambda: bool(sent))
        assert "54 of 60 credits left" in sent[0]
        assert not asking.done()
    assert alt_of(await asking)


async def test_what_can_no_longer_be_edited_is_not_drawn(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made(world)
    drawn: list[int] = []

    def counted(days: Sequence[DaySum], *, whole: int | None, left: int | None) -> None:
        drawn.append(len(days))

    monkeypatch.setattr(sys.modules["cogs.credits"], "period_chart", counted)
    sent = _sent(monkeypatch)
    async with occupied(easel_of(world)):
        asking = asyncio.create_task(world.ask("credits"))
        await world.until(lambda: bool(sent))
        world.time.skipped += FIFTEEN_MINUTES
    assert has_only_words(await asking)
    assert drawn == []


def _sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The words of every first answer from now on, once Discord has them."""
    sent: list[str] = []
    send: Callable[..., Awaitable[object]] = discord.InteractionResponse.send_message

    async def noted(self: object, *values: object, **options: object) -> object:
        answered = await send(self, *values, **options)
        view = options["view"]
        assert isinstance(view, discord.ui.LayoutView)
        sent.append(words(tree(view)))
        return answered

    monkeypatch.setattr(discord.InteractionResponse, "send_message", noted)
    return sent
