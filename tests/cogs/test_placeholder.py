"""When the one message of a job is edited: the newest state, one at a time, never in a hurry."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import discord
import pytest
import pytest_asyncio
from discord.ui import LayoutView
from prometheus_client import CollectorRegistry

from bot.delivery.messages import Messages, Sent
from bot.delivery.placeholder import Placeholders
from bot.errors import DiscordUnavailableError, MessageUnreachableError
from bot.jobs.job import Job, Place
from bot.jobs.progress import Fetching, Queued, Running, Submitting
from bot.jobs.screen import ReferenceUpload
from bot.jobs.states import Failure, State
from bot.jobs.timing import Timing
from bot.telemetry.metrics import Metrics
from cogs.ui.cards import cards
from tests.cogs import samples
from tests.cogs.reading import words
from tests.storage.books import Books

GAP, QUEUE_GAP = 0.05, 0.3
PATIENCE = 10.0


class Discord(Messages):
    """Takes edits, one at a time, and remembers them."""

    def __init__(self) -> None:
        self.edits: list[tuple[float, str]] = []
        self.told: list[str] = []
        self.under_way = 0
        self.sent: list[str] = []
        self.errors: list[Exception] = []
        self.edited = asyncio.Event()
        self.failed = asyncio.Event()

    async def edit(
        self,
        place: Place,
        view: LayoutView,
        *,
        files: Sequence[discord.File] = (),
        keep: Sequence[discord.Attachment] = (),
    ) -> list[discord.Attachment]:
        """Remember what the message shows, and when the edit ended."""
        self.under_way += 1
        assert self.under_way == 1, "two edits of one message at once"
        await asyncio.sleep(0.005)
        self.under_way -= 1
        if self.errors:
            self.failed.set()
            raise self.errors.pop(0)
        self.edits.append((time.monotonic(), words(view.to_components())))  # type: ignore[no-untyped-call]
        self.edited.set()
        return list(keep)

    async def send(
        self,
        place: Place,
        view: LayoutView,
        *,
        files: Sequence[discord.File] = (),
        mention: int,
        nonce: str,
    ) -> Sent:
        """Remember a new message."""
        del place, files, mention, nonce
        self.sent.append(words(view.to_components()))  # type: ignore[no-untyped-call]
        return Sent(len(self.sent), [])

    async def tell_privately(self, place: Place, said: str | LayoutView) -> None:
        """Remember it."""
        del place
        assert not isinstance(said, str)
        self.told.append(words(said.to_components()))  # type: ignore[no-untyped-call]

    async def shows(self, holds: Callable[[str], bool]) -> None:
        """Wait until the message shows this."""
        async with asyncio.timeout(PATIENCE):
            while not any(holds(text) for _at, text in self.edits):
                self.edited.clear()
                await self.edited.wait()


def a_job(**changes: Any) -> Job:  # noqa: ANN401 — fields of every type
    generation = replace(samples.GENERATION, references=())
    return replace(samples.job(generation=generation), created_at=time.monotonic(), **changes)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses are short, and their proportions stay."""
    monkeypatch.setattr("bot.delivery.placeholder.EDIT_GAP", GAP)
    monkeypatch.setattr("bot.delivery.placeholder.QUEUE_GAP", QUEUE_GAP)
    monkeypatch.setattr("bot.delivery.placeholder.FETCH_PATIENCE", GAP)


@pytest.fixture
def messages() -> Discord:
    return Discord()


class WallClock:
    """A clock that somebody may set."""

    def __init__(self) -> None:
        self.set_by = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.set_by


@pytest.fixture
def clock() -> WallClock:
    return WallClock()


@pytest_asyncio.fixture
async def screen(messages: Discord, books: Books, clock: WallClock) -> AsyncIterator[Placeholders]:
    placeholders = Placeholders(
        messages=messages,
        cards=cards(),
        ledger=books.ledger,
        metrics=Metrics(CollectorRegistry()),
        timing=Timing(clock, time.monotonic, asyncio.sleep, random.random),
    )
    yield placeholders
    await placeholders.close()


def running(share: float) -> Running:
    return Running(share, samples.NOW, samples.NOW + 10)


async def test_the_newest_state_wins(screen: Placeholders, messages: Discord) -> None:
    job = a_job()
    screen.opened(job, Queued(3))
    screen.show(job, Submitting())
    for share in (0.1, 0.2, 0.3):
        screen.show(job, running(share))
    await messages.shows(lambda text: "30 %" in text)
    assert [text for _at, text in messages.edits if "10 %" in text or "20 %" in text] == []


async def test_edits_of_one_message_are_apart_and_one_at_a_time(
    screen: Placeholders, messages: Discord
) -> None:
    job = a_job()
    for percent in range(1, 60):
        screen.show(job, running(percent / 100))
        await asyncio.sleep(0.004)
    await screen.end(replace(job, state=State.CANCELLED))
    moments = [at for at, _text in messages.edits]
    assert len(moments) > 2
    assert all(later - earlier >= GAP for earlier, later in pairwise(moments))
    assert "Cancelled" in messages.edits[-1][1]


