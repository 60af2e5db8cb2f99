"""What carriers report of what we sent, and numbers that take no texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add columns in place: a batch that rebuilds a table would drop SQLite's triggers."""
    op.add_column("message", sa.Column("error", sa.Text, nullable=True))
    op.add_column("address", sa.Column("untextable_at", sa.BigInteger, nullable=True))
    op.add_column("address", sa.Column("untextable_why", sa.Text, nullable=True))
    texts = ("business", "provider", "provider_id", "status", "code", "state", "remedy", "meaning", "action")
    op.create_table(
        "delivery_report",
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("n", name="pk_delivery_report"),
        sa.UniqueConstraint(
            "business", "provider", "provider_id", "status", "code",
            name="uq_delivery_report_business_provider_provider_id_status_code",
        ),
    )  # fmt: skip
    op.create_index("ix_delivery_report_action", "delivery_report", ["action"])


def downgrade() -> None:
    """What carriers said would be lost."""
    raise NotImplementedError("delivery reports are not dropped; restore a backup instead")
