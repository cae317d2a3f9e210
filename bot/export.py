"""A thread as ZIP files: its images, a readable page, and the same for programs."""

import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.delivery.fit import ResultFile
from bot.export_page import page, section
from bot.exported import (
    ExportedImage,
    ExportedRequest,
    ExportedThread,
    Missing,
    record,
    request_record,
)

MOST_BYTES = 1_000_000_000
"""What an export takes at most in all: it stands on the disk until it is sent."""

WHOLE = "whole"
"""What an export that is one part is called, in place of its number."""

# What a ZIP adds to a file at most, beside its name twice; what one image may add to page and
# record when it is known which part it is in; what everything else of a part takes.
_FILE_OVERHEAD, _IMAGE_SLACK, _PART_SLACK = 256, 256, 4096
_FIRST_YEAR = 1980  # of a ZIP's clock
_READABLE = 0o644 << 16


@dataclass(slots=True)
class _Part:
    """A ZIP on its way. ``size`` is what it has at most when it is closed."""

    number: int
    path: Path
    size: int
    requests: list[int] = field(default_factory=list)


class Export:
    """Writes a thread into ``folder``, request by request, in parts of at most ``limit`` bytes.

    Each part opens by itself: it has the images that fit, and a page and a record of the
    requests that they belong to. All methods are work for a disk: call them in a thread, and
    one at a time. At most the images of one request are in memory.
    """

    def __init__(
        self, folder: Path, thread: ExportedThread, *, limit: int, most_bytes: int = MOST_BYTES
    ) -> None:
        self._folder = folder
        self._thread = thread
        self._limit = limit
        self._most_bytes = most_bytes
        self._requests: list[ExportedRequest] = []
        self._parts: list[_Part] = []
        self._empty = (
            len(page(thread, [], 1, 1).encode())
            + len(_json(record(thread, [], 1, 1)))
            + _PART_SLACK
        )

    @property
    def full(self) -> bool:
        """Whether nothing more is taken, so that no image need be fetched for it."""
        return sum(part.size for part in self._parts) >= self._most_bytes

    @property
    def requests(self) -> Sequence[ExportedRequest]:
        """What was added, with what became of each image."""
        return self._requests

    def add(
        self, request: ExportedRequest, files: Sequence[ResultFile], alts: Sequence[str | None]
    ) -> None:
        """Add a request with its images in order; where there are no files, they are gone.

        ``alts`` are people's own words for the images, as far as there are any.
        """
        number = len(self._requests)
        images = self._described(number, request, files, alts)
        request = replace(request, images=images)
        self._requests.append(request)
        reserve = self._words_of(request)
        kept = []
        for image, file in zip(images, files, strict=False):
            kept.append(self._placed(number, reserve, image, file))
        kept += images[len(kept) :]
        self._requests[number] = replace(request, images=kept)
        if not any(number in part.requests for part in self._parts):
            self._room_for(number, reserve, 0)

    def finish(self) -> list[Path]:
        """Write the pages and the records; the parts in order. Nothing can be added after it."""
        parts = self._parts or [self._new_part()]
        for part in parts:
            numbered = [(index + 1, self._requests[index]) for index in part.requests]
            shown = page(self._thread, numbered, part.number, len(parts))
            listed = record(
                self._thread, [each for _number, each in numbered], part.number, len(parts)
            )
            with zipfile.ZipFile(part.path, "a", zipfile.ZIP_DEFLATED) as archive:
                when = self._thread.exported_at
                archive.writestr(_info("index.html", when), _bytes(shown))
                archive.writestr(_info("thread.json", when), _json(listed))
        if len(parts) == 1:
            return [parts[0].path.rename(self._folder / f"{WHOLE}.zip")]
        return [part.path for part in parts]

    def _described(
        self,
        number: int,
        request: ExportedRequest,
        files: Sequence[ResultFile],
        alts: Sequence[str | None],
    ) -> list[ExportedImage]:
        """The images as they would be in a part, or as they are missing."""
        count = max(len(files), len(alts)) or request.job.generation.num_images
        own = [*alts, *[None] * (count - len(alts))]
        reason = Missing.LEFT_OUT if self.full else Missing.GONE
        if not files:
            return [
                ExportedImage(position + 1, alt=own[position], missing=reason)
                for position in range(count)
            ]
        return [
            ExportedImage(
                position + 1,
                file=f"images/{number + 1:03}-{file.filename}",
                width=file.width,
                height=file.height,
                size=len(file.data),
                alt=own[position],
                smaller=file.shrunk,
            )
            for position, file in enumerate(files)
        ]

    def _placed(
        self, number: int, reserve: int, image: ExportedImage, file: ResultFile
    ) -> ExportedImage:
        """Write the image into the first part that has room, unless none can have it."""
        name = image.file or file.filename
        size = len(file.data) + _FILE_OVERHEAD + 2 * len(name)
        if self._empty + reserve + size > self._limit:
            return replace(image, file=None, missing=Missing.TOO_LARGE)
        if self.full:
            return replace(image, file=None, missing=Missing.LEFT_OUT)
        part = self._room_for(number, reserve, size)
        with zipfile.ZipFile(part.path, "a") as archive:
            # Pictures are compressed already.
            archive.writestr(
                _info(name, self._requests[number].job.created_at), file.data, zipfile.ZIP_STORED
            )
        return replace(image, part=part.number)

    def _room_for(self, number: int, reserve: int, size: int) -> _Part:
        """The part in which the request has room for ``size`` more bytes: the last, or a new."""
        part = self._parts[-1] if self._parts else self._new_part()
        needed = size + (0 if number in part.requests else reserve)
        if part.size + needed > self._limit and part.requests:
            part = self._new_part()
            needed = size + reserve
        if number not in part.requests:
            part.requests.append(number)
        part.size += needed
        return part

    def _new_part(self) -> _Part:
        number = len(self._parts) + 1
        part = _Part(number, self._folder / f"part-{number}.zip", self._empty)
        with zipfile.ZipFile(part.path, "x"):
            pass
        self._parts.append(part)
        return part

    def _words_of(self, request: ExportedRequest) -> int:
        """What page and record say of a request, in bytes at most, in whichever part."""
        here = {each.job.id for each in self._requests}
        here |= {each.origin.job_id for each in request.job.generation.references if each.origin}
        if request.job.lineage is not None:
            here.add(request.job.lineage.parent_id)
        placed = [replace(image, part=1 if image.file else None) for image in request.images]
        words = section(len(self._requests), replace(request, images=placed), 1, here)
        return (
            len(_bytes(words))
            + len(_json({"requests": [request_record(request)]}))
            + _IMAGE_SLACK * (len(request.images) + 1)
        )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _json(value: object) -> bytes:
    """Indented: people look into it too."""
    return _bytes(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def _info(name: str, when: float) -> zipfile.ZipInfo:
    moment = datetime.fromtimestamp(when, UTC)
    clock = moment.timetuple()[:6] if moment.year >= _FIRST_YEAR else (_FIRST_YEAR, 1, 1, 0, 0, 0)
    info = zipfile.ZipInfo(name, clock)
    info.external_attr = _READABLE
    info.compress_type = zipfile.ZIP_DEFLATED
    return info
