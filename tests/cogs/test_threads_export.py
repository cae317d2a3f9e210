"""/thread export: what is in it, for whom, in how many files, and what it says is missing."""

import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import discord
import pytest
from simcord import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult

from bot.delivery.fit import ResultFile
from bot.jobs.job import Job
from bot.jobs.recalling import Recall
from bot.jobs.states import State
from cogs import thread_export
from cogs.interactions import Interaction
from tests.cogs.in_threads import finished, forum_post, opened, said
from tests.cogs.world import World
from tests.pictures import noise, save


async def export(
    world: World, thread: ChannelHandle, by: MemberActor | None = None
) -> InteractionResult:
    """What the command is answered with."""
    return await (by or world.alice).slash(thread, "thread export")


def parts(world: World, result: InteractionResult) -> list[dict[str, bytes]]:
    """The files of each ZIP that was sent, in order."""
    found = []
    for answer in world.answers(result):
        for attachment in answer.attachments:
            data = world.env.backend.cdn.get(attachment.url)
            assert data is not None
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                assert archive.testzip() is None
                found.append({name: archive.read(name) for name in archive.namelist()})
    return found


def told(part: dict[str, bytes]) -> dict[str, Any]:
    """The record in a part."""
    record: dict[str, Any] = json.loads(part["thread.json"])
    return record


async def test_it_has_the_result_that_the_thread_was_opened_on_and_all_after_it(
    world: World,
) -> None:
    first, message = await finished(world, prompt="a lighthouse", num_images=2)
    thread, _answer = await opened(world, message)
    await world.bob.slash(thread, "imagine", prompt="by night")
    await world.until_all_done()
    await world.services.store.describe(first.id, 0, "A tower on a cliff")
    await world.restart()
    result = await export(world, thread)
    assert world.answer(result).ephemeral
    assert "4 images" in said(world.answer(result))
    (part,) = parts(world, result)
    record = told(part)
    assert [each["prompt"] for each in record["requests"]] == ["a lighthouse", "by night"]
    assert [each["opened_the_thread"] for each in record["requests"]] == [True, False]
    assert [each["made_by"]["name"] for each in record["requests"]] == ["alice", "bob"]
    assert record["requests"][0]["images"][0]["alt"] == "A tower on a cliff"
    assert record["requests"][1]["references"][0]["job_id"] == first.id
    images = [image["file"] for each in record["requests"] for image in each["images"]]
    assert len(images) == 4
    assert set(images) == part.keys() - {"index.html", "thread.json"}
    assert all(part[name].startswith(b"\x89PNG") for name in images)
    assert "A tower on a cliff" in part["index.html"].decode()
    assert thread.name is not None
    assert f"<title>{thread.name}</title>" in part["index.html"].decode()


async def test_it_works_in_a_post_of_a_forum(world: World) -> None:
    post = forum_post(world)
    job, _message = await finished(world, post)
    (part,) = parts(world, await export(world, post, world.bob))
    assert [each["job_id"] for each in told(part)["requests"]] == [job.id]
    assert told(part)["requests"][0]["opened_the_thread"] is False


async def test_private_results_are_in_their_own_persons_export_alone(world: World) -> None:
    post = forum_post(world)
    await finished(world, post, prompt="for all")
    await finished(world, post, prompt="my secret", private=True)
    mine = told(parts(world, await export(world, post))[0])["requests"]
    assert [(each["prompt"], each["private"]) for each in mine] == [
        ("for all", False),
        ("my secret", True),
    ]
    theirs = parts(world, await export(world, post, world.bob))[0]
    assert [each["prompt"] for each in told(theirs)["requests"]] == ["for all"]
    assert "my secret" not in theirs["index.html"].decode()


async def test_what_was_deleted_is_not_in_it(world: World) -> None:
    post = forum_post(world)
    await finished(world, post, prompt="stays")
    gone, _message = await finished(world, post, prompt="goes")
    await world.services.store.delete_result(gone.id, by=1)
    (part,) = parts(world, await export(world, post))
    assert [each["prompt"] for each in told(part)["requests"]] == ["stays"]


async def test_images_that_are_gone_are_named(world: World) -> None:
    post = forum_post(world)
    await finished(world, post, prompt="stays")
    _job, message = await finished(world, post, prompt="goes", num_images=2)
    await world.mod.delete(message)
    world.env.backend.messages[post.id].clear()
    await finished(world, post, prompt="comes last")
    world.provider.forgetful = True
    result = await export(world, post)
    assert "3 images are gone" in said(world.answer(result))
    (part,) = parts(world, result)
    missing = [
        (each["prompt"], image["missing"])
        for each in told(part)["requests"]
        for image in each["images"]
    ]
    assert missing == [
        ("stays", "gone"),
        ("goes", "gone"),
        ("goes", "gone"),
        ("comes last", None),
    ]
    assert part["index.html"].decode().count("is gone: nobody has it any more") == 3


async def test_an_empty_thread_has_nothing_to_export(world: World) -> None:
    refused = world.answer(await export(world, forum_post(world)))
    assert refused.ephemeral
    assert "nothing to export" in said(refused)


