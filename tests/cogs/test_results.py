"""What stands under a result; the same again; the form of a result."""

import asyncio
from dataclasses import replace

import discord
import pytest

from bot.jobs.progress import Queued
from bot.jobs.reference_files import ReferenceFiles
from bot.jobs.states import State
from bot.storage.schema import DIRECT_MESSAGES
from bot.wishes import Lineage, Relation
from cogs.ui.cards import cards
from cogs.ui.result_buttons import result_rows
from tests.cogs.reading import GALLERY, Component, buttons, components, pictures, tree, words
from tests.cogs.result_scenes import (
    DELETE,
    EDIT,
    REPORT,
    REROLL,
    WORK,
    a_year_later,
    fields,
    finished,
    newest_but,
    posted,
    selects,
)
from tests.cogs.samples import BALANCE, PLACE, files, job
from tests.cogs.scenes import IMAGES, hidden
from tests.cogs.world import PATIENCE, World, photo

ROW = 1


# --- what stands there -------------------------------------------------------------------------


async def test_under_one_image_stands_what_can_be_made_of_it(world: World) -> None:
    message, made = await finished(world)
    found = buttons(message.components)
    assert list(found) == [REROLL, EDIT, "Continue in a thread", WORK, DELETE, REPORT]
    assert found[REROLL] == f"reroll:{made.id}"
    assert selects(message.components) == []


async def test_several_images_are_picked_from_a_select_that_makes_sense_read_aloud(
    world: World,
) -> None:
    message, _made = await finished(world, num_images=4)
    (select,) = selects(message.components)
    assert select["placeholder"] == "Pick an image"
    assert [option["label"] for option in select["options"]] == [
        f"Image {number}" for number in (1, 2, 3, 4)
    ]
    assert all(option["description"] for option in select["options"])
    assert WORK not in buttons(message.components)


async def test_multishot_costs_what_its_button_says(world: World) -> None:
    message = await world.ask("multishot", prompt="in a boat", reference=photo())
    await world.until_state(State.DONE)
    assert "Re-roll · 16 credits" in buttons(message.components)


async def test_a_private_result_has_neither_a_thread_nor_a_report(world: World) -> None:
    message, _made = await finished(world, private=True)
    assert list(buttons(message.components)) == [REROLL, EDIT, WORK, DELETE]


async def test_in_a_direct_message_there_is_neither_a_thread_nor_a_report() -> None:
    direct = replace(PLACE, server_id=DIRECT_MESSAGES)
    rows = [piece.to_component_dict() for piece in result_rows(job(place=direct), 1)]
    assert list(buttons(rows)) == [REROLL, EDIT, WORK, DELETE]


async def test_in_a_thread_the_button_reads_use_here() -> None:
    rows = [piece.to_component_dict() for piece in result_rows(job(), 1, in_thread=True)]
    assert "Use here" in buttons(rows)
    assert "Continue in a thread" not in buttons(rows)


async def test_what_went_to_a_direct_message_and_what_is_incomplete_has_no_buttons() -> None:
    done = job(state=State.DONE, task_id="t")
    assert buttons(tree(cards().result(done, files(2), BALANCE, moved=True))) == {}
    assert buttons(tree(cards().result(done, files(2), BALANCE, missing=1))) == {}


@pytest.mark.parametrize("images", [1, 9])
async def test_it_all_keeps_within_the_limits_of_a_message(images: int) -> None:
    view = tree(cards().result(job(state=State.DONE, task_id="t"), files(images), BALANCE))
    found = list(components(view))
    assert len(found) <= 40
    assert all(len(each["components"]) <= 5 for each in found if each["type"] == ROW)
    assert all(len(label) <= 80 for label in buttons(view))


async def test_a_spoiler_hides_every_image_of_a_result() -> None:
    view = tree(cards().result(job(spoiler=True), files(3), BALANCE))
    assert _hidden(view) == [True, True, True]
    assert _hidden(tree(cards().result(job(), files(2), BALANCE))) == [False, False]


async def test_a_spoiler_hides_what_it_is_made_from_as_well() -> None:
    view = tree(cards().progress(job(spoiler=True), Queued(0), ["reference-1.jpg"]))
    assert _hidden(view) == [True]


# --- the same again ----------------------------------------------------------------------------


async def test_its_owner_rerolls_with_one_press(world: World) -> None:
    message, first = await finished(
        world, "a lighthouse", reference1=photo(), num_images=2, aspect_ratio="16:9"
    )
    second = world.answer(await world.press(message, REROLL))
    assert not second.ephemeral
    await world.until_said(second, "6 credits used")
    again = await newest_but(world, first)
    assert again.lineage == Lineage(first.id, Relation.REROLL)
    assert again.generation.prompt == "a lighthouse"
    assert "16:9 · 1K · 2 images · 1 reference" in words(second.components)
    assert len(world.provider.requests[1]["images"]) == 1


