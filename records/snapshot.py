"""All rows of a business, for whoever judges afterwards what became of it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from records import schema
from records.database import Tx

TABLES = {
    "contacts": schema.contact,
    "addresses": schema.address,
    "messages": schema.message,
    "turns": schema.turn,
    "actions": schema.action,
    "decisions": schema.decision,
    "bookings": schema.booking,
    "consents": schema.consent,
    "preferences": schema.preference,
    "obligations": schema.obligation,
    "brakes": schema.brake,
    "campaigns": schema.campaign,
    "timers": schema.timer,
    "jobs": schema.job,
}  # fmt: skip
_QUERIES = {
    name: sa.select(table).where(table.c.business == sa.bindparam("business")).order_by(*table.primary_key.columns)
    for name, table in TABLES.items()
}


def snapshot(tx: Tx, business: str) -> dict[str, list[dict[str, Any]]]:
    """Every table's rows in the order of their keys; times are milliseconds UTC."""
    return {
        name: [dict(row._mapping) for row in tx.execute(query, {"business": business})]
        for name, query in _QUERIES.items()
    }
