"""A server in which things happen by chance, and what a test knows of them by itself."""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, tzinfo

from bot.admission import Surroundings
from bot.credits.caps import Period, Subject, local_day
from bot.errors import RefusedError
from bot.generation import Generation
from bot.jobs.job import Job
from bot.jobs.states import UNFINISHED, Failure, State
from bot.server_settings import ServerSettings
from bot.stretch import Stretch
from bot.usage import By, CapOwner, Key, Sums
from bot.wishes import Request
from tests.storage.books import Books
from tests.storage.samples import (
    ALICE,
    BOB,
    IMAGINE,
    MULTISHOT,
    NOW,
    PAINTERS,
    POETS,
    SERVER,
    images,
    place,
)

DAY = 86_400.0
CHANNELS = (21, 22)


@dataclass(slots=True)
class Told:
    """What a test knows of one job, without looking into the books."""

    job: Job
    day: date
    stopped: bool = False

    @property
    def sums(self) -> Sums:
        """What it adds to a report."""
        price, state = self.job.price, self.job.state
        if state is State.DONE or self.stopped:
            return Sums(used=price, jobs=1, finished=1)
        if state in UNFINISHED:
            return Sums(held=price, jobs=1)
        if state is State.CANCELLED:
            return Sums(jobs=1, cancelled=1)
        return Sums(jobs=1, failed=1)

    def key(self, by: By) -> Key:
        """Which line it belongs to."""
        job = self.job
        role = job.cap_subject_id or 0 if job.cap_subject is Subject.ROLE else 0
        keys: dict[By, Key] = {
            By.MEMBER: job.member_id,
            By.ROLE: CapOwner(job.cap_subject, role),
            By.CHANNEL: job.place.channel_id,
            By.MODE: job.generation.mode,
            By.DAY: self.day,
        }
        return keys[by]


class History:
    """A server in which things happen, by chance; ``told`` and ``refused`` are what did."""

    def __init__(self, books: Books, chance: random.Random) -> None:
        self.books = books
        self.chance = chance
        self.told: list[Told] = []
        self.refused: Counter[tuple[date, int, str]] = Counter()
        self.zone = "UTC"
        self._interactions = 0

    async def go_on(self) -> None:
        """One thing more."""
        chance = self.chance
        await chance.choices(
            (self.ask, self.end, self.moderate, self.wait), weights=(6, 8, 2, 2), k=1
        )[0]()

    async def ask(
        self,
        *,
        member: int | None = None,
        generation: Generation | None = None,
        server: int | None = None,
        **where: object,
    ) -> None:
        """Somebody asks for images; the rules may refuse it."""
        chance = self.chance
        member = member or chance.choice((ALICE, BOB, BOB + 1))
        roles = frozenset(role for role in (PAINTERS, POETS) if chance.random() < 0.5)
        server = server or chance.choice((SERVER, SERVER, SERVER, SERVER + 1))
        where = {"channel_id": chance.choice(CHANNELS), "private": chance.random() < 0.3} | where
        self._interactions += 1
        try:
            accepted = await self.books.queue.accept(
                Request(generation or chance.choice((IMAGINE, MULTISHOT))),
                interaction_id=self._interactions,
                member_id=member,
                place=place(self._interactions, server, **where),
                here=Surroundings(roles=roles),
            )
        except RefusedError as error:
            if server == SERVER:
                self.refused[self.today(), member, error.kind] += 1
            return
        await self.books.store.prepared(accepted.job.id, [], NOW + 1000 * DAY)
        day = self.today() if server == SERVER else local_day(self.books.clock(), UTC)
        self.told.append(Told(accepted.job, day))

    def today(self) -> date:
        """The day that it is in the server."""
        return local_day(self.books.clock(), zone(self.zone))

    async def end(self) -> None:
        """A job goes a step on, or ends in one way or another."""
        open_ones = [told for told in self.told if told.job.state in UNFINISHED]
        if not open_ones:
            return
        told = self.chance.choice(open_ones)
        told.job = await self.books.get(told.job.id)
        books, store, job_id = self.books, self.books.store, told.job.id
        if self.chance.random() < 0.25:
            lost = told.job.state is State.SUBMITTING
            failure = Failure.ANSWER_LOST if lost else Failure.TASK_FAILED
            told.job = await store.failed(job_id, told.job.state, failure, None)
        elif told.job.state is State.QUEUED and self.chance.random() < 0.3:
            told.job = await store.cancelled(job_id)
        elif told.job.state is State.QUEUED:
            claimed = await books.queue.claim()
            for each in self.told:
                if claimed is not None and each.job.id == claimed.id:
                    each.job = claimed
        elif told.job.state is State.DELIVERING and self.chance.random() < 0.2:
            await store.ask_to_stop(job_id)
            told.job, told.stopped = await store.stopped(job_id, images(), kept=True), True
        else:
            following = {
                State.SUBMITTING: State.RUNNING,
                State.RUNNING: State.DELIVERING,
                State.DELIVERING: State.DONE,
            }[told.job.state]
            told.job = await books.take_to_next(job_id, following)

    async def moderate(self) -> None:
        """A moderator changes what may be used, gives something, or moves the midnights."""
        chance = self.chance
        match chance.randrange(4):
            case 0:
                self.zone = chance.choice(("UTC", "Asia/Tokyo", "America/Los_Angeles"))
                await self.books.set_zone(self.zone)
            case 1:
                await self.books.give(chance.choice((6, 40)), Subject.MEMBER, ALICE)
            case 2:
                subject, subject_id = chance.choice(
                    ((Subject.EVERYONE, 0), (Subject.SERVER, 0), (Subject.ROLE, PAINTERS))
                )
                await self.books.set_cap(subject, subject_id, chance.choice((0, 40, 200, None)))
            case _:
                subject, subject_id = chance.choice(
                    ((Subject.ROLE, POETS), (Subject.MEMBER, BOB), (Subject.MEMBER, ALICE))
                )
                await self.books.set_cap(
                    subject, subject_id, chance.choice((20, 200)), chance.choice(list(Period))
                )

    async def wait(self) -> None:
        """Time passes."""
        self.books.clock.advance(self.chance.choice((3600.0, DAY / 2, DAY, 9 * DAY)))

    # --- what a report has to say ---

    def of(self, stretch: Stretch) -> list[Told]:
        """The jobs of the server in these days."""
        days = set(stretch)
        return [
            each for each in self.told if each.job.place.server_id == SERVER and each.day in days
        ]

    def expected(self, stretch: Stretch, by: By) -> dict[Key, Sums]:
        """The lines of a report."""
        found: dict[Key, Sums] = defaultdict(Sums)
        for told in self.of(stretch):
            found[told.key(by)] += told.sums
        days = set(stretch)
        for (day, member, _kind), count in self.refused.items():
            if day in days and by in (By.MEMBER, By.DAY):
                found[member if by is By.MEMBER else day] += Sums(refused=count)
        return dict(found)


def zone(name: str) -> tzinfo:
    """The time zone of that name."""
    return ServerSettings(time_zone=name).zone
