"""Who has waited long is called when it is over, since an edit notifies nobody."""

import pytest

from bot.errors import MessageUnreachableError
from bot.jobs.job import Destination
from bot.jobs.states import State
from bot.provider.protocol import Phase, TaskReport
from tests.jobs.studio import Studio, within
from tests.storage.samples import IMAGINE


async def test_who_waited_long_is_called_and_nobody_else(studio: Studio) -> None:
    soon = await studio.ask()
    await studio.until_ended(soon)
    studio.provider.question.shut()
    studio.provider.question.reached.clear()
    late = await studio.ask()
    await within(studio.provider.question.reached.wait())
    studio.clock.advance(120)
    studio.provider.question.open.set()
    await studio.until_ended(late)
    await studio.until_true(lambda: "call" in studio.screen.hows(late.id))
    assert studio.screen.hows(late.id) == ["deliver", "call"]
    assert studio.screen.hows(soon.id) == ["deliver"]


@pytest.mark.parametrize(
    ("told", "stopped", "seconds", "hows"),
    [
        (Destination.PLACEHOLDER, False, 121, ["end", "call"]),
        (Destination.PLACEHOLDER, False, 60, ["end"]),
        (Destination.CHANNEL, False, 121, ["end"]),  # a new message called already
        (Destination.PLACEHOLDER, True, 121, ["end", "end"]),  # who stopped it waits no longer
    ],
)
async def test_who_waited_long_in_vain_is_called_too(
    studio: Studio, told: Destination, *, stopped: bool, seconds: float, hows: list[str]
) -> None:
    studio.screen.told = told
    studio.provider.question.shut()
    job = await studio.ask()
    await within(studio.provider.question.reached.wait())
    if stopped:
        await studio.engine.stop(job.id)
        await studio.until_true(lambda: studio.screen.hows(job.id) == ["end"])
    studio.clock.advance(seconds)
    studio.provider.reports.append(TaskReport(Phase.FAILED))
    studio.provider.question.open.set()
    ended = await studio.until_ended(job)
    assert ended.state is State.FAILED
    await studio.until_true(lambda: studio.screen.hows(job.id) == hows)
    await studio.engine.close()  # whoever else is called would have been by now
    assert studio.screen.hows(job.id) == hows


async def test_a_call_that_fails_changes_nothing(studio: Studio) -> None:
    studio.screen.doors["call"].fail(MessageUnreachableError("gone"))
    studio.provider.question.shut()
    job = await studio.ask()
    await within(studio.provider.question.reached.wait())
    studio.clock.advance(121)
    studio.provider.question.open.set()
    await studio.until_ended(job)
    await studio.until_true(lambda: studio.screen.doors["call"].calls == 1)
    assert (await studio.books.balance()).used == IMAGINE.price
    assert await studio.books.problems() == ()
