"""The composition root: from settings to everything that is opened, and closed in reverse."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import structlog
from prometheus_client import CollectorRegistry

from bot.account import Accounts
from bot.background import Background
from bot.characters import Characters
from bot.command_ids import CommandIds
from bot.credits.budget import Budget
from bot.credits.budget_watch import BudgetWatch
from bot.credits.caps import Cap
from bot.credits.grants import Grants
from bot.credits.ledger import Ledger
from bot.credits.rules import RuleBook
from bot.delivery.cards import Cards
from bot.delivery.download import Downloader
from bot.delivery.media import MediaFolder
from bot.delivery.messages import Messages
from bot.delivery.operator import DirectOperator
from bot.delivery.placeholder import Placeholders
from bot.delivery.server_log import ServerLog
from bot.drafts import Drafts
from bot.gallery import Gallery
from bot.housekeeping import Housekeeping
from bot.jobs.delivering import Delivery
from bot.jobs.driver import Driver
from bot.jobs.engine import Engine
from bot.jobs.milestones import Reached, go_on
from bot.jobs.outage import OutageWatch
from bot.jobs.pictures import ReferencePictures
from bot.jobs.preparing import Preparation
from bot.jobs.queue import JobQueue
from bot.jobs.recalling import Recall
from bot.jobs.recovery import recover
from bot.jobs.reference_files import ReferenceFiles
from bot.jobs.result_files import ResultFiles
from bot.jobs.steps import Steps
from bot.jobs.store import JobStore
from bot.jobs.submitting import Submission
from bot.jobs.timing import Timing
from bot.moderation.blocks import Blocks
from bot.moderation.house_rules import HouseRules
from bot.moderation.log import LogBook
from bot.preferences import Preferences
from bot.presets import Presets
from bot.provider.client import ProviderClient
from bot.reports import Reports
from bot.services import Services
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.telemetry.health import HealthServer
from bot.telemetry.metrics import Metrics
from bot.threads import Threads

log = structlog.get_logger(__name__)

# Job ids are read aloud and typed: no letter that looks like a digit, and too many to guess.
_ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_ID_LENGTH = 10


def new_job_id() -> str:
    """A job id that nobody can guess."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))


def _background(
    stack: AsyncExitStack, works: Mapping[str, Callable[[], Coroutine[Any, Any, None]]]
) -> Background:
    """These at work until ``stack`` closes, and whatever is started later."""
    background = Background()
    stack.push_async_callback(background.close)
    for name, work in works.items():
        background.start(name, work)
    return background


