"""Buttons pressed by those whose they are not, twice, tampered with, and after a long time."""

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

import discord
import pytest
from simcord import ChannelHandle
from simcord.backend.models import Interaction
from simcord.interactions import base_payload
from simcord.results import InteractionResult, ResponseMessage

from bot.jobs.reference_files import ReferenceFiles
from bot.jobs.states import State
from cogs.ui.buttons import ImagesButton, JobButton, KeepButton, RetryButton, StopButton
from tests.cogs.hurried_time import HurriedTime
from tests.cogs.reading import buttons, pictures, words
from tests.cogs.scenes import (
    AGAIN,
    CANCEL,
    IMAGES,
    STOP,
    failed,
    hidden,
    one_at_a_time,
    queued,
    running,
)
from tests.cogs.world import World, photo

YEAR = 365 * 86_400.0
KINDS = (StopButton, KeepButton, RetryButton, ImagesButton)


@pytest.fixture
def books(tmp_path: Path) -> Callable[[], list[object]]:
    """Reads everything that the bot keeps of jobs and credits."""

    def read() -> list[object]:
        with closing(sqlite3.connect(tmp_path / "shotlist.db")) as connection:
            return [
                connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
                for table in ("jobs", "job_references", "job_images", "ledger", "daily_totals")
            ]

    return read


Books = Callable[[], list[object]]


async def posted(
    world: World, custom_id: str, channel: ChannelHandle | None = None
) -> ResponseMessage:
    """A message of the bot's with a button of that id, which the bot itself knows nothing of."""
    where = (channel or world.channel).id
    route = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=where)
    button = {"type": 2, "style": 2, "label": "press", "custom_id": custom_id}
    row = {"type": 1, "components": [button]}
    sent = await world.bot.http.request(route, json={"flags": 1 << 15, "components": [row]})
    return ResponseMessage(world.env, world.env.backend.get_message(where, int(sent["id"])))


async def pass_by(world: World, hurried: HurriedTime, seconds: float) -> None:
    """So much time passes for everybody, and the bot is started anew after it."""
    await world.bot.close()
    hurried.skipped += seconds
    world.env.backend.advance_clock(seconds)
    await world.restart()


# --- of others ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", [running, failed, hidden], ids=["running", "failed", "hidden"])
async def test_a_press_by_another_says_whose_it_is_and_changes_nothing(
    world: World,
    books: Books,
    kind: type[JobButton],
    state: Callable[[World], Awaitable[ResponseMessage]],
) -> None:
    message = await state(world)
    forged = await posted(world, f"{kind.action}:{(await world.jobs())[0].id}")
    before, shown = books(), buttons(message.components)
    answer = world.answer(await world.press(forged, "press", by=world.bob))
    assert answer.ephemeral
    assert f"Only <@{world.alice.id}>" in answer.content
    assert pictures(answer.components) == []
    assert books() == before
    assert buttons(message.components) == shown  # its bar may have moved
    assert world.provider.asked == 1


@one_at_a_time
async def test_nobody_cancels_the_waiting_job_of_another(world: World, books: Books) -> None:
    message = await queued(world)
    before = books()
    answer = world.answer(await world.press(message, CANCEL, by=world.bob))
    assert answer.ephemeral
    assert "can stop it" in answer.content
    assert books() == before


@pytest.mark.parametrize("kind", [KeepButton, RetryButton, ImagesButton])
async def test_a_moderator_can_stop_and_nothing_else(
    world: World, books: Books, kind: type[JobButton]
) -> None:
    await hidden(world)
    forged = await posted(world, f"{kind.action}:{(await world.jobs())[0].id}")
    before = books()
    answer = world.answer(await world.press(forged, "press", by=world.mod))
    assert answer.ephemeral
    assert f"Only <@{world.alice.id}>" in answer.content
    assert books() == before


