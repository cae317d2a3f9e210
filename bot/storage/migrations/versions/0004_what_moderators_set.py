"""What moderators set: caps, grants, a server's settings, and who changed them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and columns, and the sums of each server from those of its members."""
    op.create_table(
        "blocks",
        sa.Column("server_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.Double(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("server_id", "member_id", name=op.f("pk_blocks")),
    )
    op.create_table(
        "refusals",
        sa.Column("server_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("server_id", "day", "member_id", "kind", name=op.f("pk_refusals")),
    )
    op.create_table(
        "budget_warnings",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("budget", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("percent", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("told_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("month", "budget", "percent", name=op.f("pk_budget_warnings")),
    )
    op.create_table(
        "changes",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("server_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=8), nullable=True),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    op.create_table(
        "log_entries",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("server_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_entries")),
    )
    op.create_index("ix_log_entries_server", "log_entries", ["server_id", "id"], unique=False)
    op.create_index("ix_changes_server", "changes", ["server_id", "at"], unique=False)
    op.create_table(
        "grants",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("server_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=8), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_by", sa.BigInteger(), nullable=False),
        sa.Column("given_at", sa.Double(), nullable=False),
        sa.Column("until", sa.Double(), nullable=True),
        sa.Column("revoked_by", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.Double(), nullable=True),
        sa.CheckConstraint("subject IN ('role', 'member')", name=op.f("ck_grants_subject")),
        sa.CheckConstraint("credits > 0", name=op.f("ck_grants_credits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
    )
    op.create_index("ix_grants_subject", "grants", ["server_id", "subject_id"], unique=False)
    op.create_table(
        "server_totals",
        sa.Column("server_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_server_totals_used")),
        sa.CheckConstraint("held >= 0", name=op.f("ck_server_totals_held")),
        sa.PrimaryKeyConstraint("server_id", "day", name=op.f("pk_server_totals")),
    )
    op.create_table(
        "servers",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_servers")),
    )
    op.create_table(
        "caps",
        sa.Column("server_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=8), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("credits", sa.Integer(), nullable=True),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.CheckConstraint(
            "subject IN ('everyone', 'role', 'member', 'server')", name=op.f("ck_caps_subject")
        ),
        sa.CheckConstraint("credits >= 0", name=op.f("ck_caps_credits")),
        sa.ForeignKeyConstraint(["server_id"], ["servers.id"], name=op.f("fk_caps_server_id")),
        sa.PrimaryKeyConstraint("server_id", "subject", "subject_id", name=op.f("pk_caps")),
    )
    op.create_table(
        "grant_draws",
        sa.Column("job_id", sa.String(length=16), nullable=False),
        sa.Column("grant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.CheckConstraint("credits > 0", name=op.f("ck_grant_draws_credits")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_grant_draws_job_id")),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_grant_draws_grant_id")),
        sa.PrimaryKeyConstraint("job_id", "grant_id", name=op.f("pk_grant_draws")),
    )
    op.create_index("ix_grant_draws_member", "grant_draws", ["grant_id", "member_id"], unique=False)
    op.create_index("ix_ledger_day", "ledger", ["server_id", "day"], unique=False)
    op.add_column(
        "daily_totals",
        sa.Column("drawn", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("jobs", sa.Column("cap_subject", sa.String(length=8), nullable=True))
    op.add_column("jobs", sa.Column("cap_subject_id", sa.BigInteger(), nullable=True))
    op.execute(
        "INSERT INTO server_totals (server_id, day, used, held)"
        " SELECT server_id, day, sum(used), sum(held) FROM daily_totals GROUP BY server_id, day"
    )
