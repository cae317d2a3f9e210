"""The tables. One schema for every database engine; the invariants stand in it as constraints.

Times are seconds since 1970 in UTC, ids of Discord are its snowflakes, and ``server_id`` is 0
for a direct message, so that every row has a server and nothing is ever global by accident.
"""

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
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

DIRECT_MESSAGES = 0

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts only a column typed exactly INTEGER up by itself.
_Identity = BigInteger().with_variant(Integer, "sqlite")

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(16), primary_key=True),
    # Discord delivers an interaction at least once; the second time must not make a second job.
    Column("interaction_id", BigInteger, nullable=False, unique=True),
    # One press of "Try again" makes one job, however often it is pressed.
    Column("retry_of", String(16), ForeignKey("jobs.id"), unique=True),
    # whose it is and where it is shown
    Column("server_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("message_id", BigInteger),
    Column("member_id", BigInteger, nullable=False),
    Column("interaction_token", Text, nullable=False),
    Column("token_expires_at", Double, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("language", String(16), nullable=False),  # the person's
    Column("server_language", String(16), nullable=False),
    Column("file_limit", BigInteger, nullable=False),
    Column("in_thread", Boolean, nullable=False, server_default=text("false")),
    # what was asked for
    Column("mode", String(16), nullable=False),
    Column("prompt", Text, nullable=False),
    Column("aspect_ratio", String(8), nullable=False),
    Column("resolution", String(4), nullable=False),
    Column("num_images", Integer, nullable=False),
    Column("price", Integer, nullable=False),
    Column("notes", Text),  # of a character: sent with the prompt, and not shown as part of it
    Column("character_id", String(16)),  # no foreign key: it may be deleted before the job is
    # whose cap applied when it was accepted; null for jobs older than that was recorded
    Column("cap_subject", String(8)),
    Column("cap_subject_id", BigInteger),
    Column("spoiler", Boolean, nullable=False, server_default=text("false")),
    # the job it came from, which of its images, and how
    Column("parent_id", String(16)),
    Column("parent_position", Integer),
    Column("relation", String(16)),
    # how far it is
    Column("state", String(16), nullable=False),
    Column("ready_until", Double),  # null: its references are not prepared
    Column("not_before", Double, nullable=False, server_default=text("0")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("stop_requested_at", Double),
    Column("task_id", String(200)),
    Column("failure", String(32)),
    Column("failure_detail", Text),
    Column("images_kept", Boolean, nullable=False, server_default=text("false")),
    # where the images went, and the message that has them unless it is the placeholder
    Column("destination", String(16)),
    Column("result_channel_id", BigInteger),
    Column("result_message_id", BigInteger),
    # when
    Column("created_at", Double, nullable=False),
    Column("submitted_at", Double),
    Column("running_at", Double),
    Column("completed_at", Double),  # seen to be finished at the image API
    Column("task_seconds", Double),  # how long it likely ran there
    Column("finished_at", Double),
    Column("shown_at", Double),  # null: Discord does not show the final state yet
    Column("deleted_at", Double),  # its person, or who moderates, took the result away
    CheckConstraint(
        "state IN ('queued', 'submitting', 'running', 'delivering',"
        " 'done', 'failed', 'cancelled', 'unconfirmed')",
        name="state",
    ),
    CheckConstraint("num_images BETWEEN 1 AND 9", name="num_images"),
    CheckConstraint("price > 0", name="price"),
    CheckConstraint(
        "(finished_at IS NOT NULL) = (state IN ('done', 'failed', 'cancelled', 'unconfirmed'))",
        name="finished",
    ),
    CheckConstraint("state NOT IN ('running', 'delivering') OR task_id IS NOT NULL", name="task"),
    Index("ix_jobs_state", "state", "created_at"),
    Index("ix_jobs_member", "member_id", "server_id", "created_at"),
    Index(
        "ix_jobs_not_shown",
        "finished_at",
        sqlite_where=text("shown_at IS NULL AND finished_at IS NOT NULL"),
        postgresql_where=text("shown_at IS NULL AND finished_at IS NOT NULL"),
    ),
    Index("ix_jobs_submitted", "submitted_at"),
    Index("ix_jobs_parent", "parent_id"),
    Index("ix_jobs_character", "character_id", "created_at"),
    Index("ix_jobs_channel", "channel_id", "created_at"),
    Index("ix_jobs_message", "message_id"),
    Index("ix_jobs_result_message", "result_message_id"),
    Index("ix_jobs_durations", "mode", "resolution", "num_images", "completed_at"),
)

reference_files = Table(
    "reference_files",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("content_type", String(32), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("last_used_at", Double, nullable=False),
)

job_references = Table(
    "job_references",
    metadata,
    Column("job_id", String(16), ForeignKey("jobs.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("filename", Text, nullable=False),
    Column("source_url", Text),
    # no foreign key: the bytes may be forgotten before the job is
    Column("sha256", String(64), index=True),
    Column("provider_url", Text),
    # the finished image of a job that it is
    Column("origin_job_id", String(16)),
    Column("origin_position", Integer),
)

job_images = Table(
    "job_images",
    metadata,
    Column("job_id", String(16), ForeignKey("jobs.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("filename", Text, nullable=False),
    Column("attachment_id", BigInteger),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("shrunk", Boolean, nullable=False),
    Column("alt", Text),  # its person's own words for those who do not see it
)

# What someone has begun to ask for: opened as a form, whenever, and as often as they like.
drafts = Table(
    "drafts",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("server_id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("content", JSON, nullable=False),
    Column("begun_at", Double, nullable=False, index=True),
)

characters = Table(
    "characters",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("server_id", BigInteger, nullable=False),
    Column("owner_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False),  # the name as it is compared
    Column("notes", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("created_at", Double, nullable=False),
    Index("uq_characters_own", "server_id", "owner_id", "folded", unique=True),
    Index(
        "uq_characters_shared",
        "server_id",
        "folded",
        unique=True,
        sqlite_where=text("shared"),
        postgresql_where=text("shared"),
    ),
)

character_pictures = Table(
    "character_pictures",
    metadata,
    Column("character_id", String(16), ForeignKey("characters.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("filename", Text, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
)

# Threads in which pictures and settings hold. A thread's settings are those of its last step.
threads = Table(
    "threads",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("server_id", BigInteger, nullable=False),
    # the message that it was opened on; one thread each
    Column("root_message_id", BigInteger, unique=True),
    Column("sheet_message_id", BigInteger),
    Column("created_at", Double, nullable=False),
)

thread_steps = Table(
    "thread_steps",
    metadata,
    Column("thread_id", BigInteger, ForeignKey("threads.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("member_id", BigInteger, nullable=False),
    Column("preset", JSON, nullable=False),
    Column("at", Double, nullable=False),
)

# The bytes that a draft or a step needs, as long as it is there.
held_files = Table(
    "held_files",
    metadata,
    Column("holder", String(48), primary_key=True),
    Column("sha256", String(64), primary_key=True, index=True),
)

# A person's own, and the same in every server: nobody else is concerned.
preferences = Table(
    "preferences",
    metadata,
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("preset", JSON, nullable=False),
)

# Each member reports a result once.
reports = Table(
    "reports",
    metadata,
    Column("job_id", String(16), ForeignKey("jobs.id"), primary_key=True),
    Column("member_id", BigInteger, primary_key=True),
    Column("at", Double, nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    Column("id", _Identity, primary_key=True, autoincrement=True),
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

# Credits on top of a cap: for one member, or for each who has a role.
grants = Table(
    "grants",
    metadata,
    Column("id", _Identity, primary_key=True, autoincrement=True),
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
    Column("id", _Identity, primary_key=True, autoincrement=True),
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
    Column("id", _Identity, primary_key=True, autoincrement=True),
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
