"""Credits: the ledger, its sums, and what is given on top of a cap."""

from sqlalchemy import (
    BigInteger,
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
    text,
)

from bot.storage.schema.base import Identity, metadata

ledger = Table(
    "ledger",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("kind", String(8), nullable=False),
    Column("job_id", String(16), ForeignKey("jobs.id"), nullable=False),
    Column("server_id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("credits", Integer, nullable=False),
    # The day the hold was made, in the server's time zone: what resolves it counts there too.
    Column("day", Date, nullable=False),
    Column("at", Double, nullable=False),
    CheckConstraint("kind IN ('hold', 'capture', 'release')", name="kind"),
    CheckConstraint("credits > 0", name="credits"),
    Index("ix_ledger_day", "server_id", "day"),
    Index(
        "uq_ledger_hold",
        "job_id",
        unique=True,
        sqlite_where=text("kind = 'hold'"),
        postgresql_where=text("kind = 'hold'"),
    ),
    Index(
        "uq_ledger_resolution",
        "job_id",
        unique=True,
        sqlite_where=text("kind IN ('capture', 'release')"),
        postgresql_where=text("kind IN ('capture', 'release')"),
    ),
)

# The sums of the ledger, kept in the transaction of each of its rows.
daily_totals = Table(
    "daily_totals",
    metadata,
    Column("server_id", BigInteger, primary_key=True),
    Column("member_id", BigInteger, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("used", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    # what of both was paid by grants and not by the cap
    Column("drawn", Integer, nullable=False, server_default=text("0")),
    CheckConstraint("used >= 0", name="used"),
    CheckConstraint("held >= 0", name="held"),
)

# The same for all members of a server together.
server_totals = Table(
    "server_totals",
    metadata,
    Column("server_id", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    Column("used", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    CheckConstraint("used >= 0", name="used"),
    CheckConstraint("held >= 0", name="held"),
)

# Credits on top of a cap: for one member, or for each who has a role.
grants = Table(
    "grants",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("server_id", BigInteger, nullable=False),
    Column("subject", String(8), nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    Column("credits", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("given_by", BigInteger, nullable=False),
    Column("given_at", Double, nullable=False),
    Column("until", Double),  # null: until it is used up
    Column("revoked_by", BigInteger),
    Column("revoked_at", Double),
    CheckConstraint("subject IN ('role', 'member')", name="subject"),
    CheckConstraint("credits > 0", name="credits"),
    Index("ix_grants_subject", "server_id", "subject_id"),
)

# What a job costs beyond its member's cap, and which grant pays it. Gone when it is given back.
grant_draws = Table(
    "grant_draws",
    metadata,
    Column("job_id", String(16), ForeignKey("jobs.id"), primary_key=True),
    Column("grant_id", ForeignKey("grants.id"), primary_key=True),
    Column("member_id", BigInteger, nullable=False),
    Column("credits", Integer, nullable=False),
    CheckConstraint("credits > 0", name="credits"),
    Index("ix_grant_draws_member", "grant_id", "member_id"),
)
