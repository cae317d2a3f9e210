"""The first tables.

Revision ID: 0001
Revises: nothing
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "command_syncs",
        sa.Column("application_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tree_hash", sa.String(length=64), nullable=False),
        sa.Column("command_ids", sa.JSON(), nullable=False),
        sa.Column("synced_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_command_syncs")),
    )
    op.create_table(
        "daily_totals",
        sa.Column("server_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.CheckConstraint("held >= 0", name=op.f("ck_daily_totals_held")),
        sa.CheckConstraint("used >= 0", name=op.f("ck_daily_totals_used")),
        sa.PrimaryKeyConstraint("server_id", "member_id", "day", name=op.f("pk_daily_totals")),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("retry_of", sa.String(length=16), nullable=True),
        sa.Column("server_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("interaction_token", sa.Text(), nullable=False),
        sa.Column("token_expires_at", sa.Double(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("server_language", sa.String(length=16), nullable=False),
        sa.Column("file_limit", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("aspect_ratio", sa.String(length=8), nullable=False),
        sa.Column("resolution", sa.String(length=4), nullable=False),
        sa.Column("num_images", sa.Integer(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("ready_until", sa.Double(), nullable=True),
        sa.Column("not_before", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("stop_requested_at", sa.Double(), nullable=True),
        sa.Column("task_id", sa.String(length=200), nullable=True),
        sa.Column("failure", sa.String(length=32), nullable=True),
        sa.Column("failure_detail", sa.Text(), nullable=True),
        sa.Column("images_kept", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("submitted_at", sa.Double(), nullable=True),
        sa.Column("running_at", sa.Double(), nullable=True),
        sa.Column("completed_at", sa.Double(), nullable=True),
        sa.Column("task_seconds", sa.Double(), nullable=True),
        sa.Column("finished_at", sa.Double(), nullable=True),
        sa.Column("shown_at", sa.Double(), nullable=True),
        sa.CheckConstraint(
            "(finished_at IS NOT NULL) = (state IN ('done', 'failed', 'cancelled', 'unconfirmed'))",
            name=op.f("ck_jobs_finished"),
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'submitting', 'running', 'delivering',"
            " 'done', 'failed', 'cancelled', 'unconfirmed')",
            name=op.f("ck_jobs_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('running', 'delivering') OR task_id IS NOT NULL",
            name=op.f("ck_jobs_task"),
        ),
        sa.CheckConstraint("num_images BETWEEN 1 AND 9", name=op.f("ck_jobs_num_images")),
        sa.CheckConstraint("price > 0", name=op.f("ck_jobs_price")),
        sa.ForeignKeyConstraint(["retry_of"], ["jobs.id"], name=op.f("fk_jobs_retry_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("interaction_id", name=op.f("uq_jobs_interaction_id")),
        sa.UniqueConstraint("retry_of", name=op.f("uq_jobs_retry_of")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index(
            "ix_jobs_durations", ["mode", "resolution", "num_images", "completed_at"], unique=False
        )
        batch_op.create_index(
            "ix_jobs_member", ["member_id", "server_id", "created_at"], unique=False
        )
        batch_op.create_index(
            "ix_jobs_not_shown",
            ["finished_at"],
            unique=False,
            sqlite_where=sa.text("shown_at IS NULL AND finished_at IS NOT NULL"),
            postgresql_where=sa.text("shown_at IS NULL AND finished_at IS NOT NULL"),
        )
        batch_op.create_index("ix_jobs_state", ["state", "created_at"], unique=False)
        batch_op.create_index("ix_jobs_submitted", ["submitted_at"], unique=False)

    op.create_table(
        "reference_files",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content_type", sa.String(length=32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("last_used_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_reference_files")),
    )
    op.create_table(
        "job_images",
        sa.Column("job_id", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("attachment_id", sa.BigInteger(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("shrunk", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_images_job_id")),
        sa.PrimaryKeyConstraint("job_id", "position", name=op.f("pk_job_images")),
    )
    op.create_table(
        "job_references",
        sa.Column("job_id", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("provider_url", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_references_job_id")),
        sa.PrimaryKeyConstraint("job_id", "position", name=op.f("pk_job_references")),
    )
    with op.batch_alter_table("job_references", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_references_sha256"), ["sha256"], unique=False)

    op.create_table(
        "ledger",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("job_id", sa.String(length=16), nullable=False),
        sa.Column("server_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.CheckConstraint("kind IN ('hold', 'capture', 'release')", name=op.f("ck_ledger_kind")),
        sa.CheckConstraint("credits > 0", name=op.f("ck_ledger_credits")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_ledger_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
    )
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.create_index(
            "uq_ledger_hold",
            ["job_id"],
            unique=True,
            sqlite_where=sa.text("kind = 'hold'"),
            postgresql_where=sa.text("kind = 'hold'"),
        )
        batch_op.create_index(
            "uq_ledger_resolution",
            ["job_id"],
            unique=True,
            sqlite_where=sa.text("kind IN ('capture', 'release')"),
            postgresql_where=sa.text("kind IN ('capture', 'release')"),
        )
