"""Indexes for what is counted before a message leaves: per contact, and of the whole business by time."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the indexes; nothing is rebuilt."""
    op.create_index("ix_message_contact_at", "message", ["contact", "direction", "at"])
    op.create_index(
        "ix_message_sent", "message", ["business", "direction", "at", "channel", "state", "segments", "address"]
    )


def downgrade() -> None:
    """Only speed is lost."""
    op.drop_index("ix_message_sent", "message")
    op.drop_index("ix_message_contact_at", "message")
