"""``/caps``: who may, what is set, what follows from it, and what is told."""

import discord
import pytest
from simcord import MemberActor
from simcord.backend.errors import SetupError

from bot.credits.caps import Cap, Period, Subject
from bot.jobs.states import State
from tests.cogs.reading import words
from tests.cogs.world import World


async def caps(world: World, by: MemberActor, command: str, **options: object) -> str:
    """What ``/caps`` answers; it has to be private."""
    answer = world.answer(await by.slash(world.channel, f"caps {command}", **options))
    assert answer.ephemeral
    return f"{answer.content}{words(answer.components)}"


async def capped(world: World) -> str:
    """Alice asks for images and is refused; the words."""
    answer = await world.imagine("a lighthouse")
    assert answer.ephemeral
    return f"{answer.content}{words(answer.components)}"


async def shown_to(world: World, *members: MemberActor, command: str = "caps") -> None:
    """Discord shows them the command, as the server's settings can have it."""
    found = next(each for each in await world.bot.tree.fetch_commands() if each.name == command)
    world.guild.set_command_permissions(found, dict.fromkeys(members, True))


# --- who may ---


async def test_discord_hides_it_from_who_may_not_manage_the_server(world: World) -> None:
    with pytest.raises(SetupError, match="default-member-permissions"):
        await world.alice.slash(world.channel, "caps show")


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("show", {}),
        ("default", {"credits": 5}),
        ("server", {"credits": 5}),
        ("remove", {"other": "everyone"}),
        ("moderators", {}),
        ("zone", {"zone": "Europe/Berlin"}),
        ("revoke", {"grant": 1}),
        ("grant", {"credits": 5}),
    ],
)
async def test_who_may_not_manage_the_server_is_told_so_and_changes_nothing(
    world: World, command: str, options: dict[str, object]
) -> None:
    await shown_to(world, world.alice, world.mod)
    before = await world.services.rules.of(world.guild.id)
    for member in (world.alice, world.mod):
        said = await caps(world, member, command, **options)
        assert "for those who may manage the server" in said
    assert await world.services.rules.of(world.guild.id) == before


async def test_a_role_that_was_named_may_and_no_longer_after_it_was_taken_out(
    world: World, chief: MemberActor
) -> None:
    role = world.guild.create_role("helpers")
    helper = world.guild.add_member(world.env.create_user("helper"), roles=[role])
    await shown_to(world, helper)
    assert "for those who may manage" in await caps(world, helper, "show")
    said = await caps(world, chief, "moderators", add=role)
    assert f"<@&{role.id}>" in said
    assert "Integrations" in said
    await world.restart()
    assert "The cap for everyone is 12 credits a day" in await caps(
        world, helper, "default", credits=12
    )
    await caps(world, chief, "moderators", remove=role)
    assert "for those who may manage" in await caps(world, helper, "show")


async def test_everyone_cannot_be_made_moderators(world: World, chief: MemberActor) -> None:
    said = await caps(world, chief, "moderators", add=world.guild.default_role)
    assert "would let everybody set everything" in said
    assert (await world.services.rules.of(world.guild.id)).settings.moderator_roles == ()


# --- caps ---


async def test_a_new_default_holds_at_once_and_for_what_was_used_before(
    world: World, chief: MemberActor
) -> None:
    await world.imagine("first")
    await world.until_state(State.DONE)
    said = await caps(world, chief, "default", credits=10, period="week")
    assert "The cap for everyone is 10 credits a week" in said
    assert "Before, there was none" in said
    assert "This costs 6 credits and you have 4 of 10 left (a week)" in await capped(world)


async def test_none_and_zero_are_different(world: World, chief: MemberActor) -> None:
    await caps(world, chief, "default", credits=0)
    assert "nobody has credits unless the moderators give some" in await capped(world)
    said = await caps(world, chief, "default", unlimited=True)
    assert "is no limit" in said
    assert "Before, it was 0 credits a day" in said
    await world.imagine("a lighthouse")
    await world.until_state(State.DONE)
    told = words((await world.ask("credits")).components)
    assert "Your credits have no limit" in told


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({}, "How many?"),
        ({"credits": 5, "unlimited": True}, "You gave 5 credits and `unlimited: True`"),
    ],
)
async def test_a_cap_is_a_number_or_no_limit(
    world: World, chief: MemberActor, options: dict[str, object], reason: str
) -> None:
    assert reason in await caps(world, chief, "default", **options)
    assert (await world.services.rules.of(world.guild.id)).rules == ()


