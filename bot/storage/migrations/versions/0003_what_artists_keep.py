"""What artists keep: lineage, characters, threads, drafts, defaults, reports."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and columns; no row that was there before needs a change."""
    op.create_table(
        "characters",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("server_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_characters")),
    )
    op.create_index(
        "uq_characters_own", "characters", ["server_id", "owner_id", "folded"], unique=True
    )
    op.create_index(
        "uq_characters_shared",
        "characters",
        ["server_id", "folded"],
        unique=True,
        sqlite_where=sa.text("shared"),
        postgresql_where=sa.text("shared"),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("server_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("begun_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_begun_at"), "drafts", ["begun_at"], unique=False)
    op.create_table(
        "held_files",
        sa.Column("holder", sa.String(length=48), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("holder", "sha256", name=op.f("pk_held_files")),
    )
    op.create_index(op.f("ix_held_files_sha256"), "held_files", ["sha256"], unique=False)
    op.create_table(
        "preferences",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("preset", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_preferences")),
    )
    op.create_table(
        "threads",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("server_id", sa.BigInteger(), nullable=False),
        sa.Column("root_message_id", sa.BigInteger(), nullable=True),
        sa.Column("sheet_message_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threads")),
        sa.UniqueConstraint("root_message_id", name=op.f("uq_threads_root_message_id")),
    )
    op.create_table(
        "character_pictures",
        sa.Column("character_id", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["character_id"], ["characters.id"], name=op.f("fk_character_pictures_character_id")
        ),
        sa.PrimaryKeyConstraint("character_id", "position", name=op.f("pk_character_pictures")),
    )
    op.create_index(
        op.f("ix_character_pictures_sha256"), "character_pictures", ["sha256"], unique=False
    )
    op.create_table(
        "reports",
        sa.Column("job_id", sa.String(length=16), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_reports_job_id")),
        sa.PrimaryKeyConstraint("job_id", "member_id", name=op.f("pk_reports")),
    )
    op.create_table(
        "thread_steps",
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("preset", sa.JSON(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["threads.id"], name=op.f("fk_thread_steps_thread_id")
        ),
        sa.PrimaryKeyConstraint("thread_id", "number", name=op.f("pk_thread_steps")),
    )
    op.add_column("job_images", sa.Column("alt", sa.Text(), nullable=True))
    op.add_column("job_references", sa.Column("origin_job_id", sa.String(length=16), nullable=True))
    op.add_column("job_references", sa.Column("origin_position", sa.Integer(), nullable=True))
    op.add_column("jobs", sa.Column("notes", sa.Text(), nullable=True))
    op.add_column("jobs", sa.Column("character_id", sa.String(length=16), nullable=True))
    op.add_column(
        "jobs", sa.Column("spoiler", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column(
        "jobs",
        sa.Column("in_thread", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("jobs", sa.Column("parent_id", sa.String(length=16), nullable=True))
    op.add_column("jobs", sa.Column("parent_position", sa.Integer(), nullable=True))
    op.add_column("jobs", sa.Column("relation", sa.String(length=16), nullable=True))
    op.add_column("jobs", sa.Column("deleted_at", sa.Double(), nullable=True))
    op.create_index("ix_jobs_channel", "jobs", ["channel_id", "created_at"], unique=False)
    op.create_index("ix_jobs_character", "jobs", ["character_id", "created_at"], unique=False)
    op.create_index("ix_jobs_message", "jobs", ["message_id"], unique=False)
    op.create_index("ix_jobs_parent", "jobs", ["parent_id"], unique=False)
    op.create_index("ix_jobs_result_message", "jobs", ["result_message_id"], unique=False)