async def test_who_moderates_one_channel_stops_nothing_in_another(
    world: World, books: Books
) -> None:
    """The right counts where the job is, wherever a button with its id has got to."""
    await running(world)
    elsewhere = world.guild.create_text_channel("lounge")
    forged = await posted(world, f"stop:{(await world.jobs())[0].id}", elsewhere)
    before = books()
    answer = world.answer(await world.press(forged, "press", by=world.mod))
    assert answer.ephemeral
    assert "can stop it" in answer.content
    assert books() == before


# --- tampered with -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "custom_id",
    [
        "stop:nosuchjob",
        "images:0",
        "keep:zzzzzzzzzzzzzzzz",
        "retry:'; DROP TABLE jobs; --",
        "stop:' OR '1'='1",
        "stop:%",
        "stop:*",
        "stop:" + "a" * 95,
        "stop:",
        "stop:{job}\n",
        "stop:{job} ",
        "STOP:{job}",
        "remove:{job}",
        "capture:{job}",
        ":{job}",
        "stop:stop:{job}",
        "stop:ｊｏｂ",
        "stop:\u202e{job}",
        "stop:../../{job}",
        "images:<@1> @everyone",
    ],
)
async def test_a_button_that_was_made_up_is_answered_and_does_nothing(
    world: World, books: Books, custom_id: str
) -> None:
    await running(world)
    forged = await posted(world, custom_id.replace("{job}", (await world.jobs())[0].id))
    before = books()
    result = await world.press(forged, "press")
    (answer,) = world.answers(result)
    assert answer.ephemeral
    assert "not known here any more" in answer.content or "another version" in answer.content
    assert "@" not in answer.content
    assert books() == before


# --- twice -------------------------------------------------------------------------------------


async def at_once(
    world: World, message: ResponseMessage, label: str
) -> list[list[ResponseMessage]]:
    """Alice presses a button on two of her devices; what each press was answered with.

    Both reach the bot before it has done anything about the first.
    """
    backend = world.env.backend
    emit = backend.emit
    second: list[Interaction] = []

    def twice(event: str, payload: Mapping[str, Any], *rest: Any, **more: Any) -> None:  # noqa: ANN401
        emit(event, payload, *rest, **more)
        if event == "INTERACTION_CREATE" and not second:
            record, twin = base_payload(
                backend,
                type=payload["type"],
                channel_id=message.channel_id,
                guild_id=world.guild.id,
                user_id=world.alice.id,
                data=payload["data"],
            )
            record.source_message_id = message.id
            second.append(record)
            emit(event, {**payload, "id": twin["id"], "token": twin["token"]}, *rest, **more)

    with mock.patch.object(backend, "emit", twice):
        first = await world.press(message, label)
    return [world.answers(first), world.answers(InteractionResult(world.env, second[0]))]


@one_at_a_time
async def test_two_presses_of_cancel_cancel_once(world: World) -> None:
    message = await queued(world)
    await at_once(world, message, CANCEL)
    await world.until_said(message, "Cancelled.")
    late = await posted(world, f"stop:{(await world.jobs())[0].id}")
    assert "too late" in world.answer(await world.press(late, "press")).content
    balance = await world.balance()
    assert (balance.used, balance.held) == (0, 6)  # the first one's


async def test_two_presses_of_stop_hide_once_and_charge_once(world: World) -> None:
    message = await running(world)
    await at_once(world, message, STOP)
    await world.until_said(message, "Stopped.")
    world.provider.finish()
    await world.until_state(State.CANCELLED)
    balance = await world.balance()
    assert (balance.used, balance.held) == (6, 0)


async def test_two_presses_of_try_again_make_one_job(world: World) -> None:
    message = await failed(world)
    world.provider.failure = None
    answers = await at_once(world, message, AGAIN)
    said = [" ".join([each.content, words(each.components)]) for (each,) in answers]
    assert sum("tried again before" in text for text in said) == 1
    await world.until_state(State.DONE)
    assert len(await world.jobs()) == 2
    assert (await world.balance()).used == 6
    assert world.provider.asked == 2


async def test_two_presses_for_the_images_show_them_twice_and_charge_nothing(
    world: World, books: Books
) -> None:
    message = await hidden(world)
    before = books()
    for (answer,) in await at_once(world, message, IMAGES):
        assert answer.ephemeral
        assert len(pictures(answer.components)) == 1
    assert books() == before


