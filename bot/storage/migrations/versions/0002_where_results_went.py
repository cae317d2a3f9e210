"""Where the images of a job went."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what was delivered before is where it was asked for, or kept."""
    op.add_column("jobs", sa.Column("destination", sa.String(length=16), nullable=True))
    op.add_column("jobs", sa.Column("result_channel_id", sa.BigInteger(), nullable=True))
    op.add_column("jobs", sa.Column("result_message_id", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE jobs SET destination = CASE WHEN images_kept THEN 'kept' ELSE 'placeholder' END "
        "WHERE state = 'done' OR (state = 'cancelled' AND images_kept)"
    )
