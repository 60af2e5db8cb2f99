"""What texts cost, by the dated price table: kept in millionths of the business's currency, rounded up."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from math import ceil
from typing import Any

from domain.phone import country
from domain.segments import segments
from records.brakes import Parts

_TABLE: dict[str, Any] = tomllib.loads(resources.files("guards").joinpath("data/prices.toml").read_text("utf-8"))
PER_CENT = 10_000  # millionths in a cent


@cache
def price(area: str, currency: str) -> int:
    """What one part costs to numbers that begin so."""
    prices: dict[str, int] = _TABLE["part"]
    per_dollar: float = _TABLE["per_dollar"][currency]
    dollars = prices.get(country(area) or "other", prices["other"])
    return ceil(dollars * per_dollar)


def cost(text: str, address: str, currency: str) -> int:
    """What a text to a number costs."""
    return segments(text).parts * price(address[:5], currency)


def spent(parts: Iterable[Parts], currency: str) -> tuple[int, int]:
    """What the parts cost that were sent in the last day, and in the whole time."""
    day = whole = 0
    for one in parts:
        each = price(one.area, currency)
        day, whole = day + one.day * each, whole + one.whole * each
    return day, whole
