"""What concerns the operator alone: the budget, and Discord's list of commands."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    Double,
    Integer,
    String,
    Table,
)

from bot.storage.schema.base import metadata

# Which warnings about the operator's budget of a month (its first day, UTC) have been sent.
budget_warnings = Table(
    "budget_warnings",
    metadata,
    Column("month", Date, primary_key=True),
    # another budget in the same month is warned of anew
    Column("budget", Integer, primary_key=True, autoincrement=False),
    Column("percent", Integer, primary_key=True, autoincrement=False),
    Column("told_at", Double, nullable=False),
)

command_syncs = Table(
    "command_syncs",
    metadata,
    Column("application_id", BigInteger, primary_key=True, autoincrement=False),
    Column("tree_hash", String(64), nullable=False),
    Column("command_ids", JSON, nullable=False),
    Column("synced_at", Double, nullable=False),
)
