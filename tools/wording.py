"""How tools spell days, times and money for people."""

from __future__ import annotations

from datetime import datetime

from domain.clock import from_ms
from domain.settings import Business

_SIGNS = {"USD": "$", "CAD": "CA$", "EUR": "€", "GBP": "£"}


def money(business: Business, cents: int) -> str:
    """An amount as people write it: $45 or $12.50."""
    sign = _SIGNS[business.currency]
    return f"{sign}{cents // 100}" if cents % 100 == 0 else f"{sign}{cents // 100}.{cents % 100:02d}"


def clock_time(local: datetime) -> str:
    """A local time: 10:30 am."""
    hour = local.hour % 12 or 12
    return f"{hour}:{local.minute:02d} {'am' if local.hour < 12 else 'pm'}"


def long_day(local: datetime) -> str:
    """A local day in full: Tuesday 24 November."""
    return f"{local:%A} {local.day} {local:%B}"


def long_time(business: Business, ms: int) -> str:
    """An instant as it is read back: Tuesday 24 November at 10:30 am."""
    local = business.local(from_ms(ms))
    return f"{long_day(local)} at {clock_time(local)}"


def option_label(business: Business, ms: int, staff: str) -> str:
    """An offered slot: Tue 24 Nov, 10:30 am with Ana."""
    local = business.local(from_ms(ms))
    return f"{local:%a} {local.day} {local:%b}, {clock_time(local)} with {business.staff[staff].name}"
