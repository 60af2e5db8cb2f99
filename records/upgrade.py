"""Bringing a database to the present schema."""

from __future__ import annotations

import sqlalchemy as sa

from records import constraints, schema
from records.database import Database


def upgrade(database: Database) -> None:
    """Create or migrate the tables, then verify the constraints that migrations can lose."""
    with database.writer.begin() as tx:
        if not sa.inspect(tx).has_table("business"):
            schema.METADATA.create_all(tx)
            constraints.create(tx)
        constraints.verify(tx)
