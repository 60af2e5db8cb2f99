"""What SQL tables alone cannot say: no overlapping allocations, and a ledger that only grows."""

from __future__ import annotations

import sqlalchemy as sa

from domain.errors import IntegrityError
from records.schema import APPEND_ONLY

_OVERLAP = """EXISTS (SELECT 1 FROM allocation a WHERE a.business = NEW.business AND a.resource = NEW.resource
 AND a.active = 1 AND a.n IS NOT NEW.n AND a.start_at < NEW.end_at AND NEW.start_at < a.end_at)"""

# RAISE(IGNORE) leaves an insert without effect (row count 0), as ON CONFLICT DO NOTHING does on PostgreSQL.
SQLITE = {
    "allocation_no_overlap_insert": f"""CREATE TRIGGER allocation_no_overlap_insert BEFORE INSERT ON allocation
 WHEN NEW.active = 1 AND {_OVERLAP} BEGIN SELECT RAISE(IGNORE); END""",
    "allocation_no_overlap_update": f"""CREATE TRIGGER allocation_no_overlap_update
 BEFORE UPDATE OF active, start_at, end_at, resource, business ON allocation
 WHEN NEW.active = 1 AND {_OVERLAP} BEGIN SELECT RAISE(ABORT, 'slot_taken'); END""",
    **{
        f"{table}_no_{verb}": f"""CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table}
 BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END"""
        for table in APPEND_ONLY
        for verb in ("update", "delete")
    },
}

POSTGRES = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """ALTER TABLE allocation ADD CONSTRAINT allocation_no_overlap EXCLUDE USING gist
 (business WITH =, resource WITH =, int8range(start_at, end_at) WITH &&) WHERE (active)""",
    """CREATE FUNCTION ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS
 $$ BEGIN RAISE EXCEPTION 'the ledger only grows'; END $$""",
    *(
        f"""CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
 FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_grows()"""
        for table in APPEND_ONLY
    ),
)


def create(tx: sa.Connection) -> None:
    """Create them on a fresh schema."""
    for statement in SQLITE.values() if tx.dialect.name == "sqlite" else POSTGRES:
        tx.exec_driver_sql(statement)


def verify(tx: sa.Connection) -> None:
    """Raise `IntegrityError` naming what is missing: a migration tool can drop SQLite triggers without a word."""
    if tx.dialect.name == "sqlite":
        found = set(tx.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars())
        wanted = set(SQLITE)
    else:
        names = "SELECT conname FROM pg_constraint UNION SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
        found = set(tx.execute(sa.text(names)).scalars())
        wanted = {"allocation_no_overlap", *(f"{table}_only_grows" for table in APPEND_ONLY)}
    if missing := sorted(wanted - found):
        raise IntegrityError(f"the database lost {', '.join(missing)}: restore them before going on (qotbot doctor)")
