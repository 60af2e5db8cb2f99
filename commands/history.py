"""A business's present list and history as it exports them: CSV files with the column names that people use."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

from channels.caller import NOBODY
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
MISSED = {
    "no answer", "noanswer", "not answered", "unanswered", "busy", "failed", "canceled", "cancelled", "abandoned",
    "voicemail", "declined", "rejected", "hung up",
}  # fmt: skip
TAKEN = {
    "",
    "answered",
    "completed",
    "complete",
    "connected",
    "accepted",
    "taken",
    "ended",
    "success",
    "ok",
    "in progress",
}
HIDDEN = {"anonymous", "restricted", "private", "blocked", "withheld", "unavailable", "unknown", "no caller id"}


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
    needed = ("at", "status or direction")
    return read(file, needed, lambda n, row: _happened(n, row, kind="call", own=own, zone=zone))


def read(file: Path, needed: tuple[str, ...], make: Callable[[int, Row], T]) -> Read[T]:
    """The rows of a file with these columns; what is no row is told by line. `BadInput` where it is no such file."""
    found: Read[T] = Read()
    for line, row in _rows(file, needed):
        try:
            if isinstance(row, str):
                raise BadInput(row)
            found.rows.append(make(line, row))
        except BadInput as problem:
            found.unread.append(Unread(file.name, line, str(problem)))
    return found


def _rows(file: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, Row | str]]:
    """The rows by line; what cannot be a row is told instead."""
    text = _text(file)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        heads = next(reader, [])
        columns = [_column(head) for head in heads]
        if missing := [n for n in needed if not any(part in columns for part in n.split(" or "))]:
            name = missing[0].partition(" or ")[0]
            found = f"; it has {', '.join(map(repr, heads[:8]))}" if heads else "; the file is empty"
            raise BadInput(f"{file}:1: no column for {missing[0]}; call one {NAMES[name][0]!r}{found}")
        for cells in reader:
            if any(c.strip() for c in cells):
                yield reader.line_num, _cells(columns, cells)
    except csv.Error as problem:
        raise BadInput(
            f"{file}:{reader.line_num}: {problem}; a quote opened there or before is not closed"
        ) from problem


def _text(file: Path) -> str:
    if not file.is_file():
        raise BadInput(f"{file} is not a file; name a CSV file")
    if file.stat().st_size > LARGEST:
        raise BadInput(f"{file} is larger than 50 MB; split it")
    raw = file.read_bytes()
    try:
        return raw.decode("utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")
    except UnicodeDecodeError as problem:
        raise BadInput(f"{file}: not UTF-8 text; export it as CSV UTF-8") from problem


def _delimiter(text: str) -> str:
    """What the first line separates its columns with: a comma, or what a spreadsheet of another country takes."""
    head = text.partition("\n")[0]
    return max(",;\t|", key=lambda sign: (head.count(sign), sign == ","))


def _cells(columns: list[str], cells: list[str]) -> Row | str:
    """A row by the names of its columns; of two columns of one name the first that is filled counts."""
    if len(cells) > len(columns) and any(c.strip() for c in cells[len(columns) :]):
        return f"{len(cells)} cells where the first line has {len(columns)}; put quotes around what holds the separator"
    if any("\x00" in c for c in cells):
        return "it holds a zero byte; export the file again"
    row: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column and not row.get(column):
            row[column] = cell.strip()
    return row


def _column(head: str) -> str:
    plain = _plain(head)
    return next((name for name, aliases in NAMES.items() if plain in aliases), "")


def _happened(line: int, row: Row, *, kind: Literal["text", "call"], own: str, zone: ZoneInfo) -> Happened:
    ours = _is_ours(row, own)
    other = row.get("phone") or row.get("to" if ours else "from", "")
    return Happened(
        line=line, kind=kind, number=number(other), ours=ours, at=instant(row.get("at", ""), zone),
        text=row.get("text", ""), missed=kind == "call" and not ours and _missed(row),
    )  # fmt: skip


def _missed(row: Row) -> bool:
    """Whether an inbound call was missed, by its status or its kind; `BadInput` for a word that tells neither."""
    told, kind = _plain(row.get("status", "")), _plain(row.get("direction", ""))
    if told.startswith("missed") or told in MISSED or kind.startswith("missed") or kind in MISSED:
        return True
    if told in TAKEN:
        return False
    raise BadInput(f"status {told!r} tells neither a missed nor a taken call; write missed or answered")


def number(text: str) -> str:
    """The number in E.164; `BadInput` says so where the caller hid it."""
    if _plain(text) in HIDDEN or text.strip() in NOBODY:
        raise BadInput("the caller hid their number, so nobody can be called or texted back")
    return e164(text)


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").replace("-", " ").casefold().split())


def _is_ours(row: Row, own: str) -> bool:
    told = _plain(row.get("direction", ""))
    if told.startswith(("out", "sent", "dialed", "placed", "made")):
        return True
    if told.startswith(("in", "received", "missed", "answered")) or told in MISSED:
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
