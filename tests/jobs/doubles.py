"""What stands at the engine's edges: people's screens, the image API, and the files it names."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.delivery.download import Downloader
from bot.delivery.fit import ResultFile
from bot.errors import DownloadError
from bot.generation import Generation
from bot.jobs.circuit import Trouble
from bot.jobs.job import Delivered, Destination, Job, JobImage, Whereabouts
from bot.jobs.progress import Progress
from bot.jobs.screen import ReferenceUpload
from bot.provider.client import ProviderClient
from bot.provider.protocol import Phase, TaskReport
from tests.pictures import picture, save

PNG = save(picture(64, 64), "PNG")


class Door:
    """Where calls pass: at once, after a test has opened it, or not at all."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.reached = asyncio.Event()
        self.errors: deque[Exception] = deque()
        self.calls = 0

    def shut(self) -> None:
        """Calls wait from now on; ``reached`` tells when one does."""
        self.open.clear()

    def fail(self, *errors: Exception) -> None:
        """The next calls raise these, one each."""
        self.errors.extend(errors)

    async def passing(self) -> None:
        """One call."""
        self.calls += 1
        self.reached.set()
        await self.open.wait()
        if self.errors:
            raise self.errors.popleft()


@dataclass(frozen=True)
class Shown:
    """Something a person sees, with the job as it was then."""

    how: str
    job: Job
    progress: Progress | None = None


class FakeScreen:
    """Remembers what people see. Each of its ways has a door."""

    def __init__(self) -> None:
        self.doors: dict[str, Door] = defaultdict(Door)
        self.shown: list[Shown] = []
        self.uploads: list[list[ReferenceUpload]] = []
        self.found: int | None = None
        self.addressed: list[str] = []
        self.went: Whereabouts | None = None
        self.told = Destination.PLACEHOLDER

    def hows(self, job_id: str) -> list[str]:
        """How a job was shown, progress aside."""
        progress = ("opened", "show")
        return [
            each.how for each in self.shown if each.job.id == job_id and each.how not in progress
        ]

    def progress(self, job_id: str) -> list[Progress]:
        """The progress of a job that was shown."""
        return [
            each.progress
            for each in self.shown
            if each.job.id == job_id and each.progress and each.how == "show"
        ]

    async def find(self, job: Job) -> int | None:
        """The message that a test has put there."""
        await self.doors["find"].passing()
        return self.found

    def opened(self, job: Job, progress: Progress) -> None:
        """Remember it."""
        self.shown.append(Shown("opened", job, progress))

    def show(self, job: Job, progress: Progress) -> None:
        """Remember it."""
        self.shown.append(Shown("show", job, progress))

    def renewed(self, job: Job) -> None:
        """Remember it."""
        self.shown.append(Shown("renewed", job))

    async def addresses(self, job: Job) -> list[str]:
        """The addresses that a test has put there."""
        await self.doors["addresses"].passing()
        del job
        return self.addressed

    async def attach(self, job: Job, files: Sequence[ReferenceUpload]) -> list[str]:
        """Addresses that tell which file and which upload it was."""
        await self.doors["attach"].passing()
        self.uploads.append(list(files))
        upload = len(self.uploads)
        return [f"https://uploads.example/{upload}/{file.filename}" for file in files]

    async def deliver(self, job: Job, files: Sequence[ResultFile]) -> Delivered:
        """Take the files as they are."""
        await self.doors["deliver"].passing()
        self.shown.append(Shown("deliver", job))
        images = [
            JobImage(file.filename, file.width, file.height, len(file.data), file.shrunk, number)
            for number, file in enumerate(files, start=1)
        ]
        return Delivered(images) if self.went is None else Delivered(images, self.went)

    async def end(self, job: Job) -> Destination:
        """Remember it."""
        await self.doors["end"].passing()
        self.shown.append(Shown("end", job))
        return self.told

    async def explain(self, job: Job) -> None:
        """Remember it."""
        await self.doors["explain"].passing()
        self.shown.append(Shown("explain", job))

    async def call(self, job: Job) -> None:
        """Remember it."""
        await self.doors["call"].passing()
        self.shown.append(Shown("call", job))


@dataclass(frozen=True)
class Submission:
    """One ``POST``."""

    generation: Generation
    urls: tuple[str, ...]


class FakeProvider(ProviderClient):
    """Starts every task, and finishes it at the first question unless ``reports`` say otherwise."""

    def __init__(self) -> None:
        self.post = Door()
        self.question = Door()
        self.check = Door()
        self.submissions: list[Submission] = []
        self.questions: list[str] = []
        self.echoed: list[tuple[str, ...]] = []
        self.reports: deque[TaskReport | Exception] = deque()
        self.always: TaskReport | Exception | None = None

    async def submit(self, generation: Generation, image_urls: Sequence[str]) -> str:
        """The id of a new task."""
        self.submissions.append(Submission(generation, tuple(image_urls)))
        number = len(self.submissions)
        await self.post.passing()
        return f"task-{number}"

    async def task(self, task_id: str, *, echoed: Collection[str]) -> TaskReport:
        """What a test wants said next."""
        self.questions.append(task_id)
        self.echoed.append(tuple(echoed))
        await self.question.passing()
        report = self.reports.popleft() if self.reports else self.always
        if isinstance(report, Exception):
            raise report
        return completed() if report is None else report

    async def check_key(self) -> None:
        """The key is accepted, unless a test says otherwise."""
        await self.check.passing()


class FakeOperator:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def outage_began(self, trouble: Trouble) -> None:
        """Remember what is wrong."""
        self.told.append(trouble.value)

    async def outage_ended(self, trouble: Trouble, seconds: float) -> None:
        """Remember how long it was wrong."""
        self.told.append(f"{trouble.value} for {seconds:.0f} s")


def completed(*names: str) -> TaskReport:
    """A finished task with images of these names."""
    urls = tuple(f"https://results.example/{name}" for name in names or ("1.png",))
    return TaskReport(Phase.COMPLETED, images=urls)


RUNNING = TaskReport(Phase.RUNNING)


class FakeDownloader(Downloader):
    """Knows the files it was given; any other of ``results.example`` is a picture."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.fetched: list[str] = []
        self.door = Door()

    async def fetch(self, url: str) -> bytes:
        """The bytes of a file."""
        self.fetched.append(url)
        await self.door.passing()
        if url in self.files:
            return self.files[url]
        if url.startswith("https://results.example/"):
            return PNG
        raise DownloadError(f"there is no {url}")
