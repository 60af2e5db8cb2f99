"""Two hundred people want the same time at once: one gets it, and what is given never overlaps."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from making import BUSINESS, NOW, within
from test_bookings import NOON, stretch

from records import bookings
from records.bookings import Holder, Stretch
from records.database import Database, Scope

BOOKERS = 200


async def all_at_once(database: Database, wanted: list[Stretch]) -> list[Stretch]:
    """What each booker got, every one in a unit of work of its own contact."""

    async def book(number: int, one: Stretch) -> Stretch | None:
        holder = Holder(f"act_{number}", "hold")
        scope = Scope(BUSINESS, f"con_{number}")
        got = await database.write(scope, lambda tx: bookings.allocate(tx, BUSINESS, one, holder=holder, now=NOW))
        return one if got else None

    got = await asyncio.gather(*(book(n, one) for n, one in enumerate(wanted)))
    return [one for one in got if one is not None]


def kept(database: Database) -> list[Stretch]:
    window = (NOON, NOON + 86_400_000)
    found = within(database, lambda tx: bookings.taken(tx, BUSINESS, ["ana"], window=window, now=NOW))
    return sorted(found, key=lambda s: s.start_at)


async def test_one_time_goes_to_one(database: Database) -> None:
    got = await all_at_once(database, [stretch()] * BOOKERS)
    assert got == kept(database) == [stretch()]


@pytest.mark.parametrize("order", [1, 5, 7, 11])
async def test_staggered_times_never_overlap(database: Database, order: int) -> None:
    starts = [5 * (n * order % 12) for n in range(BOOKERS)]
    got = await all_at_once(database, [stretch(start) for start in starts])
    mine = kept(database)
    assert sorted(got, key=lambda s: s.start_at) == mine and mine
    assert all(one.end_at <= other.start_at for one, other in pairwise(mine))
    free = [s for s in {stretch(start) for start in starts} if not any(_overlap(s, taken) for taken in mine)]
    assert free == []


def _overlap(one: Stretch, other: Stretch) -> bool:
    return one.start_at < other.end_at and other.start_at < one.end_at
