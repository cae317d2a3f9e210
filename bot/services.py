"""What commands and views work with. Built once, in ``bot.app``; reached through the client."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.account import Accounts
from bot.background import Background
from bot.characters import Characters
from bot.command_ids import CommandIds
from bot.credits.grants import Grants
from bot.credits.ledger import Ledger
from bot.credits.rules import RuleBook
from bot.delivery.cards import Cards
from bot.delivery.media import MediaFolder
from bot.delivery.operator import DirectOperator
from bot.drafts import Drafts
from bot.gallery import Gallery
from bot.jobs.engine import Engine
from bot.jobs.pictures import ReferencePictures
from bot.jobs.queue import JobQueue
from bot.jobs.recalling import Recall
from bot.jobs.store import JobStore
from bot.moderation.blocks import Blocks
from bot.moderation.house_rules import HouseRules
from bot.preferences import Preferences
from bot.presets import Presets
from bot.reports import Reports
from bot.settings import Settings
from bot.storage.database import Database
from bot.telemetry.metrics import Metrics
from bot.threads import Threads


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that is opened once and shared. Times are seconds since 1970.

    Whatever reads or writes the database here is for what a person waits for: it answers or
    raises ``StorageError`` in time for Discord. What follows the answer goes through ``engine``.
    ``background`` is for what goes on after the answer, and ends with the process.
    """

    settings: Settings
    database: Database
    ledger: Ledger
    accounts: Accounts
    rules: RuleBook
    grants: Grants
    blocks: Blocks
    house_rules: HouseRules
    store: JobStore
    queue: JobQueue
    engine: Engine
    cards: Cards
    recall: Recall
    pictures: ReferencePictures
    media: MediaFolder
    characters: Characters
    drafts: Drafts
    threads: Threads
    gallery: Gallery
    preferences: Preferences
    presets: Presets
    reports: Reports
    operator: DirectOperator
    background: Background
    command_ids: CommandIds
    metrics: Metrics
    clock: Callable[[], float]
