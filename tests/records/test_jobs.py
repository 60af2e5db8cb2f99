"""Jobs: in order within a lane, never two at once, followed after a crash, and one for many reasons."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest
from making import BUSINESS, later, within

from records import jobs
from records.database import Database, Scope, Tx
from records.jobs import Job, Work

TURN = Work("turn", "con_1", "contact:1")
DELIVER = Work("deliver", "act_1", "contact:1")
OTHER = Work("turn", "con_2", "contact:2")


def put(database: Database, *works: Work, seconds: float = 0) -> None:
    for work in works:
        within(database, lambda tx, work=work: jobs.put(tx, BUSINESS, work, ready=later(seconds=seconds)))


def take(database: Database, seconds: float = 0) -> Job | None:
    return within(database, lambda tx: jobs.take(tx, later(seconds=seconds)))


def taken(database: Database, seconds: float = 0) -> Job:
    job = take(database, seconds)
    assert job is not None
    return job


def finish(database: Database, job: Job) -> bool:
    return within(database, lambda tx: jobs.finish(tx, job))


def test_a_lane_goes_in_order_and_one_at_a_time(database: Database) -> None:
    put(database, TURN, DELIVER)
    first = taken(database)
    assert first.kind == "turn" and take(database) is None
    assert finish(database, first)
    second = taken(database)
    assert second.kind == "deliver" and finish(database, second)
    assert within(database, jobs.waiting) == 0


def test_lanes_do_not_wait_for_each_other(database: Database) -> None:
    put(database, TURN, OTHER)
    assert {taken(database).ref, taken(database).ref} == {"con_1", "con_2"}


def test_a_job_that_is_not_ready_keeps_its_lane(database: Database) -> None:
    put(database, TURN, seconds=10)
    put(database, DELIVER)
    assert take(database) is None
    assert taken(database, 10).kind == "turn"


def test_a_job_waits_until_it_is_ready(database: Database) -> None:
    put(database, TURN, seconds=2)
    assert take(database, 1) is None and not within(database, lambda tx: jobs.any_runnable(tx, later(seconds=1)))
    assert within(database, jobs.next_ready) == later(seconds=2)
    assert within(database, lambda tx: jobs.any_runnable(tx, later(seconds=2)))
    assert taken(database, 2).ref == "con_1"
    assert within(database, jobs.next_ready) is None


def test_a_dead_worker_is_followed_after_its_lease_and_cannot_finish(database: Database) -> None:
    put(database, TURN, DELIVER)
    dead = taken(database)
    assert take(database, 59) is None
    follower = taken(database, 60)
    assert (follower.n, follower.fence, follower.tries) == (dead.n, dead.fence + 1, 2)
    assert not finish(database, dead)
    assert take(database, 61) is None
    assert finish(database, follower)


def test_a_dead_worker_cannot_put_its_job_back(database: Database) -> None:
    put(database, TURN)
    dead = taken(database)
    follower = taken(database, 60)
    within(database, lambda tx: jobs.retry(tx, dead, "late", ready=later()))
    assert take(database, 61) is None
    assert finish(database, follower)


def test_the_owner_of_a_home_takes_back_what_ran(database: Database) -> None:
    put(database, TURN)
    taken(database)
    assert within(database, jobs.release_all) == 1
    assert taken(database).tries == 2


def test_work_that_waits_is_not_put_twice(database: Database) -> None:
    put(database, TURN, TURN, OTHER)
    assert within(database, jobs.waiting) == 2


def test_a_burst_is_waited_for_but_not_for_ever(database: Database) -> None:
    for second in range(12):
        put(database, TURN, seconds=second + 2.5)
    assert within(database, jobs.next_ready) == later(seconds=8)


def test_work_may_become_ready_sooner(database: Database) -> None:
    put(database, TURN, seconds=5)
    put(database, TURN, seconds=1)
    assert within(database, jobs.next_ready) == later(seconds=1)


def test_what_comes_while_a_job_runs_is_the_next_job(database: Database) -> None:
    put(database, TURN)
    running = taken(database)
    put(database, TURN)
    assert take(database) is None
    finish(database, running)
    assert taken(database).n != running.n


def test_a_failed_job_keeps_its_lane_until_it_is_tried_again(database: Database) -> None:
    put(database, TURN, DELIVER)
    failed = taken(database)
    within(database, lambda tx: jobs.retry(tx, failed, "ValueError", ready=later(seconds=4)))
    assert take(database, 3) is None
    again = taken(database, 4)
    assert (again.n, again.tries) == (failed.n, 2)


def test_a_failed_job_beside_a_newer_one_takes_more_work(database: Database) -> None:
    put(database, TURN)
    failed = taken(database)
    put(database, TURN)
    within(database, lambda tx: jobs.retry(tx, failed, "ValueError", ready=later()))
    put(database, TURN)
    assert within(database, jobs.waiting) == 2
    first = taken(database, 10)
    assert first.n == failed.n and finish(database, first)
    assert finish(database, taken(database, 10))
    assert take(database, 10) is None


def test_takers_do_not_wait_for_each_other(postgresql: Database) -> None:
    put(postgresql, TURN, DELIVER, OTHER)
    got: list[Job | None] = []

    def second() -> None:
        with postgresql.writer.begin() as tx:
            got.append(jobs.take(tx, later()))

    with postgresql.writer.begin() as tx:
        got.append(jobs.take(tx, later()))
        other = Thread(target=second)
        other.start()
        other.join(10)
        assert not other.is_alive()
    assert sorted(job.ref for job in got if job) == ["con_1", "con_2"]


def test_who_takes_and_finishes_work_waits_for_nothing_else_of_the_business(postgresql: Database) -> None:
    put(postgresql, TURN)
    scope, got = Scope(BUSINESS, about="jobs"), list[bool]()

    def other() -> None:
        job = postgresql.write_now(scope, lambda tx: jobs.take(tx, later()))
        assert job is not None
        got.append(postgresql.write_now(scope, lambda tx: jobs.finish(tx, job)))

    def busy(_: Tx) -> None:
        worker = Thread(target=other)
        worker.start()
        worker.join(10)
        assert not worker.is_alive()

    within(postgresql, busy)
    assert got == [True]


def test_takers_of_one_business_go_one_after_the_other(postgresql: Database) -> None:
    """What is queued in a lane may become visible out of order; only one look at a time sees it whole."""
    put(postgresql, TURN, OTHER)
    scope, got = Scope(BUSINESS, about="jobs"), list[Job | None]()
    second = Thread(target=lambda: got.append(postgresql.write_now(scope, lambda tx: jobs.take(tx, later()))))

    def first(tx: Tx) -> Job | None:
        second.start()
        second.join(0.3)
        assert got == []
        return jobs.take(tx, later())

    mine = postgresql.write_now(scope, first)
    second.join(10)
    assert sorted(job.ref for job in (mine, *got) if job) == ["con_1", "con_2"]


@pytest.mark.parametrize("refs", [1, 3])
def test_every_job_is_taken_exactly_once(database: Database, refs: int) -> None:
    works = [Work("turn", f"con_{n}", f"contact:{n % refs}") for n in range(12)]
    put(database, *works)

    def drain(tx: Tx) -> list[str]:
        done = []
        while (job := jobs.take(tx, later(1))) is not None:
            done.append(job.ref)
            jobs.finish(tx, job)
        return done

    assert sorted(within(database, drain)) == sorted(w.ref for w in works)


def test_taking_sorts_nothing_however_much_waits(database: Database) -> None:
    """For every job that is taken: a sort of all that waits made a queue of 3,000 five times as slow."""
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL plans by what the table holds")
    for query in jobs._NEXT:
        asked = str(query.params(now=0).compile(database.reader, compile_kwargs={"literal_binds": True}))
        plan = [row.detail for row in database.read_now(lambda tx, asked=asked: _explained(tx, asked))]
        assert any("ix_job_state_ready" in step for step in plan), plan
    taking = jobs._TAKE.compile(database.writer)
    given = tuple(taking.construct_params({"now": 0, "until": 1})[name] for name in taking.positiontup or ())
    plan = [row.detail for row in within(database, lambda tx: _explained(tx, str(taking), given))]
    assert any("SEARCH job USING INTEGER PRIMARY KEY" in step for step in plan), plan
    assert sum("ix_job_state_ready" in step for step in plan) == 2 and not any("B-TREE" in step for step in plan), plan


def _explained(tx: Tx, asked: str, given: tuple[Any, ...] = ()) -> list[Any]:
    return list(tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", given).all())
