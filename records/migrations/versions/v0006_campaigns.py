"""Campaigns end at a time, and keep each person they are meant for."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add a column in place and a table; no campaign was ever written before."""
    op.add_column("campaign", sa.Column("ends_at", sa.BigInteger, nullable=False, server_default="0"))
    op.create_table(
        "campaign_person",
        _text("campaign"), _text("contact"), _text("business"), _text("state"),
        sa.Column("due_at", sa.BigInteger, nullable=False), sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("action", sa.Text, nullable=True), sa.Column("why", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("campaign", "contact", name="pk_campaign_person"),
    )  # fmt: skip
    op.create_index("ix_campaign_person_next", "campaign_person", ["campaign", "state", "due_at", "contact"])


def downgrade() -> None:
    """Who got what would be lost."""
    raise NotImplementedError("campaigns are not dropped; restore a backup instead")


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False)
