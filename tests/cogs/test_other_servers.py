"""A server never sees another's figures: one has much, and in the other nothing of it is said."""

from typing import Any, NamedTuple

import discord
import pytest
import pytest_asyncio
from simcord import MemberActor
from simcord.builders import ChannelHandle, GuildHandle

from bot.jobs.states import State
from tests.cogs.reading import components, words
from tests.cogs.world import World

SECRET = "zanzibar"
"""A word that stands in all that is written in the first server."""
CAP, SHARED, GRANTED = "4321", "8765", "7777"


class Place(NamedTuple):
    """A server, who may manage it, and Alice and Bob, who are in both."""

    guild: GuildHandle
    channel: ChannelHandle
    chief: MemberActor
    alice: MemberActor
    bob: MemberActor

    async def ask(self, world: World, command: str, /, **options: Any) -> str:  # noqa: ANN401
        """All that can be read in what the chief is answered: texts, labels, addresses, files."""
        return await read(world, self.chief, self.channel, command, **options)

    async def ask_as_alice(self, world: World, command: str, /, **options: Any) -> str:  # noqa: ANN401
        """The same for Alice."""
        return await read(world, self.alice, self.channel, command, **options)


async def read(
    world: World,
    actor: MemberActor,
    channel: ChannelHandle,
    command: str,
    /,
    **options: Any,  # noqa: ANN401
) -> str:
    said = []
    for answer in world.answers(await actor.slash(channel, command, **options)):
        said += [answer.content, words(answer.components), str(list(components(answer.components)))]
        for file in answer.attachments:
            said.append(f"{file.filename} {file.description}")
            if file.filename.endswith(".csv"):
                said.append((await file.read()).decode())
    return "\n".join(said)


@pytest_asyncio.fixture
async def here(world: World) -> Place:
    """The first server, where much has happened."""
    role = world.guild.create_role("chiefs", permissions=discord.Permissions(manage_guild=True))
    chief = world.guild.add_member(world.env.create_user("chief"), roles=[role])
    for number in range(3):
        await world.imagine(f"{SECRET} {number}")
        await world.until_state(State.DONE)
    await world.bob.slash(world.channel, "imagine", prompt=f"{SECRET} of bob")
    await world.until_all_done()
    for command, options in (
        ("default", {"credits": int(CAP)}),
        ("server", {"credits": int(SHARED), "period": "month"}),
        ("member", {"member": world.bob, "credits": 1}),
        ("zone", {"zone": "Asia/Tokyo"}),
        ("grant", {"credits": int(GRANTED), "member": world.alice, "reason": SECRET}),
    ):
        await chief.slash(world.channel, f"caps {command}", **options)
    refused = world.answer(await world.bob.slash(world.channel, "imagine", prompt=SECRET))
    assert refused.ephemeral
    return Place(world.guild, world.channel, chief, world.alice, world.bob)


@pytest.fixture
def there(world: World, here: Place) -> Place:
    """The second server, where nothing has happened, with the same people."""
    guild = world.env.create_guild("Another studio")
    role = guild.create_role("chiefs", permissions=discord.Permissions(manage_guild=True))
    boss = guild.add_member(world.env.create_user("boss"), roles=[role])
    assert boss.id != here.chief.id
    alice, bob = (guild.add_member(user) for user in world.users)
    return Place(guild, guild.create_text_channel("pictures"), boss, alice, bob)


def check_silent(text: str, here: Place) -> None:
    """Nothing of the first server is in it."""
    assert text.strip()
    for known in (SECRET, CAP, SHARED, GRANTED, "Tokyo", str(here.guild.id), str(here.channel.id)):
        assert known not in text, known


async def test_the_first_server_says_it_all(world: World, here: Place) -> None:
    """Else the silence of the other one would prove nothing."""
    shown = await here.ask(world, "caps show")
    assert [known for known in (CAP, SHARED, GRANTED, "Tokyo") if known not in shown] == []
    assert SECRET in await here.ask_as_alice(world, "gallery")
    assert "24 credits" in await here.ask(world, "caps usage")
    assert f"{SECRET} of bob" in await here.ask(world, "caps export")
    assert SECRET in await here.ask_as_alice(world, "credits")


async def test_what_is_set_in_one_server_is_not_shown_in_another(
    world: World, here: Place, there: Place
) -> None:
    text = await there.ask(world, "caps show")
    check_silent(text, here)
    assert f"<@{here.chief.id}>" not in text, "who changed what"
    for member in (there.alice, there.bob):
        text = await there.ask(world, "caps show", member=member)
        check_silent(text, here)
        assert "60 credits a day" in text, "the operator's default holds"


async def test_what_was_used_in_one_server_is_not_shown_in_another(
    world: World, here: Place, there: Place
) -> None:
    for by in ("member", "role", "channel", "mode", "day"):
        text = await there.ask(world, "caps usage", by=by)
        check_silent(text, here)
        assert f"<@{world.alice.id}>" not in text
        assert "6 credits" not in text
        assert "24 credits" not in text
    text = await there.ask(world, "caps export")
    check_silent(text, here)
    assert "nothing to export" in text


async def test_who_is_in_both_sees_in_each_what_they_did_there(
    world: World, here: Place, there: Place
) -> None:
    text = await there.ask_as_alice(world, "credits")
    check_silent(text, here)
    assert "60 of 60 credits left" in text
    for options in ({}, {"member": there.alice}, {"member": there.bob}):
        check_silent(await there.ask_as_alice(world, "gallery", **options), here)


async def test_a_job_of_the_one_counts_in_neither_usage_nor_cap_of_the_other(
    world: World, here: Place, there: Place
) -> None:
    before = await here.ask(world, "caps usage")
    await there.alice.slash(there.channel, "imagine", prompt="elsewhere")
    await world.until_all_done()
    assert "54 of 60 credits left" in await there.ask_as_alice(world, "credits")
    after = await there.ask(world, "caps usage")
    check_silent(after, here)
    assert "6 credits" in after
    exported = await there.ask(world, "caps export")
    check_silent(exported, here)
    assert exported.count("elsewhere") == 1
    assert "24 credits" in await here.ask(world, "caps usage")
    assert "elsewhere" not in await here.ask(world, "caps export")
    assert before.splitlines()[:3] == (await here.ask(world, "caps usage")).splitlines()[:3]


async def test_the_id_of_a_job_of_another_server_opens_nothing(
    world: World, here: Place, there: Place
) -> None:
    """As its moderator would try it."""
    (job, *_others) = await world.jobs()
    text = await there.ask(world, "show", job=job.id)
    check_silent(text, here)
