"""Everything that is held on a person, as plain values: what `qotbot contact export` hands out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from domain.clock import from_ms, iso
from records import consents, disclosures, ledger, schema
from records.database import Tx
from records.forgetting import Person

_TABLES = (
    "contact", "address", "conversation", "message", "turn", "action", "booking", "obligation", "consent", "preference",
    "challenge",
)  # fmt: skip
_LEFT_OUT = frozenset({"business", "code_hash"})  # what is ours: nothing that tells of the person


def held(tx: Tx, business: str, who: Person) -> dict[str, Any]:
    """Rows of every table about a person, the decisions on their actions, and the ledger's entries with their words."""
    found: dict[str, Any] = {"person": who.contact, "also": list(who.everyone[1:])}
    for name in _TABLES:
        table = schema.METADATA.tables[name]
        key = table.c.id if name == "contact" else table.c.contact
        found[_plural(name)] = list(_rows(tx, sa.select(table).where(key.in_(who.everyone))))
    for row in found["consents"]:
        shown = disclosures.of(tx, business, row["disclosure"])
        row["wording"] = shown.text if shown else None
    actions = [row["id"] for row in found["actions"]]
    found["decisions"] = [row for some in _parts(actions) for row in _decisions(tx, some)]
    found["revocations_kept"] = list(_kept(tx, business, who))
    subjects = {*who.everyone, *(row["id"] for name in _TABLES for row in found[_plural(name)] if "id" in row)}
    found["ledger"] = _entries(tx, business, subjects)
    return found


def _rows(tx: Tx, query: sa.Select[Any]) -> Iterator[dict[str, Any]]:
    for row in tx.execute(query):
        yield {name: _plain(name, value) for name, value in row._mapping.items() if name not in _LEFT_OUT}


def _plain(name: str, value: Any) -> Any:
    """A time as ISO 8601 in UTC; anything else as it is."""
    return iso(from_ms(value)) if isinstance(value, int) and (name == "at" or name.endswith("_at")) else value


def _decisions(tx: Tx, actions: Sequence[str]) -> list[dict[str, Any]]:
    d = schema.decision
    return list(_rows(tx, sa.select(d).where(d.c.action.in_(actions)).order_by(d.c.n)))


def _kept(tx: Tx, business: str, who: Person) -> Iterator[dict[str, Any]]:
    for _, value in who.addresses:
        for group in consents.GROUPS:
            for one in consents.kept_revocations(tx, business, value, group=group):
                at = iso(from_ms(one.at))
                yield {"address": value, "group": group, "purpose": one.purpose, "entry": one.id, "at": at}


def _entries(tx: Tx, business: str, subjects: Iterable[str]) -> list[dict[str, Any]]:
    found: dict[str, ledger.Event] = {}
    for subject in subjects:
        found.update((e.id, e) for e in ledger.about(tx, business, subject, limit=10_000))
    return [
        {"leaf": e.seq, "event": e.id, "kind": e.kind, "at": iso(from_ms(e.at)), "body": e.body, "texts": e.texts}
        for e in sorted(found.values(), key=lambda e: e.n)
    ]


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), 500):
        yield names[start : start + 500]


def _plural(name: str) -> str:
    return f"{name}es" if name.endswith("s") else f"{name}s"
