"""Timers: due at an instant of our own clock, once."""

from __future__ import annotations

from making import BUSINESS, NOW, later, within

from domain.clock import to_ms
from records import jobs, obligations, timers
from records.database import Database
from records.jobs import Work
from records.obligations import Owed

EXPIRE = Work("expire", "act_1", "action:act_1")


def set_timer(database: Database, work: Work, minutes: float) -> str:
    return within(database, lambda tx: timers.set_timer(tx, BUSINESS, work, due=later(minutes)))


def fire(database: Database, minutes: float, limit: int = 100) -> int:
    return within(database, lambda tx: timers.fire(tx, BUSINESS, later(minutes), limit=limit))


def test_a_due_timer_becomes_its_job_once(database: Database) -> None:
    set_timer(database, EXPIRE, 10)
    assert within(database, timers.next_due) == to_ms(later(10))
    assert fire(database, 9) == 0
    assert fire(database, 10) == 1
    job = within(database, lambda tx: jobs.take(tx, later(10)))
    assert job is not None and (job.kind, job.ref, job.lane) == ("expire", "act_1", "action:act_1")
    assert fire(database, 99) == 0 and within(database, timers.next_due) is None


def test_a_timer_is_set_once_per_instant(database: Database) -> None:
    assert set_timer(database, EXPIRE, 10) == set_timer(database, EXPIRE, 10) != set_timer(database, EXPIRE, 11)
    assert fire(database, 60) == 2


def test_more_than_the_limit_waits_for_the_next_round(database: Database) -> None:
    for n in range(3):
        set_timer(database, Work("expire", f"act_{n}", "lane"), n)
    assert [fire(database, 60, limit=2), fire(database, 60, limit=2)] == [2, 1]


def test_another_businesss_timers_stay(database: Database) -> None:
    within(database, lambda tx: timers.set_timer(tx, "dentist", EXPIRE, due=NOW))
    assert fire(database, 60) == 0


def test_whether_anything_is_due_is_seen_without_a_lock(database: Database) -> None:
    def due(minutes: float) -> bool:
        return database.read_now(lambda tx: timers.any_due(tx, BUSINESS, to_ms(later(minutes))))

    assert not due(60)
    owed = Owed(kind="answer", cause="msg_1", contact=None, due=later(30))
    within(database, lambda tx: obligations.open_one(tx, BUSINESS, owed, now=NOW))
    set_timer(database, EXPIRE, 10)
    assert (due(9), due(10)) == (False, True)
    fire(database, 10)
    assert (due(29), due(30)) == (False, True)


def test_one_look_tells_of_timers_messages_and_jobs(database: Database) -> None:
    def look(minutes: float) -> timers.Ahead:
        return database.read_now(lambda tx: timers.ahead(tx, BUSINESS, later(minutes)))

    assert look(60) == timers.Ahead(due=False, runnable=False, ready=None)
    set_timer(database, EXPIRE, 10)
    within(database, lambda tx: jobs.put(tx, BUSINESS, Work("turn", "con_1", "contact:1"), ready=later(5)))
    assert look(4) == timers.Ahead(due=False, runnable=False, ready=later(5))
    assert look(5) == timers.Ahead(due=False, runnable=True, ready=later(5))
    assert look(10) == timers.Ahead(due=True, runnable=True, ready=later(5))
