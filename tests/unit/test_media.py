"""The folder of kept results: whole or not at all, and never larger than allowed."""

import asyncio
import errno
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.delivery.fit import ResultFile
from bot.delivery.media import MediaFolder
from bot.errors import StorageError


class Clock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def files(name: str = "shot", size: int = 400, count: int = 2) -> list[ResultFile]:
    return [
        ResultFile(f"{name}-{n}.png", bytes([n]) * size, 30 + n, 20, "image/png", n == 2)
        for n in range(1, count + 1)
    ]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def media(tmp_path: Path, clock: Clock) -> AsyncIterator[MediaFolder]:
    folder = MediaFolder(tmp_path / "media", max_bytes=5000, clock=clock)
    await folder.open()
    yield folder
    assert folder.used_bytes == on_disk(tmp_path / "media")


def on_disk(root: Path) -> int:
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())


async def reopened(tmp_path: Path, max_bytes: int = 5000) -> MediaFolder:
    folder = MediaFolder(tmp_path / "media", max_bytes=max_bytes, clock=Clock())
    assert await folder.open() == []
    return folder


async def test_what_is_saved_comes_back_the_same_and_in_order(media: MediaFolder) -> None:
    await media.save("k7m2p9", files(count=3))
    assert await media.load("k7m2p9") == files(count=3)


async def test_it_comes_back_after_a_restart(media: MediaFolder, tmp_path: Path) -> None:
    await media.save("k7m2p9", files())
    again = await reopened(tmp_path)
    assert await again.load("k7m2p9") == files()
    assert again.used_bytes == media.used_bytes > 800


async def test_an_unknown_job_has_nothing(media: MediaFolder) -> None:
    assert await media.load("unknown") is None
    await media.forget("unknown")
    assert media.used_bytes == 0


async def test_what_is_forgotten_is_gone_from_the_disk(media: MediaFolder, tmp_path: Path) -> None:
    await media.save("k7m2p9", files())
    await media.forget("k7m2p9")
    assert await media.load("k7m2p9") is None
    assert list((tmp_path / "media").iterdir()) == []


async def test_saving_again_replaces_all_of_it(media: MediaFolder) -> None:
    await media.save("k7m2p9", files("old", count=3))
    await media.save("k7m2p9", files("new", count=1))
    assert await media.load("k7m2p9") == files("new", count=1)


async def test_the_oldest_jobs_make_room(media: MediaFolder, clock: Clock) -> None:
    for job_id in ("third", "first", "second"):
        clock.now = {"first": 1.0, "second": 2.0, "third": 3.0}[job_id]
        await media.save(job_id, files(size=600))
    clock.now = 4.0
    await media.save("fourth", files(size=900))
    assert await media.load("first") is None
    assert await media.load("second") is not None
    assert await media.load("third") is not None
    assert await media.load("fourth") == files(size=900)
    assert media.used_bytes <= 5000


async def test_age_is_remembered_across_a_restart(
    media: MediaFolder, clock: Clock, tmp_path: Path
) -> None:
    for job_id, now in (("aaa", 9.0), ("bbb", 8.0)):
        clock.now = now
        await media.save(job_id, files(size=900))
    again = await reopened(tmp_path)
    await again.save("ccc", files(size=900))
    assert await again.load("bbb") is None
    assert await again.load("aaa") is not None
    await media.open()


async def test_a_job_replaces_itself_without_pushing_others_out(
    media: MediaFolder, clock: Clock
) -> None:
    await media.save("older", files(size=600))
    clock.now += 1
    await media.save("same", files(size=1200))
    await media.save("same", files(size=1300))
    assert await media.load("older") is not None


async def test_a_job_larger_than_the_folder_is_refused_and_pushes_nothing_out(
    media: MediaFolder,
) -> None:
    await media.save("k7m2p9", files())
    with pytest.raises(StorageError, match=r"job huge has \d+ bytes.*5000"):
        await media.save("huge", files(size=2500))
    assert await media.load("k7m2p9") == files()
    assert await media.load("huge") is None


async def test_old_results_are_forgotten_by_date(media: MediaFolder, clock: Clock) -> None:
    for job_id, now in (("aaa", 10.0), ("bbb", 20.0), ("ccc", 30.0)):
        clock.now = now
        await media.save(job_id, files(size=10))
    assert await media.forget_before(20.0) == 1
    assert await media.load("aaa") is None
    assert await media.load("bbb") is not None


@pytest.mark.parametrize("job_id", ["", "..", "../x", "A", "a/b", "a.b", "x" * 65, "ä", "a\n"])
async def test_a_job_id_cannot_be_a_path(media: MediaFolder, job_id: str) -> None:
    call: Callable[[], Awaitable[object]]
    for call in (
        lambda: media.save(job_id, files()),
        lambda: media.load(job_id),
        lambda: media.forget(job_id),
    ):
        with pytest.raises(StorageError, match="a-z and 0-9"):
            await call()


