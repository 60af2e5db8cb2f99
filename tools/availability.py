"""Free times: opening hours less what is taken, on a quarter-hour grid built day by day in local time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from domain.clock import to_ms
from domain.settings import Business, Pack, Service
from records import bookings
from records.bookings import Booking, Stretch
from records.database import Tx

GRID = timedelta(minutes=15)
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Slot:
    """A free start at one member of staff, milliseconds UTC, with the local minute of its day."""

    start: int
    staff: str
    minute: int


def stretch(service: Service, staff: str, start: int) -> Stretch:
    """What an appointment takes of a member of staff, buffer included."""
    return Stretch(staff, start, start + (service.minutes + service.buffer_minutes) * MINUTE_MS)


@dataclass(frozen=True, slots=True)
class Search:
    """Which service is looked for, at which members of staff, from which local day to which; `moving` makes room."""

    service: str
    staff: Sequence[str]
    first: date
    last: date
    moving: Booking | None = None

    def days(self) -> Iterator[date]:
        """Each day, the last included."""
        for ahead in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=ahead)


def free_slots(tx: Tx, pack: Pack, search: Search, *, now: datetime) -> list[Slot]:
    """Every free start that a search finds, in order of time."""
    business, offered, staff = pack.business, pack.business.services[search.service], search.staff
    first = datetime.combine(search.first, datetime.min.time(), tzinfo=business.tz)
    last = datetime.combine(search.last + timedelta(days=1), datetime.min.time(), tzinfo=business.tz)
    busy: dict[str, list[Stretch]] = {member: [] for member in staff}
    own = bookings.held_by(tx, search.moving.id) if search.moving else []
    for taken in bookings.taken(tx, business.id, list(staff), window=(to_ms(first), to_ms(last)), now=now):
        if taken not in own:
            busy[taken.resource].append(taken)
    found = [
        slot
        for member in staff
        for day in search.days()
        for slot in _starts(business, member, day, service=offered)
        if slot.start > to_ms(now) and not _overlaps(stretch(offered, member, slot.start), busy[member])
        if search.moving is None or (slot.start, member) != (search.moving.start_at, search.moving.staff)
    ]
    return sorted(found, key=lambda s: (s.start, staff.index(s.staff)))


def bookable(pack: Pack, service: str, staff: str, *, start: int) -> bool:
    """Whether a start lies on the grid of the opening hours, whoever has taken it."""
    business = pack.business
    if service not in business.services or staff not in business.services[service].staff:
        return False
    day = business.local(datetime.fromtimestamp(start / 1000, UTC)).date()
    return any(s.start == start for s in _starts(business, staff, day, service=business.services[service]))


def _starts(business: Business, staff: str, day: date, *, service: Service) -> Iterator[Slot]:
    length = timedelta(minutes=service.minutes)
    for span in business.spans(day, staff):
        # Arithmetic in UTC, hours expanded per local date: a day of 23 or 25 hours stays right.
        opens = datetime.combine(day, span.start, tzinfo=business.tz).astimezone(UTC)
        closes = datetime.combine(day, span.end, tzinfo=business.tz).astimezone(UTC)
        at = opens
        while at + length <= closes:
            local = at.astimezone(business.tz)
            yield Slot(to_ms(at), staff, local.hour * 60 + local.minute)
            at += GRID


def _overlaps(wanted: Stretch, taken: list[Stretch]) -> bool:
    return any(wanted.start_at < t.end_at and t.start_at < wanted.end_at for t in taken)