async def test_a_members_cap_goes_before_a_roles_and_that_before_the_default(
    world: World, chief: MemberActor
) -> None:
    small, large = world.guild.create_role("small"), world.guild.create_role("large")
    painter = world.guild.add_member(world.env.create_user("painter"), roles=[small, large])
    await caps(world, chief, "default", credits=60)
    await caps(world, chief, "role", role=small, credits=6)
    said = await caps(world, chief, "role", role=large, credits=100, period="week")
    assert f"<@&{large.id}> is 100 credits a week" in said

    told = await caps(world, chief, "show", member=painter)
    assert "**100 credits a week**, by the cap of the role" in told
    assert "most generous of their roles; the others" in told
    assert f"<@&{small.id}> 6 credits a day" in told

    await caps(world, chief, "member", member=painter, credits=0)
    told = await caps(world, chief, "show", member=painter)
    assert "**0 credits a day**, by a cap of their own" in told
    assert "A member's own cap goes before those of their roles" in told
    refused = world.answer(await painter.slash(world.channel, "imagine", prompt="x"))
    assert "have set your credits to 0" in (f"{refused.content}{words(refused.components)}")

    said = await caps(world, chief, "remove", member=painter)
    assert "It was 0 credits a day" in said
    await painter.slash(world.channel, "imagine", prompt="x")
    await world.until_all_done()
    (job,) = await world.services.store.last_of(world.guild.id, painter.id, 5)
    assert (job.state, job.cap_subject, job.cap_subject_id) == (State.DONE, Subject.ROLE, large.id)


async def test_the_role_of_everyone_is_the_default(world: World, chief: MemberActor) -> None:
    everyone = world.guild.default_role
    assert "The cap for everyone is 6 credits a day" in await caps(
        world, chief, "role", role=everyone, credits=6
    )
    (rule,) = (await world.services.rules.of(world.guild.id)).rules
    assert (rule.subject, rule.subject_id) == (Subject.EVERYONE, 0)
    assert "no role is named" in await caps(world, chief, "roles", allow=everyone)
    await caps(world, chief, "limits", role=everyone, images=2)
    settings = (await world.services.rules.of(world.guild.id)).settings
    assert (settings.limits.images, settings.role_limits) == (2, ())
    await caps(world, chief, "grant", role=everyone, credits=6)
    assert (await world.services.ledger.balance(world.guild.id, 5, [everyone.id])).left == 12
    assert "is gone" in await caps(world, chief, "remove", role=everyone)


async def test_the_servers_cap_is_shared_and_comes_on_top(world: World, chief: MemberActor) -> None:
    await caps(world, chief, "server", credits=10, period="month")
    await world.imagine("mine")
    await world.until_state(State.DONE)
    refused = world.answer(await world.bob.slash(world.channel, "imagine", prompt="his"))
    said = f"{refused.content}{words(refused.components)}"
    assert "all members of this server together have 4 of 10 left (a month)" in said
    told = words((await world.ask("credits")).components)
    assert "All members together: 4 of 10 left (a month)" in told
    assert "**The whole server** 10 credits a month · 4 left" in await caps(world, chief, "show")


async def test_what_is_taken_away_has_to_be_there_and_be_one(
    world: World, chief: MemberActor
) -> None:
    assert "You named 0" in await caps(world, chief, "remove")
    assert "You named 2" in await caps(world, chief, "remove", other="server", member=world.alice)
    assert "There is no cap for the whole server here" in await caps(
        world, chief, "remove", other="server"
    )


# --- grants ---


async def test_a_grant_is_drawn_beyond_the_cap_and_can_be_revoked(
    world: World, chief: MemberActor
) -> None:
    await caps(world, chief, "default", credits=6)
    said = await caps(
        world, chief, "grant", member=world.alice, credits=15, until="used", reason="won a contest"
    )
    assert f"15 credits for <@{world.alice.id}>, until used · won a contest" in said
    for prompt in ("from the cap", "from the grant"):
        await world.imagine(prompt)
        await world.until_state(State.DONE)
    told = words((await world.ask("credits")).components)
    assert "9 of 21 credits left" in told
    assert "9 of them are granted" in told
    assert "grants paid 6 in this period and still give 9" in await caps(
        world, chief, "show", member=world.alice
    )
    assert "can no longer be drawn" in await caps(world, chief, "revoke", grant=1)
    assert "This costs 6 credits and you have 0 of 12 left" in await capped(world)
    assert "was revoked" in await caps(world, chief, "revoke", grant=1)
    assert "There is no grant 7 here" in await caps(world, chief, "revoke", grant=7)


