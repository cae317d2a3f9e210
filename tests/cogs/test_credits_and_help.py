"""/credits and /help: in private, true, and within the limits of a message."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.credits.balances import Balance
from bot.credits.caps import Cap, Period
from bot.jobs.states import State
from cogs.credits import PICTURE
from cogs.ui.account import MOST_BUTTONS, account
from cogs.ui.captions import ALT_CHARACTERS
from tests.cogs.reading import buttons, components, texts, tree, words
from tests.cogs.samples import BALANCE, NOW, PLACE, is_prompt, job
from tests.cogs.world import World


async def test_credits_tell_what_is_used_held_and_left(world: World) -> None:
    await world.imagine("a lighthouse")
    await world.until_state(State.DONE)
    world.provider.wait()
    await world.imagine("a harbour", private=True)
    answer = await world.ask("credits")
    said = words(answer.components)
    assert answer.ephemeral
    assert "48 of 60 credits left" in said
    assert "6 used · 6 held" in said
    assert "new credits <t:" in said
    assert said.index("a harbour") < said.index("a lighthouse")
    done = (await world.jobs())[1]
    assert f"finished · 6 credits · [open]({done.place.link})" in said
    assert "6 credits held · private" in said


async def test_credits_of_a_newcomer(world: World) -> None:
    said = words((await world.ask("credits")).components)
    assert "60 of 60 credits left" in said
    assert "not made any images" in said


async def test_credits_bring_back_images_that_only_the_bot_keeps(world: World) -> None:
    world.provider.wait()
    message = await world.imagine()
    await world.until_offered(message, "Stop showing")
    await world.press(message, "Stop showing")
    world.provider.finish()
    await world.until_state(State.CANCELLED)
    answer = await world.ask("credits")
    shown = world.answer(await world.press(answer, "Show me the images"))
    assert shown.ephemeral
    assert len(shown.attachments) == 1


async def test_credits_are_refused_in_direct_messages_as_the_rest_is(world: World) -> None:
    answer = world.answer(await world.alice.user.slash("credits"))
    assert "servers only" in answer.content


async def test_help_opens_the_commands_and_names_the_prices(world: World) -> None:
    answer = await world.ask("help")
    said = words(answer.components)
    assert answer.ephemeral
    for name in ("imagine", "multishot", "credits"):
        assert world.services.command_ids.mention(name) in said
        assert world.services.command_ids.mention(name).startswith(f"</{name}:")
    for fact in ("6 credits", "16 credits", "--ar", "10 MB", "300 pixels"):
        assert fact in said


async def test_a_job_that_cost_nothing_says_so() -> None:
    said = words(tree(account(BALANCE, [job(state=State.CANCELLED)])))
    assert "cancelled · nothing charged" in said


async def test_a_job_whose_message_never_appeared_has_no_link() -> None:
    unseen = job(state=State.FAILED, place=replace(PLACE, message_id=None))
    assert "not shown" in words(tree(account(BALANCE, [unseen])))


@pytest.mark.parametrize("credits", [0, 60])
async def test_a_cap_of_nothing_is_shown_too(credits: int) -> None:
    nothing = Balance(Cap(credits, Period.WEEK), 80, 0, NOW)
    assert f"0 of {credits}" in words(tree(account(nothing, [])))


@given(st.lists(st.text(min_size=1, max_size=2500).filter(is_prompt), min_size=10, max_size=12))
async def test_ten_hostile_prompts_stay_within_the_limits_of_a_message(
    prompts: list[str],
) -> None:
    place = replace(PLACE, server_id=2**63, channel_id=2**63, message_id=2**63)
    jobs = [
        job(prompt, State.DONE, id=f"job{n}", place=place, images_kept=True)
        for n, prompt in enumerate(prompts)
    ]
    found = tree(account(BALANCE, jobs, (PICTURE, "x" * ALT_CHARACTERS)))
    assert sum(map(len, texts(found))) <= 4000
    assert len(list(components(found))) <= 40
    assert len([each for each in components(found) if each["type"] == 9]) == MOST_BUTTONS
    assert buttons(found)
