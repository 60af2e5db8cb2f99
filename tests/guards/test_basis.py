"""Which grant carries a purpose, and how long a relationship implies one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from guards.basis import basis, implied_until, jurisdiction_of, unproved
from records.consents import Grant, Standing

BOUGHT = datetime(2024, 12, 31, 12, tzinfo=UTC)
WRITTEN = Grant("marketing", "written", disclosure="sha")
SAID = Grant("marketing", "said")
PURCHASE = Grant("marketing", "purchase", method="purchase", jurisdiction="CA", expires_at=1)


@pytest.mark.parametrize(
    ("grants", "marketing", "service"),
    [
        ((WRITTEN,), "written", None),
        ((SAID,), None, "said"),
        ((PURCHASE,), "purchase", None),
        ((Grant("marketing", "x", method="purchase", jurisdiction="US", expires_at=1),), None, "x"),
        ((Grant("marketing", "x", method="purchase", jurisdiction="CA"),), None, "x"),
        ((Grant("service", "s"),), None, "s"),
        ((Grant("service", "s", disclosure="sha"),), None, "s"),
        ((), None, None),
    ],
)
def test_only_what_is_proved_carries_marketing(
    grants: tuple[Grant, ...], marketing: str | None, service: str | None
) -> None:
    standing = Standing(grants=grants)
    found = basis(standing, "marketing"), basis(standing, "service")
    assert tuple(g.entry if g else None for g in found) == (marketing, service)


def test_what_is_not_proved_can_be_named() -> None:
    assert unproved(Standing(grants=(WRITTEN, SAID))) == SAID
    assert unproved(Standing(grants=(WRITTEN,))) is None


@pytest.mark.parametrize(
    ("method", "country", "until"),
    [
        ("purchase", "CA", datetime(2026, 12, 31, 12, tzinfo=UTC)),
        ("inquiry", "CA", datetime(2025, 6, 30, 12, tzinfo=UTC)),
        ("purchase", "US", None),
        ("purchase", None, None),
        ("oath", "CA", None),
    ],
)
def test_a_relationship_implies_consent_for_a_time(method: str, country: str | None, until: datetime | None) -> None:
    assert implied_until(method, country, BOUGHT) == until


@pytest.mark.parametrize(
    ("number", "country"),
    [("+12025550143", "US"), ("+14165550143", "CA"), ("+4915112345678", "DE"), ("web_1", None), ("", None)],
)
def test_a_number_tells_whose_law_holds(number: str, country: str | None) -> None:
    assert jurisdiction_of(number) == country
