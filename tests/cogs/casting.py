"""Characters as people make and meet them."""

from typing import Any

import discord
from simcord import MemberActor
from simcord.results import ResponseMessage

from bot.character import Character
from tests.cogs.reading import words
from tests.cogs.world import World, photo

ONE, TWO, THREE = (
    photo(640, 480, "front.png"),
    photo(660, 480, "side.png"),
    photo(680, 480, "back.png"),
)
SAME_AS_ONE = photo(640, 480, "front again.png")
NO_PICTURE = ("notes.png", b"this is no picture at all")
NOT_YOURS = "whose character this is"
UNKNOWN = "There is no character called"


def many(count: int) -> dict[str, Any]:
    """So many pictures, as options of a command."""
    return {f"image{n}": photo(800 + n, 600, f"{n}.png") for n in range(1, count + 1)}


def manager(world: World) -> MemberActor:
    """Somebody who may manage the server."""
    role = world.guild.create_role("boss", permissions=discord.Permissions(manage_guild=True))
    return world.guild.add_member(world.env.create_user("carol"), roles=[role])


async def say(
    world: World, command: str, by: MemberActor | None = None, **options: object
) -> ResponseMessage:
    """Alice, or whoever is named, uses a command of ``/character``; what they are answered."""
    actor = by or world.alice
    return world.answer(await actor.slash(world.channel, f"character {command}", **options))


async def create(
    world: World, name: str = "Ana", by: MemberActor | None = None, **options: object
) -> Character:
    """Make a character through the command."""
    given = {"image1": ONE, **options}
    answer = await say(world, "create", by, name=name, **given)
    assert answer.ephemeral
    assert not answer.content, answer.content
    return await of(world, name, by)


async def shared(world: World, name: str = "Ana", by: MemberActor | None = None) -> Character:
    """Make a character, and share it."""
    await create(world, name, by)
    await say(world, "share", by, name=name, shared=True)
    return await of(world, name, by)


async def of(world: World, name: str, by: MemberActor | None = None) -> Character:
    """The character of that name as the bot keeps it."""
    actor = by or world.alice
    return await world.services.characters.named(world.guild.id, actor.id, name)


async def all_of(world: World, by: MemberActor | None = None) -> list[str]:
    """The names of all that somebody may use."""
    actor = by or world.alice
    usable = await world.services.characters.usable(world.guild.id, actor.id)
    return [each.name for each in usable]


def tamper(message: ResponseMessage, old: str, new: str) -> None:
    """Give a button of the message another custom_id, as a client that was changed can."""
    for container in message._message.components:
        for row in container["components"]:
            for button in row.get("components", []):
                if button.get("custom_id") == old:
                    button["custom_id"] = new


def said(answer: ResponseMessage) -> str:
    """All of an answer, whether it is a plain text or built of pieces."""
    return answer.content or words(answer.components)
