"""Images that are too large for Discord: alone, or together in one request."""

from typing import Any

import aiohttp
import pytest

from sandbox.client import Sandbox
from tests.e2e.stage import Stage, read
from tests.e2e.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

MIB = 1 << 20
NINE_LARGE: dict[str, Any] = {"prompt": "A mountain of noise", "resolution": "2k", "num_images": 9}


async def _sizes(sandbox: Sandbox, **asked: Any) -> list[int]:  # noqa: ANN401
    """The bytes of the images that the API makes for this, in order; asked for directly."""
    headers = {"Authorization": f"Bearer {sandbox.api_key}"}
    async with aiohttp.ClientSession(sandbox.provider_api + "/", headers=headers) as api:
        async with api.post(
            "images/generations", json={"model": "kling-image-o1", **asked}
        ) as answer:
            task_id = (await answer.json())["data"]["task_id"]

        async def outputs() -> list[str]:
            async with api.get(f"tasks/{task_id}") as answer:
                return (await answer.json())["data"].get("outputs") or []

        urls = await eventually(outputs, "the images")
        return [len(await sandbox.download(url)) for url in urls]


async def test_nine_2k_images_arrive_in_one_message_and_only_the_too_large_are_smaller(
    stage: Stage,
) -> None:
    sandbox = stage.sandbox
    await sandbox.provider("settings", heavy=True)
    sizes = await _sizes(sandbox, **NINE_LARGE)
    # after a reset the same request gets the same images again
    await sandbox.reset()
    await sandbox.provider("settings", heavy=True)
    limit = sorted(sizes)[4]
    await sandbox.set_limits(
        guild_file_bytes_told_to_bot=limit, file_bytes=limit, request_bytes=64 * MIB
    )

    shown = await stage.ask("ada", **NINE_LARGE)
    ended = await stage.ended(shown.id)

    assert len(ended.pictures) == 9
    kept = [file for file in ended.files if file["filename"].endswith(".png")]
    smaller = [file for file in ended.files if file["filename"].endswith(".jpg")]
    assert [file["size"] for file in kept] == [size for size in sizes if size <= limit]
    assert len(smaller) == len([size for size in sizes if size > limit]) == 4
    assert all(file["size"] <= limit for file in smaller)
    assert all((file["width"], file["height"]) == (2048, 2048) for file in ended.files)
    assert "4 of 9 images were too large for a file here" in ended.text
    numbers = [int(name.rpartition("-")[2].partition(".")[0]) for name in _names(ended.files)]
    assert numbers == list(range(1, 10))

    states = [read(state["message"]) for state in await sandbox.history(shown.id)]
    counts = [len(state.pictures) for state in states]
    assert counts == sorted(counts)
    assert len({count for count in counts if count}) > 1, "they came in one edit"
    unfinished = [state for state in states if 0 < len(state.pictures) < 9]
    assert all("on their way" in state.text for state in unfinished)


async def test_what_is_too_much_for_one_request_is_split_and_left_as_it_is(stage: Stage) -> None:
    sandbox = stage.sandbox
    await sandbox.provider("settings", heavy=False)
    asked: dict[str, Any] = {"prompt": "A quiet lake", "num_images": 4}
    sizes = await _sizes(sandbox, **asked)
    await sandbox.set_limits(
        guild_file_bytes_told_to_bot=10 * MIB,
        file_bytes=10 * MIB,
        request_bytes=int(max(sizes) * 2.5),
    )
    shown = await stage.ask("ada", **asked)
    ended = await stage.ended(shown.id)
    assert len(ended.pictures) == 4
    assert all(name.endswith(".png") for name in _names(ended.files))
    assert "saved smaller" not in ended.text
    refused = [one for one in await sandbox.requests() if one["error"] == 40005]
    assert refused


async def test_a_single_file_that_discord_refuses_is_made_smaller(stage: Stage) -> None:
    sandbox = stage.sandbox
    await sandbox.provider("settings", heavy=True)
    taken = 8_000_000
    await sandbox.set_limits(
        guild_file_bytes_told_to_bot=10 * MIB, file_bytes=taken, request_bytes=25 * MIB
    )
    shown = await stage.ask("ada", prompt="One that is refused", resolution="2k")
    ended = await stage.ended(shown.id)
    (file,) = ended.files
    assert file["filename"].endswith(".jpg")
    assert file["size"] <= taken
    assert "saved smaller" in ended.text


def _names(files: list[dict[str, Any]]) -> list[str]:
    return [str(file["filename"]) for file in files]
