"""Free times as they are offered: grouped by day and person, and how a list of choices is joined."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.clock import from_ms
from domain.settings import Pack
from tools.wording import clock_time, long_day


def spoken(pack: Pack, offers: Sequence[dict[str, Any]]) -> str:
    """The offers with what they share said once: "Friday 27 November at 9:00 am, 10:00 am or 11:00 am with Ana"."""
    starts = [pack.business.local(from_ms(o["start"])) for o in offers]
    names = [pack.business.staff[o["staff"]].name for o in offers]
    if len({s.date() for s in starts}) > 1:
        return either([f"{_short(s)} at {clock_time(s)} with {n}" for s, n in zip(starts, names, strict=True)])
    if len(set(names)) == 1:
        return f"{long_day(starts[0])} at {either([clock_time(s) for s in starts])} with {names[0]}"
    times = either([f"{clock_time(s)} with {n}" for s, n in zip(starts, names, strict=True)])
    return f"{long_day(starts[0])} at {times}"


def either(labels: Sequence[str]) -> str:
    """Choices joined for a sentence; a semicolon parts those that hold a comma themselves."""
    if any("," in label for label in labels) and len(labels) > 1:
        return f"{'; '.join(labels[:-1])}; or {labels[-1]}"
    return " or ".join(filter(None, (", ".join(labels[:-1]), labels[-1])))


def listed(labels: Sequence[str]) -> str:
    """Things that all hold, joined for a sentence."""
    return " and ".join(labels) if len(labels) < 3 else f"{', '.join(labels[:-1])} and {labels[-1]}"


def _short(local: datetime) -> str:
    return f"{local:%a} {local.day} {local:%b}"
