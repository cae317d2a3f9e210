"""The tables. One schema for every database engine; the invariants stand in it as constraints.

Times are seconds since 1970 in UTC, ids of Discord are its snowflakes, and ``server_id`` is 0
for a direct message, so that every row has a server and nothing is ever global by accident.
"""

from bot.storage.schema.artists import (
    character_pictures,
    characters,
    drafts,
    held_files,
    preferences,
    thread_steps,
    threads,
)
from bot.storage.schema.base import metadata
from bot.storage.schema.credits import (
    daily_totals,
    grant_draws,
    grants,
    ledger,
    server_totals,
)
from bot.storage.schema.jobs import (
    job_images,
    job_references,
    jobs,
    reference_files,
)
from bot.storage.schema.moderation import (
    blocks,
    caps,
    changes,
    log_entries,
    refusals,
    reports,
    servers,
)
from bot.storage.schema.operator import (
    budget_warnings,
    command_syncs,
)

DIRECT_MESSAGES = 0

__all__ = [
    "DIRECT_MESSAGES",
    "blocks",
    "budget_warnings",
    "caps",
    "changes",
    "character_pictures",
    "characters",
    "command_syncs",
    "daily_totals",
    "drafts",
    "grant_draws",
    "grants",
    "held_files",
    "job_images",
    "job_references",
    "jobs",
    "ledger",
    "log_entries",
    "metadata",
    "preferences",
    "reference_files",
    "refusals",
    "reports",
    "server_totals",
    "servers",
    "thread_steps",
    "threads",
]
