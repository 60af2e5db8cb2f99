"""The rules that tables alone cannot say, and whether a database still has them."""

from __future__ import annotations

import sqlalchemy as sa

from domain.errors import IntegrityError
from records.schema import APPEND_ONLY

SQLITE = frozenset(
    {"allocation_no_overlap_insert", "allocation_no_overlap_update"}
    | {f"{table}_no_{verb}" for table in APPEND_ONLY for verb in ("update", "delete")}
)
POSTGRES = frozenset({"allocation_no_overlap"} | {f"{table}_only_grows" for table in APPEND_ONLY})


def verify(tx: sa.Connection) -> None:
    """Raise `IntegrityError` naming what is missing: a migration tool can drop SQLite triggers without a word."""
    if tx.dialect.name == "sqlite":
        wanted, names = SQLITE, "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        wanted = POSTGRES
        names = "SELECT conname FROM pg_constraint UNION SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
    if missing := sorted(wanted - set(tx.execute(sa.text(names)).scalars())):
        raise IntegrityError(
            f"the database lost {', '.join(missing)}: what was written since may overlap or be changed; "
            "put them back, or restore a backup, before going on"
        )
