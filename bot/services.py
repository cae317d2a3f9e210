"""What commands and views work with. Built once, in ``bot.app``; reached through the client."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.command_ids import CommandIds
from bot.credits.ledger import Ledger
from bot.delivery.cards import Cards
from bot.jobs.engine import Engine
from bot.jobs.queue import JobQueue
from bot.jobs.recalling import Recall
from bot.jobs.store import JobStore
from bot.settings import Settings
from bot.storage.database import Database
from bot.telemetry.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that is opened once and shared. Times are seconds since 1970.

    ``ledger``, ``store`` and ``queue`` are for what a person waits for: they answer or raise
    ``StorageError`` in time for Discord. What follows the answer goes through ``engine``.
    """

    settings: Settings
    database: Database
    ledger: Ledger
    store: JobStore
    queue: JobQueue
    engine: Engine
    cards: Cards
    recall: Recall
    command_ids: CommandIds
    metrics: Metrics
    clock: Callable[[], float]
