"""What single members do, and which of it a life of the bot is filled with."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import Final

from bot.jobs.milestones import Milestone
from tests.crash.crowd import Crowd
from tests.crash.kills import Kill
from tests.pictures import exif, noise, picture, save

Scene = Callable[[Crowd], Awaitable[None]]

# How many things are done in one life of the process, besides what leads to its milestone.
LEAST, MOST = 3, 6
# In how many of the lives that end at random tasks take longer than such a life.
SLOW_SHARE: Final = 0.2
# After how many seconds what did not lead to a milestone is tried again.
AGAIN: Final = 1.0
REFUSAL: Final = {"error": {"code": 400, "message": "Invalid prompt", "type": "invalid_request"}}

AS_IT_IS: Final = ("street.png", save(noise(320, 300), "PNG"))
CONVERTED: Final = ("drawing.webp", save(picture(400, 320), "WEBP"))
LYING: Final = ("phone.jpg", save(picture(600, 400), "JPEG", exif=exif(6)))
NO_PICTURE: Final = ("notes.png", b"This is a text, whatever its name says.")
FILM: Final = ("film.mp4", b"no picture either")


def scenes_for(kill: Kill, chance: Random) -> list[Scene]:
    """What is done in the life that this kill ends; what leads to its milestone comes first."""
    leading = LEADING.get(kill.milestone, plain) if kill.milestone else plain
    return [leading] * kill.occurrence + chance.choices(SCENES, k=chance.randint(LEAST, MOST))


async def play(crowd: Crowd, kill: Kill, chance: Random) -> None:
    """Fill the life that this kill ends; cancelled when the bot is dead.

    What leads to its milestone is tried again and again: a press can come too late for it. Raises
    what went wrong in a scene.
    """
    scenes = scenes_for(kill, chance)
    slowly = kill.milestone is None and chance.random() < SLOW_SHARE
    await crowd.act(scenes, slowly=slowly)
    while kill.milestone is not None:
        await asyncio.sleep(AGAIN)
        await crowd.act(scenes[:1], slowly=slowly)


async def plain(crowd: Crowd) -> None:
    """Words alone."""
    await crowd.ask(num_images=crowd.count())


async def with_references(crowd: Crowd) -> None:
    """A picture that can be given on as it is, and one that lies on its side."""
    await crowd.ask(attachments={"reference1": AS_IT_IS, "reference2": LYING})


async def converted(crowd: Crowd) -> None:
    """A picture that must be converted, so that it is uploaded to the placeholder."""
    await crowd.ask(attachments={"reference1": CONVERTED})


async def multishot(crowd: Crowd) -> None:
    """Several shots of what is in a picture."""
    await crowd.ask("multishot", attachments={"reference": CONVERTED})


async def no_picture(crowd: Crowd) -> None:
    """A file that is found to be no picture when the job is there already."""
    await crowd.ask(attachments={"reference1": NO_PICTURE})


async def contradictory(crowd: Crowd) -> None:
    """A request that is refused at once."""
    await crowd.ask(
        num_images=2, aspect_ratio="1:1", attachments={"reference3": ("a.mp4", b"film")}
    )


async def cancelled(crowd: Crowd) -> None:
    """Cancelled at once, while its picture is being prepared."""
    message_id = await crowd.ask(attachments={"reference1": LYING})
    job = await crowd.job_in(message_id, "queued", "submitting", "running", "delivering")
    if job is not None:
        await crowd.press(job, "stop")


async def stopped(crowd: Crowd) -> None:
    """Hidden while it runs; pressed twice, as people do."""
    message_id = await crowd.ask(num_images=crowd.count())
    job = await crowd.job_in(message_id, "running", "delivering")
    if job is not None:
        await asyncio.gather(crowd.press(job, "stop"), crowd.press(job, "stop"))


async def removed(crowd: Crowd) -> None:
    """Its message is taken away while it runs."""
    job = await crowd.job_in(await crowd.ask(num_images=crowd.count()), "running", "delivering")
    if job is not None and not job.is_over:
        await crowd.remove(job)


async def busy(crowd: Crowd) -> None:
    """The provider takes nothing for a moment."""
    await crowd.disturb(status=429, headers={"Retry-After": "1"})
    await crowd.ask()


async def refused(crowd: Crowd) -> None:
    """The provider refuses a request."""
    await crowd.disturb(status=400, body=REFUSAL)
    await crowd.ask()


async def failing(crowd: Crowd) -> None:
    """The provider fails to make the images."""
    await crowd.fail_next()
    await crowd.ask(num_images=crowd.count())


async def retried(crowd: Crowd) -> None:
    """What ended in vain is tried again; pressed twice, as people do."""
    if ended := crowd.ended_in_vain():
        job = crowd.any_of(ended)
        await asyncio.gather(crowd.press(job, "retry"), crowd.press(job, "retry"))
    else:
        await plain(crowd)


SCENES: Final[tuple[Scene, ...]] = (
    plain,
    plain,
    with_references,
    converted,
    multishot,
    no_picture,
    contradictory,
    cancelled,
    stopped,
    stopped,
    removed,
    busy,
    refused,
    failing,
    retried,
    retried,
)
# What leads to a milestone that not every job comes to.
LEADING: Final[Mapping[Milestone, Scene]] = {
    Milestone.REFERENCES_KEPT: converted,
    Milestone.REFERENCES_UPLOADED: converted,
    Milestone.PREPARED: converted,
    Milestone.PUT_BACK: busy,
    Milestone.KEPT: stopped,
    Milestone.STOP_NOTED: stopped,
    Milestone.STOPPED: stopped,
    Milestone.CANCELLED: cancelled,
    Milestone.FAILED: failing,
    Milestone.END_SHOWN: refused,
    Milestone.SHOWN: failing,
}
