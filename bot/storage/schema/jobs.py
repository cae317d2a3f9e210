"""Jobs: what was asked for, what became of it, and the pictures of both."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from bot.storage.schema.base import metadata

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