@pytest.mark.parametrize(
    "name", ["", "../x.png", "/x.png", ".x.png", "a\\b.png", "X.png", "index.json", "shot-1.png"]
)
async def test_a_file_name_cannot_be_a_path_or_taken(media: MediaFolder, name: str) -> None:
    bad = ResultFile(name, b"x", 1, 1, "image/png")
    with pytest.raises(StorageError, match="cannot be kept"):
        await media.save("k7m2p9", [*files(), bad])
    assert await media.load("k7m2p9") is None


async def test_a_job_without_files_is_refused(media: MediaFolder) -> None:
    with pytest.raises(StorageError, match="no files"):
        await media.save("k7m2p9", [])


async def test_it_must_be_opened_first(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path, max_bytes=1, clock=Clock())
    with pytest.raises(StorageError, match="opened"):
        await folder.load("k7m2p9")
    with pytest.raises(StorageError, match="opened"):
        _ = folder.used_bytes


@pytest.mark.parametrize("crash_at", range(1, 9))
async def test_a_crash_at_any_step_leaves_the_old_result_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crash_at: int
) -> None:
    """Every rename, sync and removal of a save is cut short once, as if the process died."""
    folder = await reopened(tmp_path)
    await folder.save("k7m2p9", files("old"))
    steps = 0

    class CrashError(BaseException):
        """Nothing of ours catches it, as nothing catches a power cut."""

    def watched(real: Callable[..., object]) -> Callable[..., object]:
        def step(*arguments: object, **options: object) -> object:
            nonlocal steps
            steps += 1
            if steps >= crash_at:
                raise CrashError
            return real(*arguments, **options)

        return step

    with monkeypatch.context() as patched:
        for name in ("rename", "fsync", "rmdir", "unlink"):
            patched.setattr(os, name, watched(getattr(os, name)))
        with pytest.raises(CrashError):
            await folder.save("k7m2p9", files("new"))

    again = await reopened(tmp_path)
    found = await again.load("k7m2p9")
    assert found in (files("old"), files("new"))
    assert again.used_bytes == on_disk(tmp_path / "media")
    assert [path.name for path in (tmp_path / "media").iterdir()] == ["k7m2p9"]


async def test_a_full_disk_is_said_and_leaves_everything_as_it_was(
    media: MediaFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await media.save("older", files(size=1000))
    await media.save("k7m2p9", files("old"))

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match="No space left"):
            await media.save("k7m2p9", files("new", size=1500))
    assert await media.load("k7m2p9") == files("old")
    assert await media.load("older") is not None
    assert sorted(path.name for path in (tmp_path / "media").iterdir()) == ["k7m2p9", "older"]
    await media.save("k7m2p9", files("new"))
    assert await media.load("k7m2p9") == files("new")


@pytest.mark.parametrize("damage", ["cut", "missing", "index", "no index"])
async def test_a_damaged_job_is_named_and_left_alone(
    media: MediaFolder, tmp_path: Path, damage: str
) -> None:
    await media.save("good", files())
    await media.save("bad", files())
    home = tmp_path / "media" / "bad"
    if damage == "cut":
        (home / "shot-1.png").write_bytes(b"x")
    elif damage == "missing":
        (home / "shot-1.png").unlink()
    elif damage == "index":
        (home / "index.json").write_text(json.dumps({"saved_at": 1, "images": [{"a": 1}]}))
    else:
        (home / "index.json").unlink()
    again = MediaFolder(tmp_path / "media", max_bytes=5000, clock=Clock())
    assert await again.open() == ["bad"]
    assert await again.load("bad") is None
    assert await again.load("good") == files()
    assert home.exists()
    await media.forget("bad")


async def test_what_is_not_ours_in_the_folder_is_left_alone(tmp_path: Path) -> None:
    root = tmp_path / "media"
    (root / "Holiday photos").mkdir(parents=True)
    (root / ".gitkeep").touch()
    folder = await reopened(tmp_path)
    assert folder.used_bytes == 0
    assert sorted(path.name for path in root.iterdir()) == [".gitkeep", "Holiday photos"]


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file is in the way")
    folder = MediaFolder(tmp_path / "media", max_bytes=1, clock=Clock())
    with pytest.raises(StorageError, match="media"):
        await folder.open()


async def test_a_file_that_vanished_is_said(media: MediaFolder, tmp_path: Path) -> None:
    await media.save("k7m2p9", files())
    (tmp_path / "media" / "k7m2p9" / "shot-2.png").unlink()
    with pytest.raises(StorageError, match=r"shot-2\.png"):
        await media.load("k7m2p9")
    await media.forget("k7m2p9")


async def test_many_at_once_end_whole(media: MediaFolder) -> None:
    async def churn(number: int) -> None:
        await media.save(f"job{number % 4}", files(f"by{number}", size=500))
        found = await media.load(f"job{number % 4}")
        if found is not None:
            assert len({file.filename.split("-")[0] for file in found}) == 1

    await asyncio.gather(*(churn(number) for number in range(24)))
    assert media.used_bytes <= 5000


async def test_a_cancelled_save_still_ends_whole(media: MediaFolder) -> None:
    await media.save("k7m2p9", files("old"))
    saving = asyncio.create_task(media.save("k7m2p9", files("new")))
    await asyncio.sleep(0)
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    await media.save("other", files())
    assert await media.load("k7m2p9") in (files("old"), files("new"))
