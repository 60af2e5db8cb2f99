"""Codes texted to a number: few tries, a short life, a few a day."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from making import PHONE, a_contact, later, within

from records import challenges, schema
from records.challenges import Challenge
from records.database import Database


@pytest.fixture
def contact(database: Database) -> str:
    return a_contact(database)


def begin(
    database: Database, contact: str, minutes: float = 0, *, session: str = "s1", address: str = PHONE
) -> tuple[str, str] | None:
    now = later(minutes)
    return within(database, lambda tx: challenges.begin(tx, contact, session=session, address=address, now=now))


def code_for(database: Database, contact: str, minutes: float = 0, *, session: str = "s1") -> str:
    begun = begin(database, contact, minutes, session=session)
    assert begun is not None
    return begun[1]


def attempt(database: Database, code: str, minutes: float = 1, *, session: str = "s1") -> Challenge | None:
    return within(database, lambda tx: challenges.attempt(tx, session, code, now=later(minutes)))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_right_code_proves_the_session_once(database: Database, contact: str) -> None:
    code = code_for(database, contact)
    assert len(code) == 6 and code.isdigit()
    assert not within(database, lambda tx: challenges.passed(tx, "s1"))
    found = attempt(database, code)
    assert found is not None and (found.address, found.contact) == (PHONE, contact)
    assert within(database, lambda tx: challenges.passed(tx, "s1"))
    assert attempt(database, code) is None


def test_only_the_session_that_asked_is_proved(database: Database, contact: str) -> None:
    code = code_for(database, contact)
    assert attempt(database, code, session="s2") is None
    attempt(database, code)
    assert not within(database, lambda tx: challenges.passed(tx, "s2"))
    assert not within(database, lambda tx: challenges.passed(tx, None))


@pytest.mark.parametrize(("wrong_tries", "right"), [(4, True), (5, False)])
def test_five_tries(database: Database, contact: str, wrong_tries: int, right: bool) -> None:
    code = code_for(database, contact)
    assert [attempt(database, wrong(code)) for _ in range(wrong_tries)] == [None] * wrong_tries
    assert (attempt(database, code) is not None) is right


@pytest.mark.parametrize(("minutes", "right"), [(9.9, True), (10, False)])
def test_ten_minutes(database: Database, contact: str, minutes: float, right: bool) -> None:
    code = code_for(database, contact)
    assert (attempt(database, code, minutes) is not None) is right


def test_the_newest_code_counts(database: Database, contact: str) -> None:
    old, new = code_for(database, contact), code_for(database, contact, 1)
    if old != new:
        assert attempt(database, old, 2) is None
    assert attempt(database, new, 2) is not None


def test_five_codes_a_day_to_one_number(database: Database, contact: str) -> None:
    assert all(begin(database, contact, n, session=f"s{n}") for n in range(5))
    assert begin(database, contact, 6) is None
    assert begin(database, contact, 6, address="+12025550199") is not None
    assert begin(database, contact, 24 * 60 + 1) is not None


def test_the_code_itself_is_not_kept(database: Database, contact: str) -> None:
    code = code_for(database, contact)
    (row,) = within(database, lambda tx: tx.execute(sa.select(schema.challenge)).all())
    assert code not in [str(value) for value in row]