@asynccontextmanager
async def open_services(
    settings: Settings,
    *,
    cards: Cards,
    messages: Messages,
    operator: DirectOperator,
    gateway_ready: Callable[[], bool],
    timing: Timing,
    reached: Reached = go_on,
) -> AsyncIterator[Services]:
    """Open everything that ``settings`` name, for a client that is logged in.

    Leaving the block closes it all: the engine finishes or parks its jobs first.
    """
    clock = timing.clock
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    metrics.watch(asyncio.get_running_loop())
    database = Database(settings.database_url, clock=timing.monotonic)
    # Commands answer within three seconds, whatever the database does; the engine has more time.
    hurried = database.hurried()

    async def database_answers() -> bool:
        await hurried.probe()
        return True

    async def gateway_answers() -> bool:
        return gateway_ready()

    async with AsyncExitStack() as stack:
        # First of all, so that a second process on this machine stops before it touches a job.
        health = HealthServer(
            settings.health_host,
            settings.health_port,
            checks={"database": database_answers, "gateway": gateway_answers},
            registry=registry,
        )
        await health.start()
        stack.push_async_callback(health.close)

        stack.push_async_callback(database.close)
        await database.open()
        before, after = await migrate(database)
        if before != after:
            log.info("the database was brought up to date", before=before, after=after)

        media = MediaFolder(
            settings.media_dir, max_bytes=int(settings.media_max_gb * 1e9), clock=clock
        )
        for problem in await media.open():
            log.warning("the media folder was tidied", what=problem)

        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        )
        provider = ProviderClient(
            session,
            base_url=settings.apiinone_base_url,
            api_key=settings.apiinone_api_key.get_secret_value(),
            clock=clock,
        )
        downloader = Downloader(allow_loopback=settings.provider_is_local)
        stack.push_async_callback(downloader.close)

        budget = Budget(settings.monthly_credit_budget, clock=clock)

        def books(source: Database) -> tuple[Ledger, JobStore, JobQueue]:
            ledger = Ledger(
                source,
                default_cap=Cap(settings.default_credits, settings.default_period),
                clock=clock,
            )
            queue = JobQueue(
                source,
                ledger,
                budget=budget,
                max_running=settings.max_running_tasks,
                max_per_member=settings.max_jobs_per_member,
                new_id=new_job_id,
                clock=clock,
                reached=reached,
            )
            return ledger, JobStore(source, ledger, clock=clock, reached=reached), queue

        ledger, store, queue = books(database)
        placeholders = Placeholders(
            messages=messages,
            cards=cards,
            ledger=ledger,
            metrics=metrics,
            timing=timing,
        )
        stack.push_async_callback(placeholders.close)

        references = ReferenceFiles(database, clock=clock)
        outage = OutageWatch(
            question=provider.check_key, operator=operator, metrics=metrics, timing=timing
        )
        spending = BudgetWatch(database, budget, operator=operator, timing=timing)
        steps = Steps(store, placeholders, provider, metrics, timing, outage, reached)
        results = ResultFiles(steps, downloader)
        recall = Recall(steps, results, downloader, media)
        pictures = ReferencePictures(downloader, references, recall)
        engine = Engine(
            queue=queue,
            store=store,
            driver=Driver(steps, Submission(steps, spending.look), Delivery(steps, results, media)),
            preparation=Preparation(
                pictures=pictures,
                files=references,
                store=store,
                screen=placeholders,
                clock=clock,
                reached=reached,
            ),
            screen=placeholders,
            outage=outage,
            metrics=metrics,
            timing=timing,
            reached=reached,
        )
        found = await recover(store, placeholders)
        for job in found.ended:
            metrics.job_ended(job.generation.mode, job.state)
        log.info(
            "jobs of an earlier run",
            queued=found.queued,
            under_way=len(found.unfinished),
            unconfirmed=found.unconfirmed,
            never_shown=found.never_shown,
        )
        stack.push_async_callback(engine.close)
        await engine.start(found.unfinished)

        housekeeping = Housekeeping(
            references=references,
            drafts=Drafts(database, new_id=new_job_id, clock=clock),
            media=media,
            days=settings.media_retention_days,
            clock=clock,
        )
        server_log = ServerLog(LogBook(database, clock=clock), store, messages, cards)
        background = _background(
            stack,
            {
                "housekeeping": housekeeping.run,
                "budget": spending.run,
                "log channels": server_log.run,
            },
        )
        asked_ledger, asked_store, asked_queue = books(hurried)
        yield Services(
            settings=settings,
            database=database,
            ledger=asked_ledger,
            accounts=Accounts(hurried, asked_ledger),
            rules=RuleBook(hurried, clock=clock),
            grants=Grants(hurried, clock=clock),
            blocks=Blocks(hurried, clock=clock),
            house_rules=HouseRules(hurried, clock=clock),
            store=asked_store,
            queue=asked_queue,
            engine=engine,
            cards=cards,
            recall=recall,
            pictures=pictures,
            media=media,
            characters=Characters(hurried, new_id=new_job_id, clock=clock),
            drafts=Drafts(hurried, new_id=new_job_id, clock=clock),
            threads=Threads(hurried, clock=clock),
            gallery=Gallery(hurried),
            preferences=Preferences(hurried),
            presets=Presets(hurried),
            reports=Reports(hurried, clock=clock),
            operator=operator,
            background=background,
            command_ids=CommandIds(database, clock=clock),
            metrics=metrics,
            clock=clock,
        )
