"""/character: names that complete while they are typed, and direct messages."""

import pytest

from bot.generation import Reference
from bot.storage.schema import DIRECT_MESSAGES
from tests.cogs.casting import (
    ONE,
    UNKNOWN,
    create,
    manager,
    said,
    say,
    shared,
)
from tests.cogs.reading import buttons
from tests.cogs.world import World

# --- while a name is typed ---


async def test_names_complete_with_those_that_the_command_is_for(world: World) -> None:
    boss = manager(world)
    mine = await create(world, "Anastasia")
    also = await create(world, "Joana")
    theirs = await shared(world, "Ana", by=world.bob)
    await create(world, "Ana Secret", by=world.bob)

    async def offered(command: str, typed: str, by: object = world.alice) -> list[tuple[str, str]]:
        actor = world.alice if by is world.alice else boss
        found = await actor.autocomplete(world.channel, f"character {command}", "name", typed)
        return [(choice["name"], choice["value"]) for choice in found]

    own = [("Anastasia", mine.id), ("Joana", also.id)]
    foreign = ("Ana · shared in this server", theirs.id)
    assert await offered("show", "ANA") == [own[0], foreign, own[1]]
    for command in ("rename", "add", "remove", "share", "delete"):
        assert await offered(command, "ana") == own
    for command in ("share", "delete"):
        assert await offered(command, "ana", boss) == [foreign]
    assert await offered("rename", "ana", boss) == []
    assert await offered("show", "zoe") == []


async def test_names_complete_in_their_own_server_alone(world: World) -> None:
    await world.services.characters.create(
        world.guild.id + 1,
        world.alice.id,
        name="Ana",
        references=[Reference("a.png", sha256="a")],
    )
    assert await world.alice.autocomplete(world.channel, "character show", "name", "") == []
    assert UNKNOWN in said(await say(world, "show", name="Ana"))


async def test_at_most_twenty_five_are_offered(world: World) -> None:
    for number in range(30):
        await world.services.characters.create(
            world.guild.id,
            world.alice.id,
            name=f"Ana {number}",
            references=[Reference("a.png", sha256="a")],
        )
    offered = await world.alice.autocomplete(world.channel, "character show", "name", "")
    assert len(offered) == 25


# --- direct messages ---


@pytest.mark.parametrize("environment", [{"ALLOW_DIRECT_MESSAGES": "true"}])
async def test_in_a_direct_message_characters_are_ones_own_and_never_shared(
    world: World,
) -> None:
    alice, bob = world.users
    made = world.answer(await alice.slash("character create", name="Ana", image1=ONE))
    assert "Share with this server" not in buttons(made.components)
    (mine,) = await world.services.characters.usable(DIRECT_MESSAGES, alice.id)
    refused = world.answer(await alice.slash("character share", name="Ana", shared=True))
    assert "direct messages is yours alone" in said(refused)
    assert UNKNOWN in said(world.answer(await bob.slash("character show", name=mine.id)))
    assert UNKNOWN in said(await say(world, "show", name="Ana"))


async def test_where_the_operator_allows_none_a_direct_message_says_so(world: World) -> None:
    answer = world.answer(await world.users[0].slash("character list"))
    assert "in servers only" in said(answer)
    assert await world.users[0].autocomplete("character show", "name", "") == []