async def test_the_more_jobs_are_under_way_the_less_often_a_bar_moves(
    screen: Placeholders, messages: Discord, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [a_job(id=f"job {number}") for number in range(6)]
    monkeypatch.setattr("bot.delivery.placeholder.SHOWS_A_SECOND", len(jobs) / (4 * GAP))
    for job in jobs:
        screen.opened(job, Queued(3))
    screen.show(jobs[0], running(0.1))
    await messages.shows(lambda text: "10 %" in text)
    screen.show(jobs[0], running(0.2))
    await messages.shows(lambda text: "20 %" in text)
    (first, _), (second, _) = messages.edits
    assert second - first >= 4 * GAP


async def test_a_place_in_the_queue_is_redrawn_only_when_it_changed(
    screen: Placeholders, messages: Discord
) -> None:
    job, other = a_job(), a_job(id="other")
    screen.opened(job, Queued(3))
    screen.opened(other, Queued(5))
    screen.show(job, Queued(3))
    screen.show(other, Queued(4))
    await messages.shows(lambda text: "4 before you" in text)
    assert [text for _at, text in messages.edits if "3 before you" in text] == []
    assert messages.edits[0][0] - other.created_at >= QUEUE_GAP


@pytest.mark.parametrize("hours", [-3, 3])
async def test_a_clock_that_is_set_holds_up_no_edit(
    screen: Placeholders, messages: Discord, clock: WallClock, hours: int
) -> None:
    job = a_job()
    screen.show(job, running(0.1))
    await messages.shows(lambda text: "10 %" in text)
    clock.set_by = hours * 3600.0
    screen.show(job, running(0.7))
    await messages.shows(lambda text: "70 %" in text)
    later = a_job(id="later")
    screen.opened(later, Queued(1))
    await screen.end(replace(later, state=State.CANCELLED))
    await screen.end(replace(job, state=State.CANCELLED))
    assert messages.edits[1][0] - messages.edits[0][0] >= GAP


async def test_a_job_whose_turn_came_does_not_wait_for_the_queue(
    screen: Placeholders, messages: Discord
) -> None:
    job = a_job()
    screen.opened(job, Queued(3))
    screen.show(job, Queued(2))
    screen.show(job, running(0.5))
    await messages.shows(lambda text: "50 %" in text)
    assert len(messages.edits) == 1


async def test_nothing_is_shown_after_the_end(screen: Placeholders, messages: Discord) -> None:
    job = a_job()
    screen.show(job, running(0.5))
    screen.show(job, Fetching())
    hidden = replace(job, state=State.RUNNING, stop_requested_at=samples.NOW)
    await screen.end(hidden)
    screen.show(job, running(0.9))
    await screen.end(replace(hidden, state=State.CANCELLED, task_id="t", images_kept=True))
    assert len(messages.edits) == 2
    assert "images are finished" in messages.edits[1][1]


async def test_who_still_holds_the_job_as_it_was_draws_nothing_over_its_end(
    screen: Placeholders, messages: Discord
) -> None:
    """Its references were being prepared, and its place in the queue read, when it ended."""
    queued = a_job()
    screen.opened(queued, Queued(0))
    await screen.end(replace(queued, state=State.CANCELLED))
    with pytest.raises(MessageUnreachableError, match="has ended"):
        await screen.attach(queued, [ReferenceUpload("reference-1.png", b"a picture")])
    screen.show(queued, Queued(1))
    another = a_job(id="another")  # for which nothing has to be waited for so long
    screen.show(another, running(0.3))
    await messages.shows(lambda text: "30 %" in text)
    assert "In the queue" not in messages.edits[0][1]
    assert len(messages.edits) == 2


async def test_progress_that_discord_does_not_take_is_dropped(
    screen: Placeholders, messages: Discord
) -> None:
    job = a_job()
    messages.errors.append(DiscordUnavailableError("503"))
    screen.show(job, running(0.1))
    await messages.failed.wait()
    screen.show(job, running(0.7))
    await messages.shows(lambda text: "70 %" in text)


async def test_a_message_out_of_reach_gets_no_more_progress(
    screen: Placeholders, messages: Discord
) -> None:
    job = a_job()
    messages.errors.append(MessageUnreachableError("404"))
    screen.show(job, running(0.1))
    await messages.failed.wait()
    screen.show(job, running(0.7))
    messages.errors.append(MessageUnreachableError("404"))
    await screen.end(replace(job, state=State.FAILED))
    assert len(messages.sent) == 1  # its person is told by a message of its own
    assert messages.edits == []


async def test_a_late_refusal_stays_private_where_its_placeholder_is_gone(
    screen: Placeholders, messages: Discord
) -> None:
    messages.errors.append(MessageUnreachableError("gone"))
    refused = a_job(
        state=State.FAILED,
        failure=Failure.REFERENCE_REFUSED,
        failure_detail="**cat.png** is an animated GIF.",
    )
    await screen.explain(refused)
    assert messages.told == ["**cat.png** is an animated GIF.\nNothing was charged."]
    assert messages.edits == []
