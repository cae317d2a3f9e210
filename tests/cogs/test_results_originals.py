"""Original file: as the image service made it, as long as anybody has it."""

import pytest
from simcord import interactions
from simcord.results import ResponseMessage

from bot.jobs.job import Job
from tests.cogs.reading import words
from tests.cogs.result_scenes import ORIGINAL, a_year_later, finished, panel, pick
from tests.cogs.world import World
from tests.pictures import load, noise, picture, save

LARGE = save(noise(1300, 1300), "PNG")
"""Such as Discord does not always take, and no encoder makes smaller."""


async def _shrunk(world: World) -> tuple[ResponseMessage, Job]:
    """A result whose only image was too large for the message."""
    world.provider._image = LARGE
    with pytest.MonkeyPatch.context() as patched:
        _limited(patched, 3_000_000)
        message, made = await finished(world)
    assert "saved smaller" in words(message.components)
    assert made.images_kept
    return message, made


def _file(world: World, answer: ResponseMessage) -> bytes:
    (attachment,) = answer.attachments
    found = world.env.backend.cdn.get(attachment.url)
    assert found is not None
    return found


async def test_the_file_comes_byte_for_byte_where_it_had_to_be_made_smaller(world: World) -> None:
    message, _made = await _shrunk(world)
    world.provider.forgetful = True
    answer = world.answer(await world.press(await panel(world, message), ORIGINAL))
    assert answer.ephemeral
    assert _file(world, answer) == LARGE
    assert "1300 × 1300 pixels" in answer.content


async def test_what_fitted_is_the_original_itself_in_discord(world: World) -> None:
    message, made = await finished(world, num_images=2)
    world.provider.forgetful = True
    shown = world.answer(await pick(world, message, made, 2, by=world.bob))
    answer = world.answer(await world.press(shown, ORIGINAL, by=world.bob))
    assert answer.ephemeral
    assert _file(world, answer) == world.provider._image
    assert answer.attachments[0].filename.endswith("-2.png")


async def test_while_the_image_service_has_it_it_comes_from_there(world: World) -> None:
    message, made = await _shrunk(world)
    await world.services.media.forget(made.id)
    answer = world.answer(await world.press(await panel(world, message), ORIGINAL))
    assert _file(world, answer) == LARGE


async def test_after_a_year_it_is_said_to_be_gone_and_where_the_smaller_one_is(
    world: World,
) -> None:
    message, made = await _shrunk(world)
    world.provider.forgetful = True
    shown = await panel(world, message)
    await a_year_later(world)
    await world.until(lambda: not (world.services.settings.media_dir / made.id).exists())
    answer = world.answer(await world.press(shown, ORIGINAL))
    assert answer.ephemeral
    assert "The original is gone" in answer.content
    assert "under the result" in answer.content
    assert answer.attachments == []


async def test_where_nothing_is_left_that_is_said(world: World) -> None:
    message, _made = await finished(world)
    shown = await panel(world, message)
    await world.mod.delete(message)
    world.provider.forgetful = True
    answer = world.answer(await world.press(shown, ORIGINAL))
    assert "This image is gone" in answer.content


async def test_what_is_too_large_for_a_file_comes_without_loss_as_a_webp(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    smooth = picture(1024, 1024)
    plain = save(smooth, "PNG", compress_level=0)
    world.provider._image = plain
    message, _made = await finished(world)
    shown = await panel(world, message)
    limit = len(plain) // 10
    _limited(monkeypatch, limit)
    answer = world.answer(await world.press(shown, ORIGINAL))
    assert "without any loss" in answer.content
    data = _file(world, answer)
    assert len(data) <= limit
    assert answer.attachments[0].filename.endswith(".webp")
    assert load(data).convert("RGB").tobytes() == smooth.tobytes()


async def test_what_no_way_makes_small_enough_is_said_with_its_size(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.provider._image = LARGE
    message, _made = await finished(world)
    shown = await panel(world, message)
    _limited(monkeypatch, 1_000_000)
    answer = world.answer(await world.press(shown, ORIGINAL))
    assert f"{len(LARGE) / 1e6:.1f} MB" in answer.content
    assert "1 MB in one file" in answer.content
    assert answer.attachments == []


async def test_where_discord_takes_less_than_it_says_a_surely_small_enough_one_is_tried(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cogs.ui.originals.DIRECT_FILE_LIMIT", 100_000)
    smooth = picture(1024, 1024)
    world.provider._image = save(smooth, "PNG", compress_level=0)
    message, _made = await finished(world)
    shown = await panel(world, message)
    world.env.inject_error("POST", "/webhooks/*", status=413, code=40005)
    answer = world.answer(await world.press(shown, ORIGINAL))
    assert answer.attachments[0].filename.endswith(".webp")
    assert "without any loss" in answer.content


def _limited(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    """From now on Discord says that this place takes no larger files."""
    build = interactions.base_payload

    def limited(*args: object, **options: object) -> object:
        record, payload = build(*args, **options)  # type: ignore[arg-type]
        payload["attachment_size_limit"] = limit
        return record, payload

    monkeypatch.setattr(interactions, "base_payload", limited)
