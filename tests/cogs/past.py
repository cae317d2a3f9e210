"""A past that a server could have had, drawn by chance, and what is to be said of it.

What happens goes into the bot's books by the ways that the bot itself uses. What is to be said
comes from a list of jobs and from ``tests.storage.model``, neither of which reads the books.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.admission import Surroundings
from bot.credits.caps import Cap, Period, Subject
from bot.errors import RefusedError
from bot.generation import Generation, Mode
from bot.jobs.states import Failure, State
from bot.stretch import Stretch
from bot.usage import By, Sums
from bot.wishes import Request
from tests.storage.books import PLENTY, Books
from tests.storage.model import Model, ModelJob, Refusal, Rules
from tests.storage.model_caps import ModelGrant
from tests.storage.samples import IMAGINE, MODERATOR, MULTISHOT, images, place

DAY = 86_400.0
ZONES = ("UTC", "Asia/Tokyo", "America/Los_Angeles")
OPEN = (State.QUEUED, State.SUBMITTING, State.RUNNING, State.DELIVERING)
KINDS = {Refusal.CAP: "cap", Refusal.SERVER_CAP: "server_cap"}


@dataclass(frozen=True)
class Cast:
    """Who and what there is: ``members`` with the roles that they have when all is over.

    ``elsewhere`` is another server, of whose figures this one sees nothing.
    """

    server: int
    elsewhere: int
    members: Mapping[int, Collection[int]]
    roles: Sequence[int]
    channels: Sequence[int]


@dataclass
class PastJob(ModelJob):
    """A job of the past, with where it was asked for and by which command."""

    channel: int = 0
    mode: Mode = Mode.IMAGINE

    @property
    def sums(self) -> Sums:
        """What it adds to a report."""
        if self.captured:
            return Sums(used=self.price, jobs=1, finished=1)
        if not self.state.final:
            return Sums(held=self.price, jobs=1)
        cancelled = self.state is State.CANCELLED
        return Sums(jobs=1, cancelled=int(cancelled), failed=int(not cancelled))

    @property
    def was_sent(self) -> bool:
        """Whether the image API accepted it, or may have."""
        return self.has_task or self.state in (State.SUBMITTING, State.UNCONFIRMED)

    def label(self, by: By) -> str:
        """The line of a report that it belongs to, as Discord is told it."""
        subject, subject_id = self.cap_of
        owners = {
            Subject.ROLE: f"<@&{subject_id}>",
            Subject.MEMBER: "members with a cap of their own",
            Subject.EVERYONE: "the cap for everyone",
        }
        return {
            By.MEMBER: f"<@{self.member}>",
            By.ROLE: owners[subject],
            By.CHANNEL: f"<#{self.channel}>",
            By.MODE: f"/{self.mode.value}",
            By.DAY: str(self.day),
        }[by]


class Past:
    """Things that happen one after the other. ``books`` have the clock that ``wait`` moves."""

    def __init__(self, books: Books, cast: Cast, chance: random.Random, *, cap: Cap) -> None:
        self.books = books
        self.cast = cast
        self.chance = chance
        self.model = Model(Rules(cap, PLENTY, PLENTY, None), books.clock)
        self.made: list[PastJob] = []
        self.refused = Counter[tuple[date, int, str]]()
        self.paused = False
        self._asked = 0

    @property
    def zone(self) -> ZoneInfo:
        """The server's."""
        return ZoneInfo(self.model.servers[self.cast.server].zone)

    async def happen(self, steps: int) -> None:
        """So many things, the last of them within a day."""
        for step in range(steps):
            self.books.clock.advance(1)
            await self.chance.choices(
                (self._ask, self._take_on, self._moderate, self._wait),
                weights=(8, 17, 4, 2 if step < steps * 0.7 else 0),
            )[0]()

    # --- members ---

    async def _ask(self) -> None:
        chance, cast, now = self.chance, self.cast, self.books.clock()
        member = chance.choice(list(cast.members))
        roles = [role for role in cast.roles if chance.random() < 0.5]
        server = chance.choice((cast.server,) * 4 + (cast.elsewhere,))
        generation: Generation = chance.choice((IMAGINE, MULTISHOT))
        channel = chance.choice(cast.channels)
        self._asked += 1
        reasons = {
            KINDS[each]
            for each in self.model.refusals(
                server, member, roles, price=generation.price, interaction=self._asked,
                retry_of=None,
            )
        }  # fmt: skip
        if self.paused and server == cast.server:
            reasons = {"paused"}
        day = self.model.servers[server].day(now)
        where = place(self._asked, server, channel_id=channel, private=chance.random() < 0.3)
        try:
            accepted = await self.books.queue.accept(
                Request(generation),
                interaction_id=self._asked,
                member_id=member,
                place=where,
                here=Surroundings(roles=frozenset(roles)),
            )
        except RefusedError as error:
            assert error.kind in reasons
            if server == cast.server:
                self.refused[day, member, error.kind] += 1
            return
        assert not reasons
        await self.books.store.prepared(accepted.job.id, [], now + 1000 * DAY)
        standing = self.model.standing(server, member, roles)
        job = PastJob(
            accepted.job.id,
            server,
            member,
            generation.price,
            self._asked,
            now,
            day,
            now + 1000 * DAY,
            cap_of=(standing.subject, standing.subject_id),
            draws=self.model.payers(server, member, roles, generation.price),
            channel=channel,
            mode=generation.mode,
        )
        self.model.jobs[job.id] = job
        self.made.append(job)

    # --- the bot ---

    async def _take_on(self) -> None:
        """A job goes a step on, or comes to an end."""
        under_way = [job for job in self.made if job.state in OPEN]
        if not under_way:
            return
        store, job, chance = (
            self.books.store,
            self.chance.choice(under_way[-5:]),
            self.chance.random(),
        )
        if chance < 0.06:
            lost = job.state is State.SUBMITTING
            failure = Failure.ANSWER_LOST if lost else Failure.TASK_FAILED
            await store.failed(job.id, job.state, failure, None)
            job.end(State.UNCONFIRMED if lost else State.FAILED, "release")
        elif job.state is State.QUEUED and chance < 0.15:
            await store.cancelled(job.id)
            job.end(State.CANCELLED, "release")
        elif job.state is State.QUEUED:
            await self._claim()
        elif job.state is State.SUBMITTING:
            await store.running(job.id, f"task-{job.id}")
            job.state, job.has_task = State.RUNNING, True
        elif job.state is State.RUNNING and chance < 0.25:
            job.stopped = (await store.ask_to_stop(job.id)).stopped
        elif job.state is State.RUNNING:
            await store.delivering(job.id)
            job.state = State.DELIVERING
        elif job.stopped:
            await store.stopped(job.id, images(), kept=True)
            job.end(State.CANCELLED, "capture")
        else:
            await store.done(job.id, images(), kept=False)
            job.end(State.DONE, "capture", shown=True)

    async def _claim(self) -> None:
        claimed = await self.books.queue.claim()
        assert claimed is not None
        job = self.model.jobs[claimed.id]
        job.state, job.submitted_at = State.SUBMITTING, self.books.clock()

    # --- moderators ---

    async def _moderate(self) -> None:
        if self.paused:
            await self._pause()
            return
        await self.chance.choice(
            (self._set_cap, self._set_cap, self._set_cap, self._remove_cap, self._give, self._give,
             self._revoke, self._move, self._pause)
        )()  # fmt: skip

    def _anybody(self) -> tuple[Subject, int]:
        """One member or role."""
        return self.chance.choice(
            [(Subject.MEMBER, each) for each in self.cast.members]
            + [(Subject.ROLE, each) for each in self.cast.roles]
        )

    async def _set_cap(self) -> None:
        chance, role = self.chance, (Subject.ROLE, self.chance.choice(self.cast.roles))
        subject, subject_id = chance.choice(
            [self._anybody(), role, role, (Subject.EVERYONE, 0), (Subject.SERVER, 0)]
        )
        credits = chance.choice(
            (0, 20, 60, 60, None) if subject is not Subject.SERVER else (120, 300)
        )
        cap = Cap(credits, chance.choice(list(Period)))
        await self.books.set_cap(
            subject, subject_id, cap.credits, cap.period, server=self.cast.server
        )
        self.model.servers[self.cast.server].caps[subject, subject_id] = cap

    async def _remove_cap(self) -> None:
        caps = self.model.servers[self.cast.server].caps
        if caps:
            subject, subject_id = self.chance.choice(list(caps))
            await self.books.rules.remove_cap(self.cast.server, subject, subject_id, by=MODERATOR)
            del caps[subject, subject_id]

    async def _give(self) -> None:
        (subject, subject_id), credits = self._anybody(), self.chance.choice((6, 50))
        until = self.chance.choice((None, self.books.clock() + 5 * DAY))
        given = await self.books.give(
            credits, subject, subject_id, server=self.cast.server, until=until
        )
        self.model.grants.append(
            ModelGrant(given.id, self.cast.server, subject, subject_id, credits, until)
        )

    async def _revoke(self) -> None:
        there = [grant for grant in self.model.grants if not grant.revoked]
        if there:
            grant = self.chance.choice(there)
            await self.books.grants.revoke(self.cast.server, grant.number, by=MODERATOR)
            grant.revoked = True

    async def _move(self) -> None:
        """Midnight comes at another moment from now on."""
        name = self.chance.choice(ZONES)
        await self.books.set_zone(name, server=self.cast.server)
        self.model.servers[self.cast.server].zone = name

    async def _pause(self) -> None:
        """Stop the bot in the server, or let it go on."""
        self.paused = not self.paused
        await self.books.rules.change_settings(
            self.cast.server, lambda before: replace(before, paused=self.paused), by=MODERATOR
        )

    async def _wait(self) -> None:
        """Time passes, often to just before or after a midnight of the server."""
        chance, clock = self.chance, self.books.clock
        today = datetime.fromtimestamp(clock(), self.zone).date()
        midnight = datetime.combine(today + timedelta(days=1), time.min, self.zone).timestamp()
        before, after = midnight - clock() - 2, midnight - clock() + 2
        clock.advance(max(0.0, chance.choice((3600.0, before, after, after, 3 * DAY))))

    # --- what there is to say ---

    def has_everything(self) -> bool:
        """Whether all was there that numbers could go wrong about."""
        jobs = [job for job in self.made if job.server == self.cast.server]
        ended = {State.DONE, State.FAILED, State.UNCONFIRMED, State.CANCELLED}
        return (
            {job.state for job in jobs} > ended
            and {job.captured for job in jobs if job.state is State.CANCELLED} == {True, False}
            and {job.cap_of[0] for job in jobs} >= {Subject.EVERYONE, Subject.ROLE}
            and any(job.draws for job in jobs)
            and len({job.day for job in jobs}) > 5
            and len(jobs) < len(self.made)
            and {kind for _day, _member, kind in self.refused} >= {"cap", "paused"}
        )

    def of(self, stretch: Stretch) -> list[PastJob]:
        """The jobs of the server in these days, in the order of their acceptance."""
        return [
            job
            for job in self.made
            if job.server == self.cast.server and stretch.first <= job.day <= stretch.last
        ]

    def total(self, stretch: Stretch) -> Sums:
        """All of it, and what was refused."""
        refused = sum(
            count
            for (day, _member, _kind), count in self.refused.items()
            if stretch.first <= day <= stretch.last
        )
        return sum((job.sums for job in self.of(stretch)), Sums(refused=refused))

    def lines(self, stretch: Stretch, by: By) -> dict[str, Sums]:
        """The lines of a report; only those of members and days say what was refused."""
        found = defaultdict[str, Sums](Sums)
        for job in self.of(stretch):
            found[job.label(by)] += job.sums
        for (day, member, _kind), count in self.refused.items():
            if by in (By.MEMBER, By.DAY) and stretch.first <= day <= stretch.last:
                found[f"<@{member}>" if by is By.MEMBER else str(day)] += Sums(refused=count)
        return dict(found)
