"""Browser sessions that were ended before their time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "ended_session",
        sa.Column("business", sa.Text, nullable=False),
        sa.Column("session", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("business", "session", name="pk_ended_session"),
    )


def downgrade() -> None:
    """Sessions that were ended would be worth something again."""
    raise NotImplementedError("ended sessions would come back to life; restore a backup instead")
