"""From a finished job to the next one: what each way of going on asks for.

Where a job was made with a character that whoever goes on may use, its pictures and notes come
from the character. Otherwise its pictures are there as references, and its notes at the end of
the prompt, so that nothing of it is lost.
"""

from dataclasses import replace

from bot.character import Character
from bot.errors import PersonError
from bot.generation import MAX_REFERENCES, Mode, Origin, Reference, Resolution
from bot.jobs.job import Job, JobImage
from bot.wishes import Lineage, Relation, Request, Wish
from cogs.interactions import Interaction
from cogs.settle import character_of


def again(job: Job, lineage: Lineage | None) -> Request:
    """What asks for the same as ``job``, shown in the same way."""
    return Request(
        job.generation,
        private=_private(job),
        spoiler=job.spoiler,
        character_id=job.character_id,
        lineage=lineage,
    )


async def usable_character(interaction: Interaction, job: Job) -> Character | None:
    """The character that ``job`` was made with, where who goes on may use it here."""
    try:
        return await character_of(
            interaction, Wish(job.generation.mode, character_id=job.character_id)
        )
    except PersonError:
        return None  # no reason to refuse: what it added is in the job itself


def wish_of(job: Job, lineage: Lineage | None, character: Character | None = None) -> Wish:
    """What ``job`` was, to be changed: settled, so that nothing of a thread is added to it.

    ``character``: the one that it was made with, where who goes on may use it.
    """
    references = _others(job, character)
    if character is not None and not _goes_with(character, references, job.generation.mode):
        character, references = None, job.generation.references
    return _wish(job, lineage, references, character)


def varied(job: Job, position: int, picture: Reference, character: Character | None = None) -> Wish:
    """A variation on one of its images: ``picture`` first, the same prompt and settings.

    The pictures that the job was made from follow as far as there is room, since they say who
    and what is to be seen; an image that the job itself was a variation on does not.
    """
    lineage = Lineage(job.id, Relation.VARY, position)
    if character is not None and len(character.references) >= MAX_REFERENCES:
        character = None
    room = MAX_REFERENCES - 1 - (len(character.references) if character else 0)
    before = job.lineage
    earlier = (
        Origin(before.parent_id, before.position)
        if before is not None and before.position is not None
        else None
    )
    others = [each for each in _others(job, character) if not earlier or each.origin != earlier]
    wish = _wish(job, lineage, (picture, *others[:room]), character)
    if job.generation.mode is Mode.IMAGINE:
        return wish
    return replace(wish, mode=Mode.IMAGINE, num_images=Mode.IMAGINE.default_images)


def shots_of(job: Job, position: int, picture: Reference) -> Wish:
    """Shots of who or what is in one of its images, which is their one reference."""
    wish = _wish(job, Lineage(job.id, Relation.MULTISHOT, position), (picture,), None)
    return replace(wish, mode=Mode.MULTISHOT, num_images=Mode.MULTISHOT.default_images)


def redrawn(job: Job, position: int, picture: Reference) -> Request:
    """One of its images made anew in 2K: from that image alone, with the same words."""
    return Request(
        replace(
            job.generation,
            mode=Mode.IMAGINE,
            references=(picture,),
            resolution=Resolution.TWO_K,
            num_images=1,
        ),
        private=_private(job),
        spoiler=job.spoiler,
        character_id=job.character_id,
        lineage=Lineage(job.id, Relation.REDRAW, position),
    )


def picture_of(job: Job, position: int, image: JobImage) -> Reference:
    """One of its finished images as a reference."""
    return Reference(image.filename, origin=Origin(job.id, position))


def _wish(
    job: Job,
    lineage: Lineage | None,
    references: tuple[Reference, ...],
    character: Character | None,
) -> Wish:
    generation = job.generation
    return Wish(
        generation.mode,
        prompt=generation.prompt if character else generation.sent_prompt,
        references=references,
        character_id=character.id if character else None,
        aspect_ratio=generation.aspect_ratio,
        resolution=generation.resolution,
        num_images=generation.num_images,
        private=_private(job),
        spoiler=job.spoiler,
        fresh=True,
        lineage=lineage,
    )


def _others(job: Job, character: Character | None) -> tuple[Reference, ...]:
    """The references of the job that its character does not add."""
    added = {each.sha256 for each in character.references} if character else set()
    return tuple(each for each in job.generation.references if each.sha256 not in added)


def _goes_with(character: Character, references: tuple[Reference, ...], mode: Mode) -> bool:
    """Whether the image API takes them together: a character can have changed since."""
    if mode is Mode.MULTISHOT:
        return not references
    return len(character.references) + len(references) <= MAX_REFERENCES


def _private(job: Job) -> bool:
    """Whether what comes of it is for its person alone: what was stopped is not brought back."""
    return job.place.private or job.stopped
