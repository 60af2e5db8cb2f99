"""What an assertion may read: the ledger's typed events and the end state of the records, and nothing else.

The same assertion therefore runs over a scripted, recorded, live, simulated or imported conversation. An exported
ledger (`qotbot ledger export --texts`) is evidence too: its events are all there, its records are not.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain.clock import from_ms
from domain.errors import BadInput
from records.exporting import FORMAT
from records.ledger import Event

State = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A contact of the case: the addresses it has, and the contact behind them, once heard of."""

    ref: str
    addresses: tuple[str, ...]
    contact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Events in order, the records as they stand (None where only a log is known), where each turn began.

    `turns[k]` is how many events there were before turn k (from 0); `people` are the case's contacts by ref;
    `quiet` are the hours outside of which we may not write first, local to `zone`. `logs` are the lines logged.
    """

    business: str
    zone: ZoneInfo
    events: tuple[Event, ...]
    state: State | None = None
    before: State | None = None
    turns: tuple[int, ...] = ()
    people: Mapping[str, Person] = field(default_factory=dict)
    quiet: tuple[str, str] = ("09:00", "20:00")
    sound: bool | None = None
    logs: tuple[Mapping[str, Any], ...] = ()
    carried: tuple[Mapping[str, str], ...] | None = None

    def scoped(self, at: str) -> tuple[Event, ...]:
        """The events of the last turn (`turn`), or all up to now (`end`)."""
        return self.events[self.turns[-1] :] if at == "turn" and self.turns else self.events

    def turn_of(self, event: Event) -> int:
        """The turn of the case, from 1, that an event belongs to; 0 for what stood before the first."""
        place = next((k for k, e in enumerate(self.events) if e.n == event.n), 0)
        return sum(1 for start in self.turns if start <= place)

    def each_turn(self) -> Iterator[Evidence]:
        """The evidence of every turn by itself, for what must hold in any one of them."""
        for k, _ in enumerate(self.turns):
            end = self.turns[k + 1] if k + 1 < len(self.turns) else len(self.events)
            yield replace(self, events=self.events[:end], turns=self.turns[: k + 1])

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table; `BadInput` where only a log is known, or where there is no such table."""
        if self.state is None:
            raise BadInput(f"{table}: this log holds events only, and no records; assert on events")
        if table not in self.state:
            raise BadInput(f"there is no table {table!r}; there are {', '.join(sorted(self.state))}")
        return self.state[table]

    def by_id(self, table: str) -> dict[str, dict[str, Any]]:
        """A table's rows by id; empty where only a log is known."""
        return {row["id"]: row for row in (self.state or {}).get(table, [])}

    def instant(self, text: str) -> datetime:
        """A time that a case names; in the business's zone where it names none."""
        try:
            found = datetime.fromisoformat(text)
        except ValueError as problem:
            raise BadInput(f"{text!r} is not a time; write it like 2026-11-24T10:00") from problem
        return found if found.tzinfo else found.replace(tzinfo=self.zone)

    def clock(self, ms: int) -> str:
        """An instant as people of the business read it."""
        return from_ms(ms).astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S")

    def contacts_of(self, ref: str | None) -> set[str]:
        """The ids behind a ref: the contact, and those of its addresses."""
        people = [p for name, p in self.people.items() if ref in (None, name)]
        found = {p.contact for p in people if p.contact}
        values = {a for p in people for a in p.addresses}
        held = (("addresses", "value"), ("messages", "address"), ("consents", "address"))
        return found | {
            row["contact"] for table, name in held for row in (self.state or {}).get(table, []) if row[name] in values
        }


def from_export(file: Path, *, zone: ZoneInfo | None = None) -> Evidence:
    """The evidence of an exported ledger; `BadInput` names the line that is none of ours."""
    events: list[Event] = []
    business = ""
    try:
        opened = gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8")
        with opened as lines:
            for number, line in enumerate(lines, 1):
                data = _line(file, number, line)
                if number == 1:
                    business = str(data.get("business", ""))
                if "leaf" in data:
                    events.append(_event(file, number, data))
    except (OSError, UnicodeDecodeError, EOFError) as problem:
        raise BadInput(f"{file}: cannot be read: {problem}") from problem
    if not events:
        raise BadInput(f"{file}: there is no event in it; export one with 'qotbot ledger export --texts'")
    return Evidence(business=business, zone=zone or ZoneInfo("UTC"), events=tuple(events))


def _line(file: Path, number: int, line: str) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except ValueError as problem:
        raise BadInput(f"{file}:{number}: not JSON: {problem}") from problem
    if not isinstance(data, dict) or (number == 1 and data.get("format") != FORMAT):
        raise BadInput(f"{file}:{number}: not a ledger that was exported as {FORMAT}")
    return data


def _event(file: Path, number: int, data: dict[str, Any]) -> Event:
    try:
        said = json.loads(data["content"])
        texts = {name: kept["text"] for name, kept in data.get("texts", {}).items()}
        leaf = int(data["leaf"])
        return Event(leaf, said["id"], said["business"], said["kind"], said["at"], said["body"], texts, leaf)
    except (KeyError, TypeError, ValueError) as problem:
        raise BadInput(f"{file}:{number}: not a leaf of a ledger: {problem}") from problem
