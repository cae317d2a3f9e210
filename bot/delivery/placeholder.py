"""The one message of a job, from the first second to the finished images.

At most one edit of a message is under way, the newest state wins, edits are at least two
seconds apart, and nobody waits for one that only shows progress.
"""

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import discord
import structlog
from discord.ui import LayoutView

from bot.background import Background, wait_for_news
from bot.credits.ledger import Ledger
from bot.delivery.cards import Cards
from bot.delivery.elsewhere import Elsewhere
from bot.delivery.fit import ResultFile, fit_all
from bot.delivery.live import Live
from bot.delivery.messages import Messages, TokenDeadError
from bot.delivery.posting import F, Posting, smaller
from bot.errors import DeliveryError, MessageUnreachableError, PictureError, UploadTooLargeError
from bot.jobs.job import Delivered, Destination, Job, Whereabouts
from bot.jobs.polling import EDIT_SECONDS
from bot.jobs.progress import Fetching, Progress, Queued
from bot.jobs.result_files import described
from bot.jobs.screen import ReferenceUpload
from bot.jobs.states import State
from bot.jobs.timing import Timing
from bot.language import speaking
from bot.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

# Edits of one message are this far apart, in seconds; those that only move a place in the queue
# much further.
EDIT_GAP, QUEUE_GAP = EDIT_SECONDS, 20.0
# All messages together show progress about so often in a second: with many jobs under way each of
# them moves less often, so that first answers and images do not wait behind bars.
SHOWS_A_SECOND = 25.0
# So many ended jobs are remembered, longer than anybody needs who still holds one as it was before.
OVER_REMEMBERED = 1_000
# Fetching is worth an edit only when it takes longer than this: the edit would delay the images.
FETCH_PATIENCE = 1.5
# A private message offers a press that keeps it alive when its token has so many seconds left.
OFFER_SECONDS = 120.0


