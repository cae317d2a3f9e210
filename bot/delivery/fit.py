"""Finished images as Discord takes them: names, sizes, and how many in one request."""

import asyncio
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.pictures import PictureFormat
from bot.pixels import decode, jpeg_within

MAX_FILES = 10
"""Discord's limit of files in a message."""
AT_ONCE = 2
"""How many images are re-encoded at the same time: each keeps a core busy."""

_TOPIC_CHARACTERS = 40
_JOB_ID = re.compile(r"[a-z0-9]{1,32}")


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A finished image as it is sent. ``filename`` is plain ASCII, sides are in pixels.

    ``shrunk``: it was re-encoded because it was too large for where it is shown.
    """

    filename: str
    data: bytes
    width: int
    height: int
    content_type: str
    shrunk: bool = False


def result_filename(job_id: str, prompt: str, number: int, picture_format: PictureFormat) -> str:
    """A name that tells the image again in a folder of downloads, valid on every system.

    Such as ``shotlist-neon-city-at-night-k7m2p9-1.png``: the prompt's words in ASCII, up to 40
    characters of them, then the job and the number of the image. Made of a-z, 0-9, ``-`` and
    one dot, at most 100 characters. Raises ``ValueError`` unless ``job_id`` is 1 to 32
    characters of a-z and 0-9 and ``number`` is 1 to 999.
    """
    if not _JOB_ID.fullmatch(job_id):
        raise ValueError(f"a job id is 1 to 32 characters of a-z and 0-9, not {job_id!r}")
    if not 1 <= number <= 999:  # noqa: PLR2004 - keeps the promise about the length
        raise ValueError(f"the number of an image is 1 to 999, not {number}")
    parts = ["shotlist", *_topic(prompt), job_id, str(number)]
    return "-".join(parts) + picture_format.suffix


def _topic(prompt: str) -> list[str]:
    """The first words of ``prompt`` that ASCII can write, joined at most 40 characters long."""
    text = unicodedata.normalize("NFKD", prompt.casefold()).replace("'", "").replace("’", "")
    # accents fall off their letters; signs that ASCII lacks part words as its own do
    spelled = "".join(
        c if c.isascii() else "" if c.isalnum() or unicodedata.combining(c) else " " for c in text
    )
    words: list[str] = []
    room = _TOPIC_CHARACTERS
    for word in re.findall(r"[a-z0-9]+", spelled):
        if len(word) > room:
            if not words:
                words.append(word[:room])
            break
        words.append(word)
        room -= len(word) + 1
    # a lone number would read like one of ours
    return words if any(c.isalpha() for word in words for c in word) else []


def fit(file: ResultFile, limit: int) -> ResultFile:
    """``file`` in at most ``limit`` bytes: as it is where it fits, else as the best JPEG.

    Quality goes first, then size, as ``bot.pixels.jpeg_within`` says; what is transparent
    becomes white. Raises ``PictureError`` when ``file`` is no picture, or when not even a small
    one fits. Work for the processor: call it in a thread.
    """
    if len(file.data) <= limit:
        return file
    picture = jpeg_within(decode(file.data), limit)
    return ResultFile(
        PurePosixPath(file.filename).stem + PictureFormat.JPEG.suffix,
        picture.data,
        picture.width,
        picture.height,
        PictureFormat.JPEG.content_type,
        shrunk=True,
    )


async def fit_all(files: Sequence[ResultFile], limit: int) -> list[ResultFile]:
    """:func:`fit` for each, in the same order, in threads where there is something to do.

    Raises ``PictureError`` as soon as one does not fit.
    """
    free = asyncio.Semaphore(AT_ONCE)

    async def fitted(file: ResultFile) -> ResultFile:
        if len(file.data) <= limit:
            return file
        async with free:
            return await asyncio.to_thread(fit, file, limit)

    return list(await asyncio.gather(*(fitted(file) for file in files)))


def batches(sizes: Sequence[int], most_bytes: int, most_files: int = MAX_FILES) -> list[list[int]]:
    """The indexes of ``sizes`` in order, in groups of at most ``most_bytes`` and ``most_files``.

    A file that is larger than ``most_bytes`` by itself stands alone. Raises ``ValueError``
    unless ``most_files`` is at least 1.
    """
    if most_files < 1:
        raise ValueError(f"a group has room for at least one file, not {most_files}")
    groups: list[list[int]] = []
    filled = 0
    for index, size in enumerate(sizes):
        if not groups or len(groups[-1]) == most_files or filled + size > most_bytes:
            groups.append([])
            filled = 0
        groups[-1].append(index)
        filled += size
    return groups
