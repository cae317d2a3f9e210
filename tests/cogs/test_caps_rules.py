"""``/caps limits, block, roles, channels, pause``: what is refused, to whom, and in which words."""

from dataclasses import replace
from typing import Any

import discord
import pytest
from simcord import ChannelHandle, MemberActor

from bot.admission import Refusal
from bot.jobs.states import State
from bot.words import RuleKind
from tests.cogs.reading import texts, words
from tests.cogs.test_caps import caps
from tests.cogs.world import World

DAY = 86_400.0


async def asks(
    world: World,
    member: MemberActor | None = None,
    channel: ChannelHandle | None = None,
    **options: Any,  # noqa: ANN401
) -> str:
    """What a request is answered with in private; empty where it was accepted."""
    answer = world.answer(
        await (member or world.alice).slash(
            channel or world.channel, "imagine", **{"prompt": "a cup", **options}
        )
    )
    await world.until_all_done()
    return f"{answer.content}{words(answer.components)}" if answer.ephemeral else ""


async def refused(world: World, kind: Refusal) -> int:
    """How many refusals of that kind were counted."""
    async with world.services.database.read() as connection:
        rows = await connection.exec_driver_sql(
            "SELECT coalesce(sum(count), 0) FROM refusals WHERE kind = ?", (kind.value,)
        )
        return int(rows.scalar_one())


# --- limits ---


@pytest.mark.parametrize(
    ("limit", "options", "said"),
    [
        (
            {"images": 2},
            {"num_images": 3},
            "You may make 2 images at a time here, and this asks for 3",
        ),
        ({"resolution": 1}, {"resolution": "2k"}, "images in 1K here, and this asks for 2K"),
        ({"private": False}, {"private": True}, "Private results are not allowed here"),
        ({"at_once": 0}, {}, "let you make no images at all"),
    ],
)
async def test_what_is_more_than_a_limit_is_refused_and_costs_nothing(
    world: World,
    chief: MemberActor,
    limit: dict[str, object],
    options: dict[str, Any],
    said: str,
) -> None:
    await caps(world, chief, "limits", **limit)
    assert said in await asks(world, **options)
    assert (await world.balance()).held == (await world.balance()).used == 0
    assert await refused(world, Refusal.LIMIT) == 1
    await caps(world, chief, "limits", reset=True)
    world.answer(await world.alice.slash(world.channel, "imagine", prompt="a cup", **options))
    await world.until_all_done()
    assert (await world.balance()).used == 6


async def test_the_most_generous_role_counts_for_each_limit_by_itself(
    world: World, chief: MemberActor
) -> None:
    many, large = world.guild.create_role("many"), world.guild.create_role("large")
    painter = world.guild.add_member(world.env.create_user("painter"), roles=[many, large])
    await caps(world, chief, "limits", images=1, resolution=1)
    await caps(world, chief, "limits", role=many, images=4, resolution=1)
    said = await caps(world, chief, "limits", role=large, resolution=2)
    assert "Everyone** 1 image each · up to 1K" in said
    assert await asks(world, painter, num_images=4, resolution="2k") == ""
    assert "You may make 1 image at a time" in await asks(world, num_images=2)


async def test_a_pause_is_over_when_it_says_so(world: World, chief: MemberActor) -> None:
    await caps(world, chief, "limits", pause="10 min")
    assert await asks(world) == ""
    assert "you can ask again <t:" in await asks(world)
    assert await asks(world, world.bob) == ""
    await world.later(601)
    assert await asks(world) == ""


async def test_one_request_at_a_time_and_no_more_than_the_operator_allows(
    world: World, chief: MemberActor
) -> None:
    assert "a server can only lower that. You gave 99" in await caps(
        world, chief, "limits", at_once=99
    )
    await caps(world, chief, "limits", at_once=1)
    world.provider.wait()
    await world.imagine("the first")
    answer = await world.imagine("the second")
    assert "You may have 1 request under way here" in answer.content
    world.provider.finish()
    await world.until_all_done()
    assert await asks(world) == ""


