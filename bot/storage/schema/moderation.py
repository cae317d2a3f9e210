"""What a server's moderators have set, and what they are told."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from bot.storage.schema.base import Identity, metadata

# What a server's moderators have set. A server without a row has set nothing.
servers = Table(
    "servers",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("settings", JSON, nullable=False),
)

caps = Table(
    "caps",
    metadata,
    Column("server_id", BigInteger, ForeignKey("servers.id"), primary_key=True),
    Column("subject", String(8), primary_key=True),
    Column("subject_id", BigInteger, primary_key=True, autoincrement=False),
    Column("credits", Integer),  # null: no limit
    Column("period", String(8), nullable=False),
    CheckConstraint("subject IN ('everyone', 'role', 'member', 'server')", name="subject"),
    CheckConstraint("credits >= 0", name="credits"),
)

# Who may not use the bot. One that has ended stays until the next one for the same member.
blocks = Table(
    "blocks",
    metadata,
    Column("server_id", BigInteger, primary_key=True),
    Column("member_id", BigInteger, primary_key=True),
    Column("until", Double),  # null: for good
    Column("reason", Text, nullable=False),
    Column("told", Boolean, nullable=False),
    Column("by", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
)

# How often what a member asked for was refused by the server's rules, by day and kind.
refusals = Table(
    "refusals",
    metadata,
    Column("server_id", BigInteger, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("member_id", BigInteger, primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("count", Integer, nullable=False),
)

# What a server's log channel is to show; gone once it was posted.
log_entries = Table(
    "log_entries",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("server_id", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("content", JSON, nullable=False),
    Index("ix_log_entries_server", "server_id", "id"),
)

# Who has changed what moderators can change, and from what to what. Append-only.
changes = Table(
    "changes",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("server_id", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
    Column("by", BigInteger, nullable=False),
    Column("what", String(32), nullable=False),
    Column("subject", String(8)),
    Column("subject_id", BigInteger),
    Column("before", JSON),
    Column("after", JSON),
    Index("ix_changes_server", "server_id", "at"),
)

# Each member reports a result once.
reports = Table(
    "reports",
    metadata,
    Column("job_id", String(16), ForeignKey("jobs.id"), primary_key=True),
    Column("member_id", BigInteger, primary_key=True),
    Column("at", Double, nullable=False),
)
