"""Find free times for a service."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pydantic import Field

from domain.action import Assurance, Tier
from domain.tool import Args, Context, Tool
from tools.availability import Slot, free_slots
from tools.wording import option_label


class FindSlots(Args):
    """Days are local ISO dates, times minutes of the local day; `after` pages on from an instant."""

    service: str
    staff: str | None = None
    first_day: date
    last_day: date
    at: int | None = Field(default=None, ge=0, lt=1440)
    not_before: int | None = Field(default=None, ge=0, le=1440)
    not_after: int | None = Field(default=None, ge=0, le=1440)
    after: int | None = None
    count: int = Field(default=3, ge=1, le=10)


def read(args: FindSlots, ctx: Context) -> dict[str, Any]:
    """Up to `count` free times that fit, else the nearest ones; `exact` when the very time asked for is free."""
    business = ctx.pack.business
    today = business.local(ctx.now).date()
    horizon = today + timedelta(days=ctx.pack.policy.horizon_days)
    first, last = max(args.first_day, today), min(args.last_day, horizon)
    members = [args.staff] if args.staff else business.services[args.service].staff
    fitting: list[Slot] = []
    if first <= last:
        slots = free_slots(ctx.tx, ctx.pack, service=args.service, staff=members, days=(first, last), now=ctx.now)
        fitting = [s for s in slots if _fits(s, args)]
    exact = [s for s in fitting if args.at is not None and s.minute == args.at]
    chosen = exact[: args.count] if exact and first == last else _spread(fitting, args)
    nearest = not chosen
    if nearest:
        end = min(max(last, today) + timedelta(days=14), horizon)
        begin = max(first, today) if args.after is None else first
        later = free_slots(ctx.tx, ctx.pack, service=args.service, staff=members, days=(begin, end), now=ctx.now)
        chosen = _nearest([s for s in later if args.after is None or s.start > args.after], args)
    listed = [
        {"start": s.start, "staff": s.staff, "label": option_label(business, s.start, s.staff)}
        for s in sorted(chosen, key=lambda s: s.start)
    ]
    return {"slots": listed, "exact": bool(exact) and first == last, "nearest": nearest}


def _fits(slot: Slot, args: FindSlots) -> bool:
    return (
        (args.not_before is None or slot.minute >= args.not_before)
        and (args.not_after is None or slot.minute <= args.not_after)
        and (args.after is None or slot.start > args.after)
    )


def _spread(slots: list[Slot], args: FindSlots) -> list[Slot]:
    """A few different times: the nearest to the wish, else one per stretch of the day."""
    by_time: dict[int, Slot] = {}
    for slot in slots:
        by_time.setdefault(slot.start, slot)
    times = list(by_time.values())
    if args.at is not None:
        wish = args.at
        return sorted(times, key=lambda s: (abs(s.minute - wish), s.start))[: args.count]
    if len(times) <= args.count:
        return times
    step = max(4, len(times) // (args.count * 3)) if args.first_day == args.last_day else 8
    return times[::step][: args.count]


def _nearest(slots: list[Slot], args: FindSlots) -> list[Slot]:
    wish = args.at if args.at is not None else args.not_before
    if wish is None:
        return _spread(slots, args)
    day = 1440 * 60_000
    ordered = sorted(slots, key=lambda s: (s.start // day, abs(s.minute - wish)))
    by_time: dict[int, Slot] = {}
    for slot in ordered:
        by_time.setdefault(slot.start, slot)
    return list(by_time.values())[: args.count]


TOOL = Tool(name="find_slots", tier=Tier.READ, purpose="reply", assurance=Assurance.UNKNOWN, args=FindSlots, read=read)
