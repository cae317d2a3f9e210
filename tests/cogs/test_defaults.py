"""/defaults: what holds for oneself, shown, changed, and taken by requests."""

from bot.generation import AspectRatio, Resolution
from bot.jobs.states import State
from bot.wishes import Preset
from tests.cogs.reading import words
from tests.cogs.world import World, photo


async def test_without_options_it_shows_what_holds(world: World) -> None:
    answer = await world.ask("defaults")
    assert answer.ephemeral
    said = words(answer.components)
    assert "**Shape** 1:1 · as for everybody" in said
    assert "**Images of /imagine** 1 · as for everybody" in said
    assert "reset" not in said
    assert await world.services.preferences.of(world.alice.id) == Preset()


async def test_what_is_set_is_kept_and_taken_by_imagine(world: World) -> None:
    answer = await world.ask(
        "defaults", aspect_ratio="16:9", resolution="2k", num_images=3, private=True
    )
    said = words(answer.components)
    assert "from now on" in said
    assert "**Shape** 16:9 · set by you" in said
    assert "**Size** 2K · set by you" in said
    assert "**Requests and images** only you see them · set by you" in said

    await world.restart()
    asked = await world.imagine("a lighthouse")
    assert asked.ephemeral
    job = await world.until_state(State.DONE)
    generation = job.generation
    assert (generation.aspect_ratio, generation.resolution) == (
        AspectRatio.WIDE,
        Resolution.TWO_K,
    )
    assert generation.num_images == 3
    assert job.place.private


async def test_the_number_is_for_imagine_alone_and_the_text_says_so(world: World) -> None:
    answer = await world.ask("defaults", num_images=9, aspect_ratio="3:4")
    assert "The number is for /imagine alone" in words(answer.components)
    await world.ask("multishot", prompt="shots", reference=photo())
    job = await world.until_state(State.DONE)
    assert job.generation.num_images == 4
    assert job.generation.aspect_ratio is AspectRatio.PORTRAIT_3_4


async def test_what_is_said_in_a_request_goes_first(world: World) -> None:
    await world.ask("defaults", aspect_ratio="16:9", private=True)
    asked = await world.imagine("a lighthouse --ar 9:16", private=False)
    assert not asked.ephemeral
    job = await world.until_state(State.DONE)
    assert job.generation.aspect_ratio is AspectRatio.TALL


async def test_one_thing_is_changed_without_the_others_and_all_can_be_taken_back(
    world: World,
) -> None:
    await world.ask("defaults", aspect_ratio="16:9", num_images=4, private=True)
    await world.ask("defaults", private=False)
    kept = await world.services.preferences.of(world.alice.id)
    assert kept == Preset(aspect_ratio=AspectRatio.WIDE, num_images=4, private=False)
    await world.ask("defaults", reset=True, num_images=2)
    assert await world.services.preferences.of(world.alice.id) == Preset(num_images=2)
    answer = await world.ask("defaults", reset=True)
    assert "set by you" not in words(answer.components)
    assert await world.services.preferences.of(world.alice.id) == Preset()


async def test_they_are_ones_own_and_hold_in_every_server(world: World) -> None:
    await world.ask("defaults", aspect_ratio="21:9")
    other = world.env.create_guild("Another studio")
    channel = other.create_text_channel("pictures")
    alice = other.add_member(world.users[0])
    answer = world.answer(await alice.slash(channel, "defaults"))
    assert "21:9 · set by you" in words(answer.components)
    answer = world.answer(await world.bob.slash(world.channel, "defaults"))
    assert "set by you" not in words(answer.components)