async def test_results_of_results_go_on_any_number_of_times_and_after_restarts(
    world: World,
) -> None:
    message, made = await finished(world)
    chain = [made]
    for _round in range(3):
        await world.restart()
        await world.later(5)
        message = world.answer(await world.press(message, REROLL))
        await world.until_said(message, "6 credits used")
        await world.until_all_done()
        chain.append(await newest_but(world, *chain))
    assert [each.lineage.parent_id for each in chain[1:] if each.lineage] == [
        each.id for each in chain[:-1]
    ]


async def test_another_sees_first_what_it_costs_and_pays_for_it(world: World) -> None:
    message, _first = await finished(world)
    asked = world.answer(await world.press(message, REROLL, by=world.bob))
    assert asked.ephemeral
    assert f"<@{world.alice.id}>" in words(asked.components)
    assert "6 credits of the 60 you have left" in words(asked.components)
    assert world.provider.asked == 1
    await world.restart()
    second = world.answer(await world.press(asked, "Re-roll for 6 credits", by=world.bob))
    assert not second.ephemeral
    await world.until_said(second, "6 credits used")
    assert f"<@{world.bob.id}>" in words(second.components)
    bobs = await world.services.ledger.balance(world.guild.id, world.bob.id)
    await world.until_all_done()
    assert (bobs.left, (await world.balance()).used) == (54, 6)


async def test_a_second_press_at_once_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.jobs.queue.PRESS_SECONDS", 900.0)  # the bot's time is hurried
    message, _first = await finished(world)
    await world.press(message, REROLL)
    refused = world.answer(await world.press(message, REROLL))
    assert refused.ephemeral
    assert "a moment ago" in refused.content
    assert len(await world.jobs()) == 2


async def test_a_private_result_is_rerolled_in_private(world: World) -> None:
    message, first = await finished(world, private=True)
    second = world.answer(await world.press(message, REROLL))
    assert second.ephemeral
    await world.until_all_done()
    assert (await newest_but(world, first)).place.private


async def test_what_was_stopped_is_brought_back_in_private_alone(world: World) -> None:
    message = await hidden(world)
    first = (await world.jobs())[0]
    shown = world.answer(await world.press(message, IMAGES))
    assert REPORT not in buttons(shown.components)
    assert "Continue in a thread" not in buttons(shown.components)
    assert world.answer(await world.press(shown, REROLL)).ephemeral
    await world.until_all_done()
    assert (await newest_but(world, first)).place.private


async def test_a_result_of_a_year_ago_is_rerolled(world: World) -> None:
    message, _first = await finished(world)
    world.provider.forgetful = True
    await a_year_later(world)
    world.provider.forgetful = False
    second = world.answer(await world.press(message, REROLL))
    await world.until_said(second, "6 credits used")


async def test_a_reroll_whose_pictures_a_year_has_taken_says_so_and_is_free(world: World) -> None:
    message, first = await finished(world, reference1=photo())
    (reference,) = first.generation.references
    assert reference.sha256 is not None
    await a_year_later(world)
    kept = ReferenceFiles(world.services.database, clock=world.services.clock)
    async with asyncio.timeout(PATIENCE):
        while await kept.load(reference.sha256):  # noqa: ASYNC110 — nobody tells
            await asyncio.sleep(0.01)
    world.provider.files = lambda _address: None
    second = world.answer(await world.press(message, REROLL))
    await world.until_said(second, "could not be fetched")
    assert "Nothing was charged." in words(second.components)
    assert (await world.balance()).held == 0


async def test_a_button_of_a_job_that_one_may_not_see_does_nothing(world: World) -> None:
    _message, made = await finished(world, private=True)
    for action in ("reroll", "reroll2", "edit", "work", "delete", "report"):
        forged = await posted(world, f"{action}:{made.id}")
        answer = world.answer(await world.press(forged, "press", by=world.bob))
        assert answer.ephemeral
        assert "not known here any more" in answer.content, action
    assert world.provider.asked == 1


@pytest.mark.parametrize("action", ["reroll", "reroll2", "edit", "work"])
async def test_a_button_of_a_job_without_images_says_so(world: World, action: str) -> None:
    world.provider.failure = "too many cats"
    await world.imagine("cats")
    made = await world.until_state(State.FAILED)
    forged = await posted(world, f"{action}:{made.id}")
    assert "No images were made" in world.answer(await world.press(forged, "press")).content
    assert world.provider.asked == 1


