"""Which of a person's grants carries a purpose, by the law of their number's country.

A grant of marketing counts with the wording that was shown. One without proof of it, an imported list's for instance,
never carries more than service messages.
"""

from __future__ import annotations

import calendar
import tomllib
from datetime import datetime
from importlib import resources
from typing import Any

from domain.phone import country
from records.consents import Grant, Standing

_TABLE: dict[str, Any] = tomllib.loads(resources.files("guards").joinpath("data/jurisdictions.toml").read_text("utf-8"))
IMPLIED = frozenset(kind for law in _TABLE.values() if isinstance(law, dict) for kind in law.get("implied", ()))


def basis(standing: Standing, purpose: str) -> Grant | None:
    """The grant that carries a purpose, the newest first; None where there is none."""
    carries = _markets if purpose == "marketing" else _serves
    return next((grant for grant in standing.grants if carries(grant)), None)


def unproved(standing: Standing) -> Grant | None:
    """A grant of marketing that does not count as one, because what was shown is not on record."""
    return next((g for g in standing.grants if g.purpose == "marketing" and not _markets(g)), None)


def implied_until(method: str, jurisdiction: str | None, at: datetime) -> datetime | None:
    """When consent that a purchase or an inquiry implies ends there; None where it implies nothing."""
    months = _TABLE.get(jurisdiction or "", {}).get("implied", {}).get(method)
    if months is None:
        return None
    year, month = divmod(at.month - 1 + months, 12)
    year += at.year
    return at.replace(year=year, month=month + 1, day=min(at.day, calendar.monthrange(year, month + 1)[1]))


def jurisdiction_of(address: str) -> str | None:
    """The country whose law a number falls under (+1 416 is CA); None for what is no number or not sure."""
    return country(address[:5]) if address.startswith("+") else None


def _markets(grant: Grant) -> bool:
    if grant.purpose != "marketing":
        return False
    if grant.disclosure is not None:
        return True
    implied = _TABLE.get(grant.jurisdiction or "", {}).get("implied", {})
    return grant.method in implied and grant.expires_at is not None


def _serves(grant: Grant) -> bool:
    return grant.purpose == "service" or (grant.purpose == "marketing" and not _markets(grant))
