"""``ALLOWED_SERVERS``: a server that is not on it gets a polite answer and nothing else."""

import random
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.jobs.states import State
from bot.jobs.timing import Timing
from bot.storage.schema import jobs, ledger
from tests.cogs.conftest import Bot
from tests.cogs.filling import filled_in, form
from tests.cogs.reading import buttons, words
from tests.cogs.result_scenes import finished, pick, selects
from tests.cogs.world import World

SORRY = "This bot is not for this server"


async def restart(world: World, *allowed: int) -> None:
    """Another process of the bot, for these servers alone."""
    time = world.time
    settings = world.services.settings.model_copy(update={"allowed_servers": allowed or None})
    timing = Timing(time.now, time.now, time.sleep, random.random)
    world._make_bot = lambda: Bot(settings, timing)
    await world.restart()


def said(world: World, result: Any) -> str:  # noqa: ANN401 — an actor's
    """The one private answer."""
    (answer,) = world.answers(result)
    assert answer.ephemeral
    return answer.content


async def count(world: World) -> tuple[int, int]:
    """How many jobs and rows of the ledger there are."""
    async with world.services.database.read() as connection:
        return tuple(  # type: ignore[return-value]
            [
                int((await connection.execute(select(func.count()).select_from(each))).scalar_one())
                for each in (jobs, ledger)
            ]
        )


async def test_every_command_is_answered_in_private_and_does_nothing(world: World) -> None:
    await restart(world, world.guild.id + 1)
    commands: dict[str, dict[str, object]] = {
        "imagine": {"prompt": "a lighthouse"},
        "multishot": {"prompt": "a lighthouse"},
        "credits": {},
        "gallery": {},
        "defaults": {"num_images": 4},
        "show": {"job": "abc"},
        "character list": {},
        "help": {},
    }
    assert commands.keys() <= set(world.alice.available_commands(world.channel))
    for command, options in commands.items():
        result = await world.alice.slash(world.channel, command, **options)
        text = said(world, result)
        assert text.startswith(SORRY), command
        assert "nothing was charged" in text
    assert await count(world) == (0, 0)
    assert world.provider.asked == 0
    preset = await world.services.preferences.of(world.alice.id)
    assert preset.num_images is None


async def test_an_allowed_server_is_served_while_another_is_not(world: World) -> None:
    await restart(world, world.guild.id)
    other = world.env.create_guild("Another studio")
    channel = other.create_text_channel("pictures")
    alice = other.add_member(world.users[0])
    await world.imagine("a lighthouse")
    await world.until_state(State.DONE)
    before = await count(world)
    refused = await alice.slash(channel, "imagine", prompt="a lighthouse")
    assert said(world, refused).startswith(SORRY)
    assert await count(world) == before


async def test_the_person_is_told_in_words_that_do_not_name_other_servers(world: World) -> None:
    await restart(world, world.guild.id + 1)
    text = said(world, await world.alice.slash(world.channel, "credits"))
    assert str(world.guild.id + 1) not in text


async def test_buttons_selects_and_open_forms_of_before_do_nothing_either(world: World) -> None:
    message, job = await finished(world, num_images=2)
    opened = await form(world)
    values = {**filled_in(opened), "prompt": "a tower"}
    before = await count(world)
    await restart(world, world.guild.id + 1)
    pressed = list(buttons(message.components).values())
    assert pressed
    assert selects(message.components)
    for custom_id in pressed:
        result = await world.alice.click(message, custom_id=custom_id)
        assert said(world, result).startswith(SORRY), custom_id
    assert said(world, await pick(world, message, job, 1)).startswith(SORRY)
    submitted = await world.alice.submit_modal(opened, values)
    assert said(world, submitted).startswith(SORRY)
    menu = await world.alice.context_menu(world.channel, "Image details", message)
    assert said(world, menu).startswith(SORRY)
    assert await count(world) == before
    assert world.provider.asked == 1


async def test_nothing_is_completed_while_it_is_typed(world: World) -> None:
    await finished(world)
    (known,) = await world.alice.autocomplete(world.channel, "show", "job", "light")
    assert "lighthouse" in known["name"]
    await restart(world, world.guild.id + 1)
    assert await world.alice.autocomplete(world.channel, "show", "job", "light") == []


async def test_a_job_under_way_ends_as_it_would_have(world: World) -> None:
    world.provider.wait()
    message = await world.imagine("under way")
    await world.until_state(State.RUNNING)
    await restart(world, world.guild.id + 1)
    world.provider.finish()
    job = await world.until_state(State.DONE)
    await world.until(lambda: "under way" in words(message.components))
    assert (await world.balance()).used == job.price
    # and is there when the server is allowed again
    await restart(world)
    shown = world.answer(await world.alice.slash(world.channel, "credits"))
    assert SORRY not in shown.content


@pytest.mark.parametrize("environment", [{"ALLOW_DIRECT_MESSAGES": "true", "ALLOWED_SERVERS": "1"}])
async def test_direct_messages_are_allowed_or_not_by_their_own_setting(world: World) -> None:
    result = await world.users[0].slash("credits")
    assert SORRY not in f"{world.answer(result).content}"
    assert said(world, await world.alice.slash(world.channel, "credits")).startswith(SORRY)
