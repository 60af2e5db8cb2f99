"""Open loops are found by what caused them, not among all that the business has open."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """SQLite took the index of open loops for every answer: each read all of them."""
    op.drop_index("ix_obligation_cause", "obligation")
    op.create_index("ix_obligation_cause", "obligation", ["cause", "business", "closed_at"])


def downgrade() -> None:
    """As it was before."""
    op.drop_index("ix_obligation_cause", "obligation")
    op.create_index("ix_obligation_cause", "obligation", ["cause"])