class Placeholders:
    """Shows jobs in Discord: the ``bot.jobs.screen.Screen`` of the real program."""

    def __init__(
        self,
        *,
        messages: Messages,
        cards: Cards,
        ledger: Ledger,
        metrics: Metrics,
        timing: Timing,
    ) -> None:
        self._messages = messages
        self._cards = cards
        self._ledger = ledger
        self._metrics = metrics
        self._timing = timing
        self._began, self._began_at = timing.clock(), timing.monotonic()
        self._live: dict[str, Live] = {}
        self._over: deque[str] = deque(maxlen=OVER_REMEMBERED)
        self._workers = Background()
        self._posting = Posting()
        self._elsewhere = Elsewhere(messages, cards, self._posting)

    async def close(self) -> None:
        """Drop the progress that has not been shown."""
        await self._workers.close()

    # --- progress ---

    def opened(self, job: Job, progress: Progress) -> None:
        """The first answer is there and shows this."""
        live, _job = self._of(job)
        live.shown = progress

    def renewed(self, job: Job) -> None:
        """The job's place has a new token: use it from now on."""
        live, _job = self._of(job)
        live.place = job.place
        if live.shown is not None:
            self.show(job, live.shown)

    def show(self, job: Job, progress: Progress) -> None:
        """Show the newest progress when its time comes; never waits."""
        if job.id in self._over:
            return
        live, job = self._of(job)
        if live.closed or job.place.message_id is None:
            return
        live.newest = (job, progress)
        live.newest_at = self._timing.monotonic()
        live.news.set()
        self._workers.start(job.id, lambda: self._show_newest(live))

    async def _show_newest(self, live: Live) -> None:
        while live.newest is not None and not live.closed:
            live.news.clear()
            job, progress = live.newest
            offering = self._offering(job)
            if progress == live.shown and offering == live.offering:
                live.newest = None
                continue
            patience = self._due(live, progress) - self._timing.monotonic()
            if patience > 0:
                await wait_for_news(live.news, patience)
                continue
            live.newest = None
            async with live.editing:
                if not live.closed:
                    await self._show_one(live, job, progress, offering=offering)

    def _offering(self, job: Job) -> bool:
        """Whether only a press can keep this message alive, and it is time to ask for it."""
        return (
            job.place.private and self._timing.clock() > job.place.token_expires_at - OFFER_SECONDS
        )

    async def _show_one(self, live: Live, job: Job, progress: Progress, *, offering: bool) -> None:
        try:
            if live.files is None:
                live.files = await self._messages.attachments(job.place)
            with speaking(job.place.spoken):
                names = [file.filename for file in live.files]
                view = self._cards.progress(job, progress, names, offering=offering)
            live.files = await self._edit(live, job, view, "progress", keep=live.files)
            live.shown, live.offering = progress, offering
        except MessageUnreachableError as error:
            log.warning("progress can no longer be shown", job=job.id, reason=str(error))
            live.closed = True
        except DeliveryError as error:
            log.info("progress was not shown", job=job.id, reason=str(error))

    def _due(self, live: Live, progress: Progress) -> float:
        # What follows the first answer closely is drawn together; only an end is not kept waiting.
        last = max(live.edited_at, live.opened_at)
        crowded = max(EDIT_GAP, len(self._live) / SHOWS_A_SECOND)
        if isinstance(progress, Queued):
            return last + max(QUEUE_GAP, crowded)
        if isinstance(progress, Fetching):
            return max(last + EDIT_GAP, live.newest_at + FETCH_PATIENCE)
        return last + crowded

    # --- references ---

    async def attach(self, job: Job, files: Sequence[ReferenceUpload]) -> list[str]:
        """Make these the files of the placeholder; their addresses, in order."""
        if job.id in self._over:
            raise MessageUnreachableError("the job has ended, and its message says so")
        live, job = self._of(job)
        async with live.editing:
            if live.closed:
                raise MessageUnreachableError("the job has ended")
            if not files:
                live.files = []
                return []
            _posted, attached = await self._post(
                live,
                job,
                files,
                "references",
                draw=lambda shown: self._cards.progress(
                    job, live.shown or Queued(0), [file.filename for file in shown]
                ),
                shrink=_cannot_shrink,
            )
            live.files = attached
            addresses = {file.filename: file.url for file in attached}
            return [addresses[file.filename] for file in files]

    # --- the end ---

    async def find(self, job: Job) -> int | None:
        """The id of the first answer to the job's interaction; ``None`` where there is none."""
        return await self._messages.find_first_answer(job.place)

    async def deliver(self, job: Job, files: Sequence[ResultFile]) -> Delivered:
        """Replace the placeholder by the result, or post it elsewhere; what was posted, and where.

        Raises ``MessageUnreachableError`` where its person cannot be reached in any way.
        """
        live, job = self._of(job)
        live.closed = True
        balance = await self._ledger.balance(job.place.server_id, job.member_id, job.cap_roles)
        try:
            fitting = await fit_all(files, job.place.file_limit)
            async with live.editing:
                posted, attached = await self._post(
                    live,
                    job,
                    fitting,
                    "result",
                    draw=lambda shown: self._cards.result(
                        job, shown, balance, missing=len(fitting) - len(shown)
                    ),
                    shrink=smaller,
                )
        except PictureError:
            self._live.pop(job.id, None)
            raise
        except MessageUnreachableError as error:
            log.warning("the placeholder cannot show the result", reason=str(error))
            self._forget(job)
            delivered = await self._elsewhere.deliver(job, files, balance)
            self._point(live, job, delivered.where, images=True)
            return delivered
        self._forget(job)
        ids = {file.filename: file.id for file in attached}
        return Delivered([described(file, ids.get(file.filename)) for file in posted])

    async def addresses(self, job: Job) -> list[str]:
        """Where the images of a finished job can be fetched in Discord, in order."""
        place = job.place
        if job.went is not None and job.went.destination is not Destination.PLACEHOLDER:
            place = replace(
                place,
                channel_id=job.went.channel_id or 0,
                message_id=job.went.message_id,
                private=False,
                token_expires_at=0.0,
            )
        return [file.url for file in await self._messages.attachments(place)]

    async def end(self, job: Job) -> Destination:
        """Show how a job ended that has no images to show here, or tell its person elsewhere."""
        async with self._ending(job) as (live, current):
            with speaking(job.place.spoken):
                view = self._cards.ended(job)
            await self._edit(live, current, view, "end")
        return live.told

    async def explain(self, job: Job) -> None:
        """End the placeholder of a job refused late: its person alone is told why."""
        with speaking(job.place.language):
            refusal = self._cards.refusal(job)
            explained = self._cards.ended(job)
        async with self._ending(job) as (live, current):
            if job.place.private:
                await self._edit(live, current, explained, "end")
                return
            with speaking(job.place.server_language):
                neutral = self._cards.withdrawn(job)
            there = True
            try:
                await self._edit(live, current, neutral, "end")
            except MessageUnreachableError as error:
                # It may have been removed before a crash kept that from being recorded.
                log.info("the placeholder is gone", job=job.id, reason=str(error))
                there = False
            try:
                await self._messages.tell_privately(current.place, refusal)
            except TokenDeadError:
                # Nothing can be said in private any more: say it where it was asked for.
                await self._edit(live, current, explained, "end")
            else:
                if there:
                    await self._messages.delete(current.place)

    @asynccontextmanager
    async def _ending(self, job: Job) -> AsyncIterator[tuple[Live, Job]]:
        """Nothing but what the block shows comes after it; what is over is forgotten.

        A placeholder that cannot be edited any more is no reason to leave its person without a
        word; who ended the job by a press knows already.
        """
        live, current = self._of(job)
        live.closed = True
        over = job.state.final
        try:
            async with live.editing:
                yield live, current
        except MessageUnreachableError as error:
            if not over or job.state is State.CANCELLED:
                raise
            log.warning("the placeholder cannot show the end", reason=str(error))
            where = await self._elsewhere.tell(job)
            live.told = where.destination
            self._point(live, current, where, images=False)
        except DeliveryError:
            over = False
            raise
        finally:
            if over:
                self._forget(job)

    def _point(self, live: Live, job: Job, where: Whereabouts, *, images: bool) -> None:
        """Say where the end is: what was archived is open again after a new message there."""
        link = replace(job, went=where).link
        if where.destination is not Destination.CHANNEL or link is None:
            return

        async def edit() -> None:
            with speaking(job.place.spoken):
                view = self._cards.elsewhere(job, link, images=images)
            try:
                async with live.editing:
                    await self._edit(live, job, view, "end")
            except DeliveryError as error:
                log.info("the placeholder stays as it was", job=job.id, reason=str(error))

        self._workers.start(f"point {job.id}", edit)

    async def call(self, job: Job) -> None:
        """Tell its person, who has waited long, that the job has ended."""
        with speaking(job.place.spoken):
            text = self._cards.call(job)
        await self._messages.reply(job.place, text, mention=job.member_id)

    # --- the edit itself ---

    async def _post(
        self,
        live: Live,
        job: Job,
        files: Sequence[F],
        kind: str,
        *,
        draw: Callable[[Sequence[F]], LayoutView],
        shrink: Callable[[F], Awaitable[F]],
    ) -> tuple[list[F], list[discord.Attachment]]:
        """Files on the message, in one edit or several. The caller holds ``live.editing``."""

        def drawn(shown: Sequence[F]) -> LayoutView:
            with speaking(job.place.spoken):
                return draw(shown)

        async def edit(
            view: LayoutView, new: Sequence[discord.File], keep: Sequence[discord.Attachment]
        ) -> list[discord.Attachment]:
            return await self._edit(live, job, view, kind, files=new, keep=keep)

        return await self._posting.post(
            files, file_limit=job.place.file_limit, draw=drawn, edit=edit, shrink=shrink
        )

    async def _edit(
        self,
        live: Live,
        job: Job,
        view: LayoutView,
        kind: str,
        *,
        files: Sequence[discord.File] = (),
        keep: Sequence[discord.Attachment] = (),
    ) -> list[discord.Attachment]:
        """One edit, not before its time. The caller holds ``live.editing``."""
        early = live.edited_at + EDIT_GAP - self._timing.monotonic()
        if early > 0:
            await self._timing.sleep(early)
        before = live.edited_at
        try:
            attached = await self._messages.edit(job.place, view, files=files, keep=keep)
        except DeliveryError as error:
            self._metrics.message_edited(kind, type(error).__name__.removesuffix("Error"))
            # What was refused for its size has changed nothing, so that nothing has to wait.
            too_large = isinstance(error, UploadTooLargeError)
            live.edited_at = before if too_large else self._timing.monotonic()
            raise
        live.edited_at = self._timing.monotonic()
        self._metrics.message_edited(kind, "ok")
        return attached

    def _forget(self, job: Job) -> None:
        """The job is over: nothing is drawn over its end, also not by who read it before that."""
        self._live.pop(job.id, None)
        self._over.append(job.id)

    def _of(self, job: Job) -> tuple[Live, Job]:
        """What is known of the placeholder, and the job with its newest token."""
        live = self._live.get(job.id)
        if live is None:
            files: list[discord.Attachment] | None = [] if not job.generation.references else None
            age = max(0.0, self._timing.clock() - job.created_at)
            live = self._live[job.id] = Live(files, self._timing.monotonic() - age)
            if job.created_at < self._began:
                live.edited_at = self._began_at  # an earlier process may have edited it just before
        return live, job if live.place is None else replace(job, place=live.place)


async def _cannot_shrink(file: ReferenceUpload) -> ReferenceUpload:
    raise MessageUnreachableError(f"Discord refuses a reference of {len(file.data)} bytes")
