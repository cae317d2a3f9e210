"""The folder of results that only the bot can bring back.

Each job has a folder with its images and ``index.json``. A folder appears under its own name
complete or not at all: it is written aside and renamed. What a crash leaves behind has a name
with a dot in front, and is put right by :meth:`MediaFolder.open`.
"""

import asyncio
import json
import os
import re
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from bot.delivery.fit import ResultFile
from bot.errors import StorageError

_INDEX = "index.json"
_JOB_ID = re.compile(r"[a-z0-9]{1,64}")
_FILENAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")
_ASIDE = re.compile(r"\.([a-z0-9]{1,64})\.(?:unfinished|replaced)")

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class _Stored:
    """An image as the index describes it: a :class:`ResultFile` with its bytes counted."""

    filename: str
    size: int
    width: int
    height: int
    content_type: str
    shrunk: bool


@dataclass(frozen=True, slots=True)
class _Kept:
    """A job's folder: when it was saved (seconds since 1970), its images, its bytes on disk."""

    saved_at: float
    images: tuple[_Stored, ...]
    size: int


class MediaFolder:
    """Results by job, at most ``max_bytes`` in all; the oldest make room for new ones.

    ``clock`` gives seconds since 1970. One process owns a folder; within it every method may
    be called at any time after :meth:`open`. Whatever the file system refuses is raised as
    ``StorageError``, and so is a job id that is not 1 to 64 characters of a-z and 0-9.
    """

    def __init__(self, root: Path, *, max_bytes: int, clock: Callable[[], float]) -> None:
        self._root = root
        self._max_bytes = max_bytes
        self._clock = clock
        self._kept: dict[str, _Kept] | None = None
        # not asyncio's: a cancelled task leaves its thread running, and that must stay alone
        self._lock = threading.Lock()

    @property
    def used_bytes(self) -> int:
        """How many bytes all kept jobs take together, their indexes included."""
        # copied in one step, since a thread may be changing it
        return sum(kept.size for kept in tuple(self._jobs.values()))

    async def open(self) -> list[str]:
        """Make the folder if need be, put right what a crash left, and count what is there.

        Returns the names of folders that look like a job's and do not hold what their index
        says. They are left as they are, neither counted nor loaded: the operator should know.
        """
        return await self._run(self._open)

    async def save(self, job_id: str, files: Sequence[ResultFile]) -> None:
        """Keep ``files`` for the job, in place of what it had. All of them or nothing.

        Raises ``StorageError`` when there are none, when a name is unsafe or there twice, and
        when they alone take more than ``max_bytes``; what was kept before is then untouched.
        """
        await self._run(self._save, job_id, tuple(files))

    async def load(self, job_id: str) -> list[ResultFile] | None:
        """The files of the job in the order they were saved in, or ``None`` if it has none."""
        return await self._run(self._load, job_id)

    async def forget(self, job_id: str) -> None:
        """Remove the files of the job, if there are any."""
        await self._run(self._forget, job_id)

    async def forget_before(self, moment: float) -> int:
        """Remove all that was saved before ``moment`` (seconds since 1970); how many jobs."""
        return await self._run(self._forget_before, moment)

    async def _run(self, work: Callable[..., _Result], *arguments: object) -> _Result:
        """``work`` in a thread, alone."""

        def alone() -> _Result:
            try:
                with self._lock:
                    return work(*arguments)
            except OSError as error:
                raise StorageError(f"the media folder: {error}") from error

        return await asyncio.to_thread(alone)

    @property
    def _jobs(self) -> dict[str, _Kept]:
        if self._kept is None:
            raise StorageError("the media folder was used before it was opened")
        return self._kept

    # --- what the threads do, all of it under the lock ---------------------------------------

    def _home(self, job_id: str) -> Path:
        """Where the job's folder is; the one place where an id becomes a path."""
        if not _JOB_ID.fullmatch(job_id):
            raise StorageError(f"a job id is made of a-z and 0-9, not {job_id!r}")
        return self._root / job_id

    def _unfinished(self, job_id: str) -> Path:
        """The name of what is not yet, or no longer, the job's."""
        return self._root / f".{job_id}.unfinished"

    def _replaced(self, job_id: str) -> Path:
        """The name that the job's folder has for the moment in which another takes its place."""
        return self._root / f".{job_id}.replaced"

    def _open(self) -> list[str]:
        self._root.mkdir(parents=True, exist_ok=True)
        for path in sorted(self._root.iterdir()):
            if aside := _ASIDE.fullmatch(path.name):
                self._mend(aside[1])
        kept: dict[str, _Kept] = {}
        unreadable = []
        for folder in sorted(self._root.iterdir()):
            if _JOB_ID.fullmatch(folder.name) and folder.is_dir():
                found = _look_into(folder)
                if found is None:
                    unreadable.append(folder.name)
                else:
                    kept[folder.name] = found
        self._kept = kept
        return unreadable

    def _mend(self, job_id: str) -> None:
        """Finish or undo what was interrupted."""
        home, unfinished, replaced = (
            self._home(job_id),
            self._unfinished(job_id),
            self._replaced(job_id),
        )
        if replaced.exists() and not home.exists():
            replaced.rename(home)  # interrupted before its successor had the name
        for left in (unfinished, replaced):
            if left.exists():
                shutil.rmtree(left)

    def _save(self, job_id: str, files: tuple[ResultFile, ...]) -> None:
        home, unfinished, replaced = (
            self._home(job_id),
            self._unfinished(job_id),
            self._replaced(job_id),
        )
        _check_names(job_id, files)
        images = tuple(
            _Stored(f.filename, len(f.data), f.width, f.height, f.content_type, f.shrunk)
            for f in files
        )
        saved_at = self._clock()
        index = _index(images, saved_at)
        kept = _Kept(saved_at, images, len(index) + sum(image.size for image in images))
        if kept.size > self._max_bytes:
            raise StorageError(
                f"job {job_id} has {kept.size} bytes, and the media folder may take "
                f"{self._max_bytes} in all"
            )
        jobs = self._jobs
        self._mend(job_id)
        unfinished.mkdir()
        try:
            for file in files:
                _write(unfinished / file.filename, file.data)
            _write(unfinished / _INDEX, index)
            _settle(unfinished)
        except OSError:
            self._mend(job_id)  # a full disk should not be fuller than before
            raise
        self._make_room(kept.size, job_id)
        if home.exists():
            home.rename(replaced)
        unfinished.rename(home)
        _settle(self._root)
        jobs[job_id] = kept
        self._mend(job_id)

    def _make_room(self, size: int, job_id: str) -> None:
        """Forget the oldest jobs until ``size`` bytes of ``job_id`` fit beside the others."""
        others = {other: kept for other, kept in self._jobs.items() if other != job_id}
        used = sum(kept.size for kept in others.values())
        for other in sorted(others, key=lambda other: others[other].saved_at):
            if used + size <= self._max_bytes:
                return
            used -= others[other].size
            self._forget(other)

    def _load(self, job_id: str) -> list[ResultFile] | None:
        home = self._home(job_id)
        kept = self._jobs.get(job_id)
        if kept is None:
            return None
        return [
            ResultFile(
                image.filename,
                (home / image.filename).read_bytes(),
                image.width,
                image.height,
                image.content_type,
                image.shrunk,
            )
            for image in kept.images
        ]

    def _forget(self, job_id: str) -> None:
        home = self._home(job_id)
        if job_id not in self._jobs:
            return
        self._mend(job_id)
        # renamed first, so that half a result is never under the job's name
        home.rename(self._unfinished(job_id))
        del self._jobs[job_id]
        self._mend(job_id)

    def _forget_before(self, moment: float) -> int:
        old = [job_id for job_id, kept in self._jobs.items() if kept.saved_at < moment]
        for job_id in old:
            self._forget(job_id)
        return len(old)


def _check_names(job_id: str, files: Sequence[ResultFile]) -> None:
    """File names become paths, so they are checked here, wherever they come from."""
    names = [file.filename for file in files]
    if not names:
        raise StorageError(f"job {job_id} has no files to keep")
    for name in names:
        if not _FILENAME.fullmatch(name) or name == _INDEX or names.count(name) > 1:
            raise StorageError(f"job {job_id} has a file that cannot be kept as {name!r}")


def _index(images: Sequence[_Stored], saved_at: float) -> bytes:
    return json.dumps({"saved_at": saved_at, "images": [asdict(i) for i in images]}).encode()


def _look_into(folder: Path) -> _Kept | None:
    """What ``folder`` holds, or ``None`` if that is not what its index says."""
    try:
        written = (folder / _INDEX).read_bytes()
        index = json.loads(written)
        images = tuple(_Stored(**described) for described in index["images"])
        saved_at = float(index["saved_at"])
        whole = all(
            _FILENAME.fullmatch(image.filename)
            and (folder / image.filename).stat().st_size == image.size
            for image in images
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    if not whole:
        return None
    return _Kept(saved_at, images, len(written) + sum(image.size for image in images))


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """Have the names in ``folder`` on the disk itself, so that a power cut keeps them."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
