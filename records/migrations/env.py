"""Where Alembic runs the versions: on the open transaction that `records.upgrade` hands it, never on one of its own.

A version is written by hand, explicit and frozen: it never imports the tables it makes. SQLite drops a table's triggers
with the table, so a version that rebuilds one there must create its triggers again; `records.constraints` checks.
"""

from __future__ import annotations

from alembic import context

from records.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
