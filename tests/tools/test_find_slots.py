"""Free times: what is offered is free, within hours, near the wish, and honest about why the wish cannot be."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from making import salon
from pydantic import ValidationError
from workbench import Workbench, local

from domain.settings import Pack
from tools import book
from tools.availability import Search, bookable, free_slots
from tools.find_slots import FindSlots, read

FRIDAY, SATURDAY = date(2026, 11, 27), date(2026, 11, 28)


def find(bench: Workbench, first: date = FRIDAY, last: date | None = None, **wish: Any) -> dict[str, Any]:
    """What is offered for a haircut."""
    args = {"service": "cut", "first_day": first, "last_day": last or first, **wish}
    return dict(bench.do(read, FindSlots.model_validate(args)))


def labels(found: dict[str, Any]) -> list[str]:
    """The times as they are told."""
    return [slot["label"] for slot in found["slots"]]


def take(bench: Workbench, start: str, staff: str = "ana", service: str = "cut", price: int = 4500) -> None:
    """Book a time."""
    args = book.Book(service=service, staff=staff, start=local(start), price_cents=price)
    bench.do(book.write, args, f"act_{start}_{staff}")


def open_on_sundays(hours: list[str]) -> Pack:
    """The salon with other Sunday hours."""
    pack = salon()
    changed = type(pack.business).model_validate(
        {
            **pack.business.model_dump(mode="json"),
            "hours": {**pack.business.model_dump(mode="json")["hours"], "sun": hours},
        }
    )
    return type(pack)(
        business=changed, policy=pack.policy, wording=pack.wording, knowledge=pack.knowledge, snapshot=pack.snapshot
    )


def test_the_very_time_asked_for(bench: Workbench) -> None:
    found = find(bench, at=600, staff="ana")
    assert (found["exact"], found["nearest"], labels(found)) == (True, False, ["Fri 27 Nov, 10:00 am with Ana"])


def test_what_is_offered_is_free_in_order_and_all_different(bench: Workbench) -> None:
    take(bench, "2026-11-27T10:00")
    wishes: list[dict[str, Any]] = [{}, {"at": 600}, {"not_before": 540, "not_after": 720}, {"count": 10}]
    for wish in wishes:
        starts = [s["start"] for s in find(bench, staff="ana", **wish)["slots"]]
        assert starts == sorted(set(starts))
        taken = range(local("2026-11-27T09:15") + 1, local("2026-11-27T10:45"))
        assert all(start not in taken for start in starts)
        assert all(bookable(bench.pack, "cut", "ana", start=start) for start in starts)


def test_a_taken_time_offers_its_neighbours_of_the_day(bench: Workbench) -> None:
    take(bench, "2026-11-27T10:00")
    found = find(bench, at=600, staff="ana")
    assert (found["exact"], found["nearest"]) == (False, True)
    assert labels(found) == [f"Fri 27 Nov, {t} am with Ana" for t in ("9:00", "9:15", "10:45")]


def test_anybody_who_is_free_will_do_and_the_preferred_one_comes_first(bench: Workbench) -> None:
    take(bench, "2026-11-27T12:00")
    assert labels(find(bench, at=720)) == ["Fri 27 Nov, 12:00 pm with Ben"]
    assert labels(find(bench, at=900)) == ["Fri 27 Nov, 3:00 pm with Ana"]
    assert labels(find(bench, at=900, prefer="ben")) == ["Fri 27 Nov, 3:00 pm with Ben"]


@pytest.mark.parametrize(
    ("day", "wish", "why"),
    [
        ("2026-11-29", {}, "closed"),
        ("2026-11-26", {"at": 600}, "closed"),
        ("2026-11-30", {"staff": "ben"}, "off"),
        ("2026-11-27", {"at": 420}, "outside"),
        ("2026-11-27", {"at": 540, "staff": "ben"}, "not_in"),
        ("2026-11-27", {"at": 1185}, "too_late"),
        ("2027-03-01", {}, "too_far"),
    ],
)
def test_why_a_wish_cannot_be_met(bench: Workbench, day: str, wish: dict[str, Any], why: str) -> None:
    found = find(bench, date.fromisoformat(day), **wish)
    assert (found["why"], found["exact"], found["nearest"]) == (why, False, True)
    if why != "too_far":
        assert found["slots"] != [], "something else is offered"


def test_nothing_in_the_past_or_beyond_the_horizon_is_offered(bench: Workbench) -> None:
    today = find(bench, date(2026, 11, 24), count=10)
    assert all(slot["start"] > local("2026-11-24T10:00") for slot in today["slots"])
    assert find(bench, date(2026, 11, 2), date(2026, 11, 3))["slots"] != []
    horizon = bench.pack.policy.horizon_days
    edge = find(bench, date(2026, 11, 24) + timedelta(days=horizon), date(2027, 12, 31), count=10)
    assert all(slot["start"] < local("2027-01-24T00:00") for slot in edge["slots"])


def test_paging_on_and_back_and_days_that_do_not_suit(bench: Workbench) -> None:
    first = find(bench, FRIDAY, SATURDAY, staff="ana")["slots"]
    onward = find(bench, FRIDAY, SATURDAY, staff="ana", after=first[-1]["start"])["slots"]
    assert onward[0]["start"] > first[-1]["start"]
    back = find(bench, FRIDAY, SATURDAY, staff="ana", before=onward[0]["start"])["slots"]
    assert back[-1]["start"] < onward[0]["start"]
    assert all("Fri" not in label for label in labels(find(bench, FRIDAY, SATURDAY, skip=[4])))


@pytest.mark.parametrize(
    ("day", "count"),
    [(date(2026, 11, 1), 19), (date(2026, 11, 8), 15), (date(2027, 3, 14), 11)],
    ids=["25 hours", "24 hours", "23 hours"],
)
def test_days_on_which_the_clocks_change_have_their_real_hours(bench: Workbench, day: date, count: int) -> None:
    bench.pack = open_on_sundays(["00:00-04:00"])
    search = Search("blowdry", ["ana"], day, day)
    early = bench.now - timedelta(days=60)
    slots = bench.do(lambda args, ctx: free_slots(ctx.tx, ctx.pack, args, now=early), search)
    assert len(slots) == count
    assert len({slot.start for slot in slots}) == count
    assert all(bookable(bench.pack, "blowdry", "ana", start=slot.start) for slot in slots)


@pytest.mark.parametrize(
    "odd", [{"at": 1440}, {"at": -1}, {"count": 0}, {"count": 11}, {"first_day": "soon"}, {"x": 1}]
)
def test_its_arguments_are_strict(odd: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FindSlots.model_validate({"service": "cut", "first_day": FRIDAY, "last_day": FRIDAY, **odd})
