"""What tables alone cannot say: no overlapping allocations, and a ledger that only grows."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_LEDGER = ("event", "leaf", "head")
_OVERLAP = """EXISTS (SELECT 1 FROM allocation a WHERE a.business = NEW.business AND a.resource = NEW.resource
 AND a.active = 1 AND a.n IS NOT NEW.n AND a.start_at < NEW.end_at AND NEW.start_at < a.end_at)"""

# RAISE(IGNORE) leaves an insert without effect (row count 0), as ON CONFLICT DO NOTHING does on PostgreSQL.
_SQLITE = (
    f"""CREATE TRIGGER allocation_no_overlap_insert BEFORE INSERT ON allocation
 WHEN NEW.active = 1 AND {_OVERLAP} BEGIN SELECT RAISE(IGNORE); END""",
    f"""CREATE TRIGGER allocation_no_overlap_update
 BEFORE UPDATE OF active, start_at, end_at, resource, business ON allocation
 WHEN NEW.active = 1 AND {_OVERLAP} BEGIN SELECT RAISE(ABORT, 'slot_taken'); END""",
    *(
        f"""CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table}
 BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END"""
        for table in _LEDGER
        for verb in ("update", "delete")
    ),
)

_POSTGRES = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """ALTER TABLE allocation ADD CONSTRAINT allocation_no_overlap EXCLUDE USING gist
 (business WITH =, resource WITH =, int8range(start_at, end_at) WITH &&) WHERE (active)""",
    """CREATE FUNCTION ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS
 $$ BEGIN RAISE EXCEPTION 'the ledger only grows'; END $$""",
    *(
        f"""CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
 FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_grows()"""
        for table in _LEDGER
    ),
)


def upgrade() -> None:
    """Create the triggers, and on PostgreSQL the exclusion constraint."""
    connection = op.get_bind()
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """Without these rules the records prove nothing."""
    raise NotImplementedError("the database's rules are not dropped; restore a backup instead")