async def test_a_grant_to_a_role_is_for_each_and_until_the_period_ends(
    world: World, chief: MemberActor
) -> None:
    role = world.guild.create_role("winners")
    first, second = (
        world.guild.add_member(world.env.create_user(name), roles=[role])
        for name in ("first", "second")
    )
    await caps(world, chief, "default", credits=0)
    said = await caps(world, chief, "grant", role=role, credits=6)
    assert "each with <@&" in said
    for winner in (first, second):
        answer = world.answer(await winner.slash(world.channel, "imagine", prompt="a cup"))
        assert not answer.ephemeral
    await world.until_all_done()
    await world.later(86_400)
    answer = world.answer(await first.slash(world.channel, "imagine", prompt="again"))
    assert answer.ephemeral


async def test_a_grant_is_to_one_of_two(world: World, chief: MemberActor) -> None:
    role = world.guild.create_role("winners")
    for options in ({}, {"member": world.alice, "role": role}):
        assert "To whom?" in await caps(world, chief, "grant", credits=5, **options)
    assert await world.services.grants.live(world.guild.id) == []


async def test_grants_to_revoke_are_offered_by_the_names_of_their_people(
    world: World, chief: MemberActor, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = world.guild.create_role("winners")
    await caps(world, chief, "grant", credits=5, member=world.alice, reason="a *prize*")
    await caps(world, chief, "grant", credits=6, role=role)
    await caps(world, chief, "grant", credits=7, member=world.bob)
    asked: list[list[int]] = []
    query = discord.Guild.query_members

    async def counted(
        guild: discord.Guild, *, user_ids: list[int], limit: int, cache: bool
    ) -> list[discord.Member]:
        asked.append(user_ids)
        return await query(guild, user_ids=user_ids, limit=limit, cache=cache)

    monkeypatch.setattr(discord.Guild, "query_members", counted)
    # One letter after the other, as somebody types.
    for typed in ("", "a", "al"):
        await chief.autocomplete(world.channel, "caps revoke", "grant", typed)
    offered = await chief.autocomplete(world.channel, "caps revoke", "grant", "ali")
    assert [choice["name"] for choice in offered] == ["1 · 5 credits for alice · a *prize*"]
    assert asked == [[world.bob.id, world.alice.id]]
    (of_role,) = await chief.autocomplete(world.channel, "caps revoke", "grant", "@winners")
    assert of_role["name"] == "2 · 6 credits for @winners · no reason given"


async def test_grants_are_offered_also_where_discord_does_not_say_whose_they_are(
    world: World, chief: MemberActor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await caps(world, chief, "grant", credits=5, member=world.alice)

    async def query(*_values: object, **_options: object) -> list[discord.Member]:
        raise TimeoutError

    with monkeypatch.context() as silent:
        silent.setattr(discord.Guild, "query_members", query)
        (offered,) = await chief.autocomplete(world.channel, "caps revoke", "grant", "")
    assert offered["name"] == f"1 · 5 credits for member {world.alice.id} · no reason given"
    await world.later(10)
    (offered,) = await chief.autocomplete(world.channel, "caps revoke", "grant", "")
    assert "5 credits for alice" in offered["name"]


# --- time zone, and what is recorded ---


async def test_the_time_zone_is_chosen_from_names(world: World, chief: MemberActor) -> None:
    assert "There is no time zone “Nowhere”" in await caps(world, chief, "zone", zone="Nowhere")
    said = await caps(world, chief, "zone", zone="europe/berlin")
    assert "The time zone is Europe/Berlin" in said
    assert "midnight in Europe/Berlin" in await caps(world, chief, "show")
    choices = await chief.autocomplete(world.channel, "caps zone", "zone", "berl")
    assert choices[0]["value"] == "Europe/Berlin"


async def test_each_change_is_recorded_with_who_when_before_and_after(
    world: World, chief: MemberActor
) -> None:
    await caps(world, chief, "default", credits=10)
    await caps(world, chief, "default", credits=20, period="month")
    await caps(world, chief, "zone", zone="Asia/Tokyo")
    await caps(world, chief, "grant", member=world.alice, credits=3)
    told = await caps(world, chief, "show")
    assert f"<@{chief.id}> · cap for everyone: 10 credits a day → 20 credits a month" in told
    assert "cap for everyone: none → 10 credits a day" in told
    assert "time zone: UTC → Asia/Tokyo" in told
    assert f"granted 3 credits to <@{world.alice.id}>" in told
    last = await world.services.rules.last_changes(world.guild.id, 10)
    assert [change.what for change in last] == ["grant", "settings", "cap", "cap"]
    assert all(change.by == chief.id for change in last)


async def test_another_server_has_its_own(world: World, chief: MemberActor) -> None:
    await caps(world, chief, "default", credits=0)
    rules = await world.services.rules.of(world.guild.id + 1)
    assert rules.rules == ()
    balance = await world.services.ledger.balance(world.guild.id + 1, world.alice.id)
    assert balance.cap == Cap(60, Period.DAY)