async def test_hostile_words_are_words_in_it(world: World) -> None:
    words = "</title><script>alert(1)</script> @everyone"
    _job, message = await finished(world, prompt=words)
    thread, _answer = await opened(world, message)
    result = await export(world, thread)
    assert world.answer(result).message.mention_everyone is False
    (part,) = parts(world, result)
    page = part["index.html"].decode()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert told(part)["requests"][0]["prompt"] == words


async def test_a_large_thread_comes_in_parts_of_ten_a_message(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.provider._image = save(noise(300, 300), "PNG")
    post = forum_post(world)
    for number in range(2):
        await finished(world, post, prompt=f"number {number}", num_images=6)
    limit = 300_000
    result = await _limited(world, post, monkeypatch, limit)
    found = parts(world, result)
    assert len(found) == 12
    assert [len(each.attachments) for each in world.answers(result)] == [10, 2]
    assert all(answer.ephemeral for answer in world.answers(result))
    assert all(size <= limit for size in _sizes(world, result))
    assert [told(part)["part"] for part in found] == list(range(1, 13))
    assert "12 parts" in said(world.answers(result)[0])


async def test_an_image_that_is_too_large_for_a_file_is_named(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = forum_post(world)
    job, _message = await finished(world, post)
    world.provider._image = save(noise(400, 400), "PNG")
    large, _message = await finished(world, post, prompt="large")
    result = await _limited(world, post, monkeypatch, 200_000)
    assert f"image 1 of `{large.id}`" in said(world.answer(result))
    (part,) = parts(world, result)
    assert f"shotlist-a-lighthouse-{job.id}-1.png" in str(list(part))
    assert "too large for a file here" in part["index.html"].decode()


async def test_parts_that_are_too_large_together_are_sent_one_by_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.provider._image = save(noise(300, 300), "PNG")
    post = forum_post(world)
    await finished(world, post, num_images=3)
    _refuse_uploads(world, monkeypatch, more_than=1)
    result = await _limited(world, post, monkeypatch, 300_000)
    assert len(parts(world, result)) == 3
    assert [len(each.attachments) for each in world.answers(result)] == [1, 1, 1]


async def test_where_even_one_part_is_refused_it_is_made_anew_in_smaller_ones(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.provider._image = save(noise(300, 300), "PNG")
    post = forum_post(world)
    await finished(world, post, num_images=3)
    monkeypatch.setattr(thread_export, "SURE_BYTES", 300_000)
    _refuse_uploads(world, monkeypatch, larger_than=400_000)
    result = await export(world, post)
    assert len(parts(world, result)) == 3


async def test_one_export_at_a_time_for_each_person(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = forum_post(world)
    await finished(world, post)
    exports = world.bot.get_cog("ThreadCommands")._exports  # type: ignore[union-attr]
    original = Recall.images
    busy: list[set[int]] = []

    async def and_meanwhile(self: Recall, job: Job) -> list[ResultFile] | None:
        busy.append(set(exports._busy))
        return await original(self, job)

    monkeypatch.setattr(Recall, "images", and_meanwhile)
    assert len(parts(world, await export(world, post))) == 1
    assert busy == [{world.alice.id}]
    exports._busy.add(world.alice.id)
    assert "still being made" in said(world.answer(await export(world, post)))
    assert len(parts(world, await export(world, post, world.bob))) == 1


async def test_nothing_of_it_stays_on_the_disk(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    post = forum_post(world)
    await finished(world, post)
    await export(world, post)
    assert list(folder.iterdir()) == []


async def test_where_the_job_is_in_a_thread_is_recorded_with_it(world: World) -> None:
    await finished(world, forum_post(world))
    (job, *_rest) = await world.jobs()
    assert job.place.in_thread
    await finished(world)
    (job, *_rest) = await world.jobs()
    assert job.state is State.DONE
    assert not job.place.in_thread


def _sizes(world: World, result: InteractionResult) -> list[int]:
    return [
        attachment.size for answer in world.answers(result) for attachment in answer.attachments
    ]


async def _limited(
    world: World, thread: ChannelHandle, monkeypatch: pytest.MonkeyPatch, limit: int
) -> InteractionResult:
    """The export where Discord takes files of so many bytes."""
    original = thread_export._send_parts

    async def limited(
        interaction: Interaction, channel: discord.Thread, results: list[Job], _limit: int
    ) -> None:
        await original(interaction, channel, results, limit)

    monkeypatch.setattr(thread_export, "_send_parts", limited)
    return await export(world, thread)


def _refuse_uploads(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    *,
    more_than: int = 100,
    larger_than: int = 1_000_000_000,
) -> None:
    """Discord refuses messages with more files than that, or larger ones."""
    original = discord.Webhook.send

    async def send(self: discord.Webhook, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        files = options.get("files", [])
        sizes = [file.fp.seek(0, 2) for file in files]
        for file in files:
            file.reset()
        if len(files) > more_than or any(size > larger_than for size in sizes):
            response = type("Response", (), {"status": 400, "reason": "Bad Request"})()
            raise discord.HTTPException(response, {"code": 40005, "message": "Too large"})
        return await original(self, *args, **options)

    monkeypatch.setattr(discord.Webhook, "send", send)
