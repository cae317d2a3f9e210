"""What the three books, held against each other, accuse the bot of. Pure rules."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from tests.crash.books import Books, JobEntry, MessageEntry
from tests.e2e.records import FINAL

# The failures that the members' load causes. A job that failed for another reason is lost.
CAUSED: Final = frozenset({"reference_refused", "request_refused", "task_failed", "never_shown"})


class Kind(StrEnum):
    """What must never happen, in the words of the report."""

    LOST = "jobs lost"
    SUBMITTED_TWICE = "double-submitted"
    CHARGED_TWICE = "double-charged"
    MISCHARGED = "charged otherwise than they ended"
    NO_END = "placeholders without an end"
    PRIVATE_IN_PUBLIC = "private results shown in public"
    POSTED_TWICE = "results posted twice"
    SHOWN_AGAIN = "hidden requests shown again"
    UNCONFIRMED = "unconfirmed without a cause"
    OTHER = "other promises broken"


@dataclass(frozen=True)
class Finding:
    """One accusation. `subject` is the id of a job, task or message."""

    kind: Kind
    subject: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}: {self.what}"


def judge(books: Books) -> list[Finding]:
    """All accusations; none where the bot, at rest, kept what it promises."""
    return [finding for rule in _RULES for finding in rule(books)]


def _lost(books: Books) -> Iterator[Finding]:
    """Every job ever seen is there and has ended, with what it ended with where it belongs."""
    here = {job.id for job in books.jobs}
    for job_id in sorted(books.known - here):
        yield Finding(Kind.LOST, job_id, "was in the database, and is there no more")
    asked = {job.interaction_id for job in books.jobs}
    for message in books.messages:
        if message.last.under_way and message.interaction_id not in asked:
            yield Finding(Kind.LOST, message.id, "a placeholder of no job")
    tasks = {task.id for task in books.tasks}
    for job in books.jobs:
        if (what := _loss(job, books, tasks)) is not None:
            yield Finding(Kind.LOST, job.id, what)


def _loss(job: JobEntry, books: Books, tasks: set[str]) -> str | None:
    found = {
        f"is still {job.state}": job.state not in FINAL,
        f"the provider knows no task {job.task_id}": job.task_id not in {None, *tasks},
        f"failed for {job.failure}, which nothing caused": (
            job.state == "failed" and job.failure not in CAUSED
        ),
        "was ended as never shown, and its placeholder is there": (
            job.failure == "never_shown" and bool(_placeholders(job, books))
        ),
        "is paid for, and its images are nowhere": (
            "capture" in job.ledger and not _has_images(job, books)
        ),
    }
    return next((what for what, true in found.items() if true), None)


def _has_images(job: JobEntry, books: Books) -> bool:
    """Whether all images of the job can be seen, or brought back by the bot."""
    posted = max((_results(job, message) for message in books.messages), default=0)
    return job.id in books.media or posted >= job.images


def _submitted_twice(books: Books) -> Iterator[Finding]:
    """Each task belongs to one job: it is recorded, or one of the unconfirmed may have it."""
    recorded = Counter(job.task_id for job in books.jobs if job.task_id is not None)
    for task_id, count in recorded.items():
        if count > 1:
            yield Finding(Kind.SUBMITTED_TWICE, task_id, f"is the task of {count} jobs")
    may_have_one = Counter(job.prompt for job in books.jobs if job.state == "unconfirmed")
    for task in books.tasks:
        if task.id in recorded:
            continue
        if may_have_one[task.prompt] > 0:
            may_have_one[task.prompt] -= 1
        else:
            yield Finding(
                Kind.SUBMITTED_TWICE, task.id, f"a task that no job accounts for: {task.prompt!r}"
            )


def _charged_twice(books: Books) -> Iterator[Finding]:
    """One interaction makes one job, and one job is charged once."""
    interactions = Counter(job.interaction_id for job in books.jobs)
    for interaction_id, count in interactions.items():
        if count > 1:
            yield Finding(Kind.CHARGED_TWICE, interaction_id, f"made {count} jobs")
    for job in books.jobs:
        captures = job.ledger.count("capture")
        if captures > 1 or job.ledger.count("hold") > 1:
            yield Finding(Kind.CHARGED_TWICE, job.id, f"its ledger has {', '.join(job.ledger)}")


def _mischarged(books: Books) -> Iterator[Finding]:
    """A hold is resolved once: taken for images that the provider made, else given back."""
    for contradiction in books.contradictions:
        yield Finding(Kind.MISCHARGED, "audit", contradiction)
    completed = {task.id for task in books.tasks if task.status == "completed"}
    for job in books.jobs:
        if job.state not in FINAL:
            continue
        took = job.state == "done" or (job.state == "cancelled" and job.task_id is not None)
        right = ("hold", "capture" if took else "release")
        if job.ledger != right:
            yield Finding(
                Kind.MISCHARGED, job.id, f"is {job.state}, its ledger has {', '.join(job.ledger)}"
            )
        if "capture" in job.ledger and job.task_id not in completed:
            yield Finding(Kind.MISCHARGED, job.id, "is paid for, and its task made no images")


def _no_end(books: Books) -> Iterator[Finding]:
    """Whoever saw a job begin sees in the same place how it ended."""
    for job in books.jobs:
        if job.state not in FINAL:
            continue  # lost, which says more
        if not job.shown:
            yield Finding(Kind.NO_END, job.id, f"is {job.state}, which nobody was told")
        there = [message for message in _placeholders(job, books) if not message.removed]
        for message in there:
            if message.last.under_way:
                yield Finding(
                    Kind.NO_END, job.id, f"is {job.state}, and shows {message.last.text!r}"
                )
            elif "capture" not in job.ledger and _results(job, message):
                yield Finding(Kind.NO_END, job.id, f"is {job.state}, and shows images")
        never_seen = not _placeholders(job, books) and job.failure != "never_shown"
        if never_seen:
            yield Finding(Kind.NO_END, job.id, f"is {job.state}, and has no message at all")


def _private_in_public(books: Books) -> Iterator[Finding]:
    """Nothing of a private request stands, or ever stood, where others see it."""
    public = [message for message in books.messages if message.reader is None]
    for job in (job for job in books.jobs if job.private):
        for message in public:
            for state in message.states:
                if job.prompt in state.text or any(job.id in name for name in state.files):
                    yield Finding(Kind.PRIVATE_IN_PUBLIC, job.id, f"was in message {message.id}")
                    break
    readers = {job.interaction_id: job.member_id for job in books.jobs}
    open_to_all = {job.interaction_id for job in books.jobs if not job.private}
    for message in (message for message in books.messages if message.reader is not None):
        if message.reader != readers.get(message.interaction_id or "", message.reader):
            yield Finding(Kind.PRIVATE_IN_PUBLIC, message.id, "another person sees it")
        words = message.last.text.partition("\n")[0]
        beside = message.interaction_id in open_to_all  # said to its person beside what all see
        if beside and any(words in state.text for other in public for state in other.states):
            yield Finding(Kind.PRIVATE_IN_PUBLIC, message.id, f"said to all as well: {words!r}")


def _posted_twice(books: Books) -> Iterator[Finding]:
    """The images of a job are in one message, each once."""
    for job in books.jobs:
        with_images = {
            message.id: count
            for message in books.messages
            if not message.removed and (count := _results(job, message))
        }
        if len(with_images) > 1 or any(count > job.images for count in with_images.values()):
            told = ", ".join(f"{count} in message {id_}" for id_, count in with_images.items())
            yield Finding(Kind.POSTED_TWICE, job.id, f"of {job.images} images: {told}")


def _shown_again(books: Books) -> Iterator[Finding]:
    """What its person had hidden does not come back."""
    for job in (job for job in books.jobs if job.stopped):
        for message in _placeholders(job, books):
            told = [job.prompt in state.text for state in message.states]
            if any(later and not earlier for earlier, later in pairwise(told)):
                yield Finding(Kind.SHOWN_AGAIN, job.id, f"in message {message.id}")


def _unconfirmed(books: Books) -> Iterator[Finding]:
    """Nobody knows only where a kill came between `submitting` and the task's id."""
    for job in books.jobs:
        if job.state == "unconfirmed" and job.id not in books.doubtful:
            yield Finding(Kind.UNCONFIRMED, job.id, "no kill found it being submitted")


def _other(books: Books) -> Iterator[Finding]:
    """What must hold of every run: no traceback, no secret in the log, no hurried edit."""
    for complaint in books.complaints:
        yield Finding(Kind.OTHER, "run", complaint)


def _placeholders(job: JobEntry, books: Books) -> list[MessageEntry]:
    """The message that the job is recorded with, or the answer that it was never recorded with."""
    if job.message_id is not None:
        return [message for message in books.messages if message.id == job.message_id]
    answers = defaultdict(list)
    for message in books.messages:
        answers[message.interaction_id].append(message)
    return answers[job.interaction_id][:1]


def _results(job: JobEntry, message: MessageEntry) -> int:
    """How many images of the job the message has; their names carry the job's id."""
    return sum(f"-{job.id}-" in name for name in message.last.files)


_RULES: Final[tuple[Callable[[Books], Iterator[Finding]], ...]] = (
    _lost,
    _submitted_twice,
    _charged_twice,
    _mischarged,
    _no_end,
    _private_in_public,
    _posted_twice,
    _shown_again,
    _unconfirmed,
    _other,
)
