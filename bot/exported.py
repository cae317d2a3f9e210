"""What an export of a thread says of its requests and images."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.generation import Reference
from bot.jobs.job import Job


class Missing(StrEnum):
    """Why an image is not there."""

    GONE = "gone"  # neither Discord nor the image API nor the bot has it any more
    TOO_LARGE = "too large"  # for a file as Discord takes it here
    LEFT_OUT = "left out"  # the export is as large as one may be


@dataclass(frozen=True, slots=True)
class ExportedImage:
    """An image, counted from 1. ``file`` is its path in the ZIP of that ``part``."""

    number: int
    file: str | None = None
    part: int | None = None
    width: int | None = None
    height: int | None = None
    size: int | None = None
    alt: str | None = None
    smaller: bool = False
    missing: Missing | None = None


@dataclass(frozen=True, slots=True)
class ExportedRequest:
    """A job with what is known of it by name. ``opened_it``: the thread was opened on it."""

    job: Job
    who: str
    character: str | None
    opened_it: bool
    images: Sequence[ExportedImage] = ()


@dataclass(frozen=True, slots=True)
class ExportedThread:
    """The thread. ``exported_at`` is in seconds since 1970, ``language`` a Discord locale."""

    id: int
    server_id: int
    name: str
    exported_at: float
    language: str

    @property
    def link(self) -> str:
        """Its address in Discord."""
        return f"https://discord.com/channels/{self.server_id}/{self.id}"


def moment(seconds: float | None) -> str | None:
    """Seconds since 1970 as ISO 8601 in UTC."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def record(
    thread: ExportedThread, requests: Sequence[ExportedRequest], part: int, parts: int
) -> dict[str, Any]:
    """All of a part as JSON. Ids are texts, since many readers of JSON round large numbers."""
    return {
        "format": "shotlist-thread",
        "version": 1,
        "thread": {
            "id": str(thread.id),
            "server_id": str(thread.server_id),
            "name": thread.name,
            "link": thread.link,
        },
        "exported_at": moment(thread.exported_at),
        "part": part,
        "parts": parts,
        "requests": [request_record(request) for request in requests],
    }


def request_record(request: ExportedRequest) -> dict[str, Any]:
    """A request and its images as JSON."""
    job, generation = request.job, request.job.generation
    return {
        "job_id": job.id,
        "opened_the_thread": request.opened_it,
        "mode": generation.mode.value,
        "prompt": generation.prompt,
        "settings": {
            "aspect_ratio": generation.aspect_ratio.value,
            "resolution": generation.resolution.value,
            "num_images": generation.num_images,
        },
        "character": request.character,
        "references": [_reference(reference) for reference in generation.references],
        "came_from": {
            "job_id": job.lineage.parent_id,
            "relation": job.lineage.relation.value,
            "image": None if job.lineage.position is None else job.lineage.position + 1,
        }
        if job.lineage
        else None,
        "made_by": {"id": str(job.member_id), "name": request.who},
        "asked_at": moment(job.created_at),
        "finished_at": moment(job.finished_at),
        "private": job.place.private,
        "spoiler": job.spoiler,
        "link": None if job.place.private else job.link,
        "images": [_image(image) for image in request.images],
    }


def _image(image: ExportedImage) -> dict[str, Any]:
    return {
        "number": image.number,
        "file": image.file,
        "part": image.part,
        "width": image.width,
        "height": image.height,
        "bytes": image.size,
        "alt": image.alt,
        "smaller_than_original": image.smaller,
        "missing": image.missing.value if image.missing else None,
    }


def _reference(reference: Reference) -> dict[str, Any]:
    origin = reference.origin
    return {
        "filename": reference.filename,
        "sha256": reference.sha256,
        "job_id": origin.job_id if origin else None,
        "image": origin.position + 1 if origin else None,
    }
