"""A business's present list and history as it exports them: CSV files with the column names that people use."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

from domain.errors import BadInput
from domain.phone import e164

Row = Mapping[str, str]
T = TypeVar("T")
LARGEST = 50_000_000
PHONE = ("phone", "number", "mobile", "cell", "phone number", "mobile number", "cell phone", "to number", "e164")
NAMES: dict[str, tuple[str, ...]] = {
    "phone": PHONE,
    "name": ("name", "full name", "customer", "first name", "client"),
    "opted_in": ("opted in", "opt in", "optin", "consent", "marketing", "marketing consent", "sms consent",
                 "subscribed"),
    "consent_at": ("consent date", "consent at", "opt in date", "opted in at", "consent time", "subscribed at"),
    "consent_text": ("consent text", "wording", "disclosure", "consent wording", "opt in text"),
    "consent_source": ("consent source", "source", "opt in source", "method"),
    "state": ("state", "region", "province"),
    "opted_out": ("opted out", "opt out", "optout", "unsubscribed", "do not contact"),
    "relationship": ("relationship", "basis"),
    "version": ("version", "consent version", "wording version"),
    "language": ("language", "lang"),
    "evidence": ("evidence", "proof", "evidence url", "reference"),
    "expires_at": ("expires", "expires at", "consent expires"),
    "at": ("at", "date", "time", "timestamp", "sent at", "datetime", "created at", "date time", "start time"),
    "direction": ("direction", "type", "inbound/outbound"),
    "from": ("from", "from number", "caller", "sender"),
    "to": ("to", "to number", "called", "recipient"),
    "text": ("text", "body", "message", "content"),
    "status": ("status", "result", "call status", "outcome"),
}  # fmt: skip
YES = {"yes", "y", "true", "1", "x", "opted in", "subscribed", "granted"}
NO = {"", "no", "n", "false", "0", "-", "none", "never", "opted out", "unsubscribed", "not subscribed"}
MISSED = {"missed", "no-answer", "no answer", "busy", "failed", "canceled", "cancelled", "abandoned", "voicemail"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One text or call of the history; `missed` is for calls."""

    line: int
    kind: Literal["text", "call"]
    number: str
    ours: bool
    at: datetime
    text: str = ""
    missed: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that could not be read, and why."""

    file: str
    line: int
    why: str


@dataclass(slots=True)
class Read(Generic[T]):
    """What a file holds, and what of it could not be read."""

    rows: list[T] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def messages(file: Path, own: str, zone: ZoneInfo) -> Read[Happened]:
    """The texts of a history; times without a zone are the business's."""
    return read(file, ("at", "text"), lambda n, row: _happened(n, row, kind="text", own=own, zone=zone))


def calls(file: Path, own: str, zone: ZoneInfo) -> Read[Happened]:
    """The calls of a history; times without a zone are the business's."""
    return read(file, ("at", "status"), lambda n, row: _happened(n, row, kind="call", own=own, zone=zone))


def read(file: Path, needed: tuple[str, ...], make: Callable[[int, Row], T]) -> Read[T]:
    """The rows of a file with these columns; what is no row is told by line. `BadInput` where it is no such file."""
    found: Read[T] = Read()
    for line, row in _rows(file, needed):
        try:
            found.rows.append(make(line, row))
        except BadInput as problem:
            found.unread.append(Unread(file.name, line, str(problem)))
    return found


def _rows(file: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
    if not file.is_file():
        raise BadInput(f"{file} is not a file; name a CSV file")
    if file.stat().st_size > LARGEST:
        raise BadInput(f"{file} is larger than 50 MB; split it")
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise BadInput(f"{file}: not UTF-8 text; export it as CSV UTF-8") from problem
    reader = csv.reader(io.StringIO(text, newline=""))
    columns = [_column(head) for head in next(reader, [])]
    if missing := [n for n in needed if n not in columns]:
        raise BadInput(f"{file}:1: no column for {missing[0]}; call one {NAMES[missing[0]][0]!r}")
    for cells in reader:
        if any(c.strip() for c in cells):
            yield reader.line_num, {c: v.strip() for c, v in zip(columns, cells, strict=False) if c}


def _column(head: str) -> str:
    plain = " ".join(head.replace("_", " ").replace("-", " ").casefold().split())
    return next((name for name, aliases in NAMES.items() if plain in aliases), "")


def _happened(line: int, row: Row, *, kind: Literal["text", "call"], own: str, zone: ZoneInfo) -> Happened:
    ours = _is_ours(row, own)
    other = row.get("phone") or row.get("to" if ours else "from", "")
    status = row.get("status", "").casefold()
    return Happened(
        line=line, kind=kind, number=e164(other), ours=ours, at=instant(row.get("at", ""), zone),
        text=row.get("text", ""), missed=kind == "call" and not ours and status in MISSED,
    )  # fmt: skip


def _is_ours(row: Row, own: str) -> bool:
    told = row.get("direction", "").casefold()
    if told.startswith(("out", "sent")):
        return True
    if told.startswith(("in", "received")) or told in MISSED:
        return False
    for side, ours in (("from", True), ("to", False)):
        if row.get(side) and e164(row[side]) == own:
            return ours
    raise BadInput("nobody can tell who wrote; add a column direction with inbound or outbound")


def instant(text: str, zone: ZoneInfo) -> datetime:
    """A time as people export it, in UTC; one without a zone is in the zone given. `BadInput` where it is none."""
    for form in (None, "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M %p", "%m/%d/%y %H:%M", "%m/%d/%Y"):
        try:
            found = datetime.fromisoformat(text) if form is None else datetime.strptime(text, form)  # noqa: DTZ007
        except ValueError:
            continue
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    raise BadInput(f"{text!r} is not a time; write it like 2026-11-23T14:05:00-05:00")
