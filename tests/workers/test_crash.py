"""`kill -9` before and after every commit, checkpoint, request and payment: as though it had never happened.

Every point on SQLite; on PostgreSQL a tenth of them, and all where QOTBOT_POINTS is `all` (`make soak`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from nurseries import Fresh, Nursery, nursery

AT_ONCE = 2
ALL = os.environ.get("QOTBOT_POINTS") == "all"
UNANSWERED = {"answer", "missed_call"}


@pytest.fixture(scope="module")
def nurseries() -> Iterator[list[Nursery]]:
    with ExitStack() as stack:
        yield [stack.enter_context(nursery()) for _ in range(AT_ONCE)]


def disturbed(nurseries: Sequence[Nursery], scenario: str, points: Sequence[int]) -> list[tuple[int, Any]]:
    """The outcome after a death at each of the points."""

    def some(number: int) -> list[tuple[int, Any]]:
        mine = points[number :: len(nurseries)]
        return [(point, nurseries[number].after_deaths(scenario, point)) for point in mine]

    with ThreadPoolExecutor(len(nurseries)) as pool:
        return sorted(found for part in pool.map(some, range(len(nurseries))) for found in part)


def checked(scenario: str, points: list[str], outcome: dict[str, Any]) -> None:
    """The scenario itself is what we think it is: else its repetition proves nothing."""
    assert UNANSWERED.isdisjoint(outcome["loops"]) and outcome["sound"] and outcome["jobs"] == 0
    assert {"before commit", "after commit", "request", "answer"} <= set(points)
    match scenario:
        case "booking":
            assert [b[:2] for b in outcome["bookings"]] == [["cut", "confirmed"]] and len(outcome["texts"]) == 2
            assert "You're booked" in outcome["texts"][-1]
        case "refund":
            assert outcome["refunds"] == [2500] and "refunded" in outcome["texts"][-1]
            assert {"before payment", "after payment", "before aput"} <= set(points)
        case "short_notice":
            assert [b[:2] for b in outcome["bookings"]] == [["cut", "confirmed"]]
            assert "You're booked" in outcome["texts"][-1]
        case "missed_call":
            assert len(outcome["texts"]) == 1 and "Sorry we missed your call" in outcome["texts"][0]


@pytest.mark.parametrize("scenario", ["booking", "refund", "missed_call"])
def test_a_death_anywhere_changes_nothing(nurseries: list[Nursery], scenario: str) -> None:
    points, wanted = nurseries[0].undisturbed(scenario)
    checked(scenario, points, wanted)
    found = disturbed(nurseries, scenario, distinct(points))
    wrong = {k: got for k, got in found if got != wanted}
    assert not wrong, "\n".join(f"{k} {points[k - 1]}: {differences(wanted, got)}" for k, got in wrong.items())


@pytest.mark.parametrize("scenario", ["booking", "refund"])
def test_a_death_changes_nothing_on_postgresql(postgres: str, scenario: str) -> None:
    with nursery() as one, databases(postgres) as fresh:
        one.fresh = fresh
        points, wanted = one.undisturbed(scenario)
        checked(scenario, points, wanted)
        sample = sampled(points, 1 if ALL else len(points) // 10)
        wrong = {k: got for k, got in disturbed([one], scenario, sample) if got != wanted}
    assert not wrong, "\n".join(f"{k} {points[k - 1]}: {differences(wanted, got)}" for k, got in wrong.items())


def distinct(points: Sequence[str]) -> list[int]:
    """The points where a process leaves something else: nothing is kept between an `after` and the next `before`."""
    return [
        k for k, name in enumerate(points, start=1) if not (name.startswith("before") and points[k - 2][:5] == "after")
    ]


def sampled(points: Sequence[str], every: int) -> list[int]:
    """Every so many of the distinct points, and the first of each name."""
    first = {name: k for k, name in reversed(list(enumerate(points, start=1)))}
    return sorted({*distinct(points)[::every], *(k for k in first.values() if k in distinct(points))})


@contextmanager
def databases(server: str) -> Iterator[Fresh]:
    """Makes databases, each a copy of the one at a URL where one is given; they go with the server."""
    with psycopg.connect(host=server, user="postgres", dbname="postgres", autocommit=True) as admin:

        def fresh(url: str) -> str:
            name, original = f"d_{uuid4().hex}", url.partition("@/")[2].partition("?")[0] or "template1"
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{original}"'.encode())
            return f"postgresql+psycopg://postgres@/{name}?host={server}"

        yield fresh


def differences(wanted: dict[str, Any], got: dict[str, Any]) -> dict[str, Any]:
    return {key: (wanted[key], got[key]) for key in wanted if got[key] != wanted[key]}