@pytest.mark.parametrize("typed", ["ten", "10", "-5s", "1 fortnight", "400d", "5s and then"])
async def test_a_span_that_is_none_is_told_with_examples(
    world: World, chief: MemberActor, typed: str
) -> None:
    said = await caps(world, chief, "limits", pause=typed)
    assert typed in said
    assert "10 min" in said or "days are possible" in said


# --- who ---


async def test_a_blocked_member_is_told_the_reason_or_not_until_it_ends(
    world: World, chief: MemberActor
) -> None:
    said = await caps(
        world, chief, "block", member=world.alice, time="2h", reason="spam in #pictures"
    )
    assert f"<@{world.alice.id}> is blocked, until <t:" in said
    told = await asks(world)
    assert "blocked you from the bot; it ends <t:" in told
    assert "Their reason: spam in" in told
    await caps(world, chief, "block", member=world.alice, reason="a secret", tell=False)
    told = await asks(world)
    assert "have blocked you from the bot." in told
    assert "secret" not in told
    listed = await caps(world, chief, "block")
    assert "a secret" in listed
    assert "they are not told" in listed
    assert await asks(world, world.bob) == ""
    assert await refused(world, Refusal.BLOCK) == 2

    assert "may use the bot again" in await caps(world, chief, "unblock", member=world.alice)
    assert "is not blocked" in await caps(world, chief, "unblock", member=world.alice)
    assert await asks(world) == ""


async def test_a_block_for_a_time_ends_by_itself(world: World, chief: MemberActor) -> None:
    await caps(world, chief, "block", member=world.alice, time="1d")
    await world.restart()
    assert "it ends" in await asks(world)
    await world.later(DAY + 1)
    assert await asks(world) == ""
    assert "Nobody is blocked here" in await caps(world, chief, "block")


async def test_a_block_leaves_what_is_under_way(world: World, chief: MemberActor) -> None:
    world.provider.wait()
    await world.imagine("under way")
    await caps(world, chief, "block", member=world.alice)
    world.provider.finish()
    job = await world.until_state(State.DONE)
    assert job.state is State.DONE


async def test_only_named_roles_may_use_it_once_one_is_named(
    world: World, chief: MemberActor
) -> None:
    role = world.guild.create_role("painters")
    painter = world.guild.add_member(world.env.create_user("painter"), roles=[role])
    await caps(world, chief, "roles", allow=role)
    assert f"for those who have one of these roles: <@&{role.id}>" in await asks(world)
    assert await asks(world, painter) == ""
    assert "every member of the server" in await caps(world, chief, "roles", remove=role)
    assert await asks(world) == ""


# --- where ---


async def test_only_here_and_never_there_count_for_threads_too(
    world: World, chief: MemberActor
) -> None:
    other = world.guild.create_text_channel("other")
    made = world.env.backend.create_thread(world.channel.id, "in pictures", world.alice.id)
    thread = next(each for each in world.channel.threads if each.id == made.id)
    await caps(world, chief, "channels", never=world.channel)
    for place in (world.channel, thread):
        assert "do not want images made in this channel" in await asks(world, channel=place)
    assert await asks(world, channel=other) == ""
    assert "cannot be both" in await caps(world, chief, "channels", only=world.channel)
    await caps(world, chief, "channels", remove=world.channel, only=other)
    assert f"in these channels: <#{other.id}>" in await asks(world, channel=thread)
    assert await asks(world, channel=other) == ""
    assert await refused(world, Refusal.PLACE) == 3


@pytest.mark.parametrize(
    ("age", "there", "elsewhere"),
    [
        ("required", "", "works in age-restricted channels only"),
        ("never", "does not work in age-restricted channels", ""),
        ("anywhere", "", ""),
    ],
)
async def test_age_restricted_channels_are_the_only_ones_or_none(
    world: World, chief: MemberActor, age: str, there: str, elsewhere: str
) -> None:
    restricted = world.guild.create_text_channel("adults")
    known = world.bot.get_channel(restricted.id)
    assert isinstance(known, discord.TextChannel)
    known.nsfw = True  # SimCord's channels do not have it
    await caps(world, chief, "channels", age=age)
    for place, expected in ((restricted, there), (world.channel, elsewhere)):
        said = await asks(world, channel=place)
        assert expected in said if expected else said == ""