@pytest.mark.parametrize(
    "custom_id",
    ["vary:nosuchjob-1", "pick:nosuchjob", "erase:nosuchjob-5", "draft:nosuchjob", "thread:nosuch"],
)
async def test_what_some_button_of_ours_takes_is_not_called_old(
    world: World, custom_id: str
) -> None:
    result = await world.press(await posted(world, custom_id), "press")
    (answer,) = world.answers(result)
    assert answer.ephemeral
    assert "another version" not in answer.content


@pytest.mark.parametrize(
    "custom_id",
    ["vary:nosuchjob", "vary:nosuchjob-10", "erase:nosuchjob-x", "pick:nosuchjob-1", "zoom:a-1"],
)
async def test_what_no_button_of_ours_takes_is_said_to_be_of_another_version(
    world: World, custom_id: str
) -> None:
    result = await world.press(await posted(world, custom_id), "press")
    (answer,) = world.answers(result)
    assert "another version" in answer.content


# --- the form ----------------------------------------------------------------------------------


async def test_edit_prompt_opens_the_form_as_the_job_was(world: World) -> None:
    message, first = await finished(
        world, "a lighthouse", reference1=photo(), num_images=3, resolution="2k"
    )
    await world.restart()
    shown = await world.press(message, EDIT)
    found = fields(shown)
    assert found["prompt"]["value"] == "a lighthouse"
    assert len(found["kept"]["options"]) == 1
    await world.alice.submit_modal(
        shown,
        {
            "prompt": "a lighthouse in the fog",
            "kept": [each["value"] for each in found["kept"]["options"]],
            "shape": ["16:9"],
            "number": [_default(found["number"])],
        },
    )
    await world.until_all_done()
    edited = await newest_but(world, first)
    assert edited.lineage == Lineage(first.id, Relation.EDIT)
    assert edited.generation.prompt == "a lighthouse in the fog"
    assert edited.generation.num_images == 3
    assert edited.generation.resolution == "2k"
    assert edited.generation.aspect_ratio == "16:9"
    assert len(edited.generation.references) == 1
    assert edited.state is State.DONE


async def test_another_edits_it_at_their_own_cost(world: World) -> None:
    message, _first = await finished(world)
    shown = await world.press(message, EDIT, by=world.bob)
    found = fields(shown)
    await world.bob.submit_modal(
        shown,
        {
            "prompt": "a lighthouse in the fog",
            "shape": [_default(found["shape"])],
            "number": [_default(found["number"])],
        },
    )
    await world.until_all_done()
    assert (await world.services.ledger.balance(world.guild.id, world.bob.id)).used == 6


# --- /show -------------------------------------------------------------------------------------


async def test_what_show_brings_back_goes_on_as_well(world: World) -> None:
    message, first = await finished(world, num_images=2)
    await world.mod.delete(message)
    shown = await world.ask("show", job=first.id)
    assert REROLL in buttons(shown.components)
    assert len(selects(shown.components)) == 1
    second = world.answer(await world.press(shown, REROLL))
    assert not second.ephemeral
    await world.until_said(second, "6 credits used")


async def test_in_several_messages_the_last_has_the_buttons(world: World) -> None:
    _message, first = await finished(world, num_images=4)
    world.env.inject_error("POST", "/webhooks/*", status=413, code=40005)
    answers = world.answers(await world.alice.slash(world.channel, "show", job=first.id))
    assert [REROLL in buttons(each.components) for each in answers] == [False, True]


async def test_who_sees_a_shared_result_elsewhere_can_go_on_from_it(world: World) -> None:
    """Its owner has shown it there: the channel it was made in is nobody's concern then."""
    everyone = world.guild.default_role
    secret = world.guild.create_text_channel(
        "secret", overwrites={everyone: discord.PermissionOverwrite(view_channel=False)}
    )
    boss = world.guild.create_role("boss", permissions=discord.Permissions(administrator=True))
    carol = world.guild.add_member(world.env.create_user("carol"), roles=[boss])
    await carol.slash(secret, "imagine", prompt="a plan")
    await world.until_all_done()
    (made,) = await world.services.store.last_of(world.guild.id, carol.id, 1)
    forged = await posted(world, f"reroll:{made.id}")
    refused = world.answer(await world.press(forged, "press", by=world.bob))
    assert "not known here any more" in refused.content
    shared = world.answer(await carol.slash(world.channel, "show", job=made.id, share=True))
    assert len(pictures(shared.components)) == 1
    asked = world.answer(await world.press(shared, REROLL, by=world.bob))
    assert "6 credits of the 60" in words(asked.components)


def _default(select: Component) -> str:
    (value,) = [str(each["value"]) for each in select["options"] if each.get("default")]
    return value


def _hidden(view: list[Component]) -> list[bool]:
    return [
        item["spoiler"]
        for each in components(view)
        if each["type"] == GALLERY
        for item in each["items"]
    ]