async def test_two_presses_to_keep_updating_follow_one_job_once(world: World) -> None:
    message = await running(world, private=True)
    job = (await world.jobs())[0]
    keep = await posted(world, f"keep:{job.id}")
    await at_once(world, keep, "press")
    world.provider.finish()
    await world.until_state(State.DONE)
    balance = await world.balance()
    assert (balance.used, balance.held) == (6, 0)
    assert message.ephemeral
    assert world.provider.asked == 1


# --- after a restart, and after a year ---------------------------------------------------------


@one_at_a_time
async def test_cancel_works_after_a_restart(world: World) -> None:
    message = await queued(world)
    await world.restart()
    await world.press(message, CANCEL)
    await world.until_said(message, "Cancelled.")
    assert (await world.balance()).held == 6


async def test_stop_and_images_work_after_a_restart(world: World) -> None:
    message = await running(world)
    await world.restart()
    await world.press(message, STOP)
    await world.until_said(message, "Stopped.")
    world.provider.finish()
    await world.until_state(State.CANCELLED)
    await world.restart()
    shown = world.answer(await world.press(message, IMAGES))
    assert shown.ephemeral
    assert len(pictures(shown.components)) == 1


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (StopButton, "too late to stop"),
        (RetryButton, "nothing to try again"),
        (ImagesButton, "a lighthouse"),
    ],
)
async def test_a_year_later_every_button_of_a_finished_job_works_or_says_why_not(
    world: World, hurried: HurriedTime, books: Books, kind: type[JobButton], said: str
) -> None:
    await world.imagine()
    job = await world.until_state(State.DONE)
    await pass_by(world, hurried, YEAR)
    old = await posted(world, f"{kind.action}:{job.id}")
    before = books()
    answer = world.answer(await world.press(old, "press"))
    assert answer.ephemeral
    assert said in answer.content + words(answer.components)
    assert books() == before


async def test_a_year_later_keep_updating_says_where_the_images_are(
    world: World, hurried: HurriedTime, books: Books
) -> None:
    await world.imagine()
    job = await world.until_state(State.DONE)
    await pass_by(world, hurried, YEAR)
    old = await posted(world, f"{KeepButton.action}:{job.id}")
    before = books()
    await world.press(old, "press")
    assert job.link is not None
    assert job.link in words(old.components)
    assert books() == before


async def test_images_that_a_year_has_taken_are_said_to_be_gone(
    world: World, hurried: HurriedTime, books: Books
) -> None:
    message = await hidden(world)
    world.provider.forgetful = True
    await pass_by(world, hurried, YEAR)
    job = (await world.jobs())[0]
    await world.until(lambda: not (world.services.settings.media_dir / job.id).exists())
    before = books()
    answer = world.answer(await world.press(message, IMAGES))
    assert "gone" in answer.content
    assert pictures(answer.components) == []
    assert books() == before


async def test_what_failed_a_year_ago_can_be_tried_again(
    world: World, hurried: HurriedTime
) -> None:
    message = await failed(world)
    await pass_by(world, hurried, YEAR)
    world.provider.failure = None
    second = world.answer(await world.press(message, AGAIN))
    await world.until_said(second, "6 credits used")


async def test_a_second_try_whose_pictures_are_gone_says_so_and_is_free(
    world: World, hurried: HurriedTime
) -> None:
    message = await failed(world, reference1=photo())
    (kept,) = (await world.jobs())[0].generation.references
    await pass_by(world, hurried, YEAR)

    async def tidied_up() -> bool:
        files = ReferenceFiles(world.services.database, clock=world.services.clock)
        return await files.load(kept.sha256 or "") is None

    await world.until_true(tidied_up)
    world.provider.failure = None
    world.provider.files = lambda _address: None
    second = world.answer(await world.press(message, AGAIN))
    await world.until_said(second, "could not be fetched")
    assert "Nothing was charged." in words(second.components)
    balance = await world.balance()
    assert (balance.used, balance.held) == (0, 0)
    assert world.provider.asked == 1