async def test_a_paused_bot_accepts_nothing_until_it_goes_on(
    world: World, chief: MemberActor
) -> None:
    await caps(world, chief, "pause", paused=True)
    assert "have paused the bot" in await asks(world)
    assert "paused here already" in await caps(world, chief, "pause", paused=True)
    await caps(world, chief, "pause", paused=False)
    assert await asks(world) == ""
    told = await caps(world, chief, "show")
    assert "paused: no → yes" in told
    assert "paused: yes → no" in told


async def test_the_overview_shows_each_rule_that_is_set(world: World, chief: MemberActor) -> None:
    assert "Other rules" not in await caps(world, chief, "show")
    await caps(world, chief, "limits", images=2, pause="30s")
    await caps(world, chief, "channels", never=world.channel, age="never")
    await caps(world, chief, "pause", paused=True)
    told = await caps(world, chief, "show")
    assert "**Limits of everyone** 30 s between two · 2 images each" in told
    assert f"**Never in** <#{world.channel.id}>" in told
    assert "**Age-restricted channels** never" in told
    assert "**Paused** yes" in told
    assert "Roles that may" not in told


async def test_a_prompt_that_meets_the_rules_for_words_is_refused_and_counted(
    world: World, chief: MemberActor
) -> None:
    rules = await world.services.rules.of(world.guild.id)
    words = rules.settings.words.adding(RuleKind.WORD, "kill")
    await world.services.rules.change_settings(
        world.guild.id, lambda known: replace(known, words=words), by=chief.id
    )
    for prompt in ("a kill", "a k.i.l.l", "a K1LL --ar 16:9"):
        said = await asks(world, prompt=prompt)
        assert "This server's rules refuse words of yours" in said
        assert "kill" not in said.casefold().replace("a kill", "")
    assert await asks(world, prompt="a man of great skill") == ""
    assert await refused(world, Refusal.WORDS) == 3
    assert (await world.balance()).used == 6


async def test_the_overview_goes_on_in_another_message_where_much_is_set(
    world: World, chief: MemberActor
) -> None:
    roles = [world.guild.create_role(f"role {number}") for number in range(25)]
    for role in roles:
        await caps(world, chief, "limits", role=role, images=2, pause="30s", private=False)
        await caps(world, chief, "roles", allow=role)
        await caps(world, chief, "role", role=role, credits=7)
    answers = world.answers(await chief.slash(world.channel, "caps show"))
    assert len(answers) > 1
    assert all(answer.ephemeral for answer in answers)
    said = [words(answer.components) for answer in answers]
    assert max(sum(map(len, texts(answer.components))) for answer in answers) <= 4000
    for role in roles:
        assert f"<@&{role.id}> 30 s between two · 2 images each" in "\n".join(said)


async def test_a_change_of_a_list_tells_what_was_added_and_removed(
    world: World, chief: MemberActor
) -> None:
    first, second = (world.guild.create_role(name) for name in ("first", "second"))
    await caps(world, chief, "roles", allow=first)
    await caps(world, chief, "roles", allow=second)
    await caps(world, chief, "limits", role=first, images=2)
    await caps(world, chief, "limits", role=second, images=3)
    said = await caps(world, chief, "show")
    assert f"roles that may use the bot: added <@&{second.id}>" in said
    assert f"added <@&{first.id}> <@&{second.id}>" not in said
    assert f"limits of <@&{second.id}>: none → 3 images each" in said
    assert said.count(f"limits of <@&{first.id}>") == 1


async def test_the_same_cap_again_is_no_change(world: World, chief: MemberActor) -> None:
    for _time in range(2):
        await caps(world, chief, "default", credits=10)
    said = await caps(world, chief, "show")
    assert said.count("cap for everyone") == 1
