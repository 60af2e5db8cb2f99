"""Find free times for a service."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import Field

from domain.action import Assurance, Tier
from domain.settings import Business
from domain.tool import Args, Context, Tool
from records import bookings
from tools.availability import MINUTE_MS, Search, Slot, free_slots
from tools.wording import clock_time, long_day, option_label

NEARBY_DAYS = 14


class FindSlots(Args):
    """Days are local ISO dates, times minutes of the local day; `after` and `before` page on and back from an instant.

    `skip` are weekdays that do not suit, 0 for Monday; `prefer` is who comes first where several are free.
    `moving` is the customer's own booking, whose time is theirs to move into.
    """

    service: str
    staff: str | None = None
    prefer: str | None = None
    moving: str | None = None
    first_day: date
    last_day: date
    skip: list[int] = []
    at: int | None = Field(default=None, ge=0, lt=1440)
    not_before: int | None = Field(default=None, ge=0, le=1440)
    not_after: int | None = Field(default=None, ge=0, le=1440)
    after: int | None = None
    before: int | None = None
    count: int = Field(default=3, ge=1, le=10)


def read(args: FindSlots, ctx: Context) -> dict[str, Any]:
    """Up to `count` free times that fit, else the nearest ones; `exact` when the very time asked for is free.

    Where they are not what was asked for, `why` names the reason and `facts` what it speaks of.
    """
    business = ctx.pack.business
    today = business.local(ctx.now).date()
    horizon = today + timedelta(days=ctx.pack.policy.horizon_days)
    first, last = max(args.first_day, today), min(args.last_day, horizon)
    fitting = [s for s in _free(args, ctx, first=first, last=last) if _fits(s, args)]
    exact = [s for s in fitting if args.at is not None and s.minute == args.at]
    one_day = args.first_day == args.last_day
    chosen = exact[: args.count] if exact and one_day else _spread(fitting, args)
    nearest = not chosen
    if nearest:
        end = min(max(last, first) + timedelta(days=NEARBY_DAYS), horizon)
        chosen = _nearby(_free(args, ctx, first=first, last=end), args)
    missed = nearest or (args.at is not None and not exact)
    why, facts = _why(args, ctx, horizon) if missed else ("", {})
    listed = [
        {"start": s.start, "staff": s.staff, "label": option_label(business, s.start, s.staff)}
        for s in sorted(chosen, key=lambda s: s.start)
    ]
    return {"slots": listed, "exact": bool(exact) and one_day, "nearest": missed, "why": why, "facts": facts}


def _free(args: FindSlots, ctx: Context, *, first: date, last: date) -> list[Slot]:
    """One free slot per start, the preferred member's where they are free, on days that suit."""
    members = [args.staff] if args.staff else list(ctx.pack.business.services[args.service].staff)
    if args.prefer in members:
        members.sort(key=lambda member: member != args.prefer)
    if first > last:
        return []
    own = bookings.load(ctx.tx, args.moving) if args.moving else None
    moving = own if own is not None and own.contact == ctx.contact else None
    found = free_slots(ctx.tx, ctx.pack, Search(args.service, members, first, last, moving), now=ctx.now)
    by_time: dict[int, Slot] = {}
    for slot in found:
        by_time.setdefault(slot.start, slot)
    business = ctx.pack.business
    return [s for s in by_time.values() if not args.skip or _weekday(business, s, ctx.now) not in args.skip]


def _weekday(business: Business, slot: Slot, now: datetime) -> int:
    return business.local(datetime.fromtimestamp(slot.start / 1000, tz=now.tzinfo)).weekday()


def _fits(slot: Slot, args: FindSlots) -> bool:
    return (
        (args.not_before is None or slot.minute >= args.not_before)
        and (args.not_after is None or slot.minute <= args.not_after)
        and (args.after is None or slot.start > args.after)
        and (args.before is None or slot.start < args.before)
    )


def _spread(slots: list[Slot], args: FindSlots) -> list[Slot]:
    """A few different times: the nearest to the wish, the last ones when paging back, else one per stretch."""
    if args.at is not None:
        wish = args.at
        return sorted(slots, key=lambda s: (abs(s.minute - wish), s.start))[: args.count]
    if len(slots) <= args.count:
        return slots
    step = max(4, len(slots) // (args.count * 3)) if args.first_day == args.last_day else 8
    if args.before is not None:
        return slots[:: -min(step, 4)][: args.count]
    return slots[::step][: args.count]


def _nearby(slots: list[Slot], args: FindSlots) -> list[Slot]:
    """The first day with anything free, and on it what comes closest to the wish."""
    onward = [s for s in slots if args.after is None or s.start > args.after]
    windowed = [s for s in onward if _fits(s, args.model_copy(update={"before": None}))]
    day = _first_day(windowed or onward)
    wish = args.at if args.at is not None or windowed else args.not_before
    if wish is None:
        return day[:: max(1, min(4, len(day) // args.count))][: args.count]
    return sorted(day, key=lambda s: (abs(s.minute - wish), s.start))[: args.count]


def _first_day(slots: Iterable[Slot]) -> list[Slot]:
    listed = list(slots)
    return [s for s in listed if _midnight(s) == _midnight(listed[0])]


def _midnight(slot: Slot) -> int:
    return slot.start - slot.minute * MINUTE_MS


def _why(args: FindSlots, ctx: Context, horizon: date) -> tuple[str, dict[str, str]]:
    """Why the wish cannot be met, as far as the hours tell it."""
    business = ctx.pack.business
    if args.first_day > horizon:
        return "too_far", {"until": _day(business, horizon)}
    if args.before is not None:
        return "no_earlier", {}
    if args.first_day != args.last_day:
        return "", {}
    return _why_that_day(args, ctx)


def _why_that_day(args: FindSlots, ctx: Context) -> tuple[str, dict[str, str]]:
    business, day = ctx.pack.business, args.first_day
    about = {"day": _day(business, day)}
    if not business.spans(day):
        return "closed", about
    if args.staff and not business.spans(day, args.staff):
        return "off", {**about, "staff": business.staff[args.staff].name}
    minutes = business.services[args.service].minutes
    spans = [(s.start, s.end) for s in business.spans(day, args.staff)]
    opens, closes = min(s for s, _ in spans), max(e for _, e in spans)
    hours = {"from": _clock(business, day, opens), "to": _clock(business, day, closes)}
    if args.at is not None and not opens.hour * 60 + opens.minute <= args.at <= closes.hour * 60 + closes.minute:
        own = {"staff": business.staff[args.staff].name} if args.staff else {}
        return "not_in" if own else "outside", {**about, **hours, **own}
    last = closes.hour * 60 + closes.minute - minutes
    if args.at is not None and args.at > last and datetime.combine(day, closes, business.tz) > ctx.now:
        return "too_late", {**about, **hours}
    return "", about


def _clock(business: Business, day: date, moment: Any) -> str:
    return clock_time(datetime.combine(day, moment, business.tz))


def _day(business: Business, day: date) -> str:
    return long_day(datetime.combine(day, datetime.min.time(), business.tz))


TOOL = Tool(name="find_slots", tier=Tier.READ, purpose="reply", assurance=Assurance.UNKNOWN, args=FindSlots, read=read)
