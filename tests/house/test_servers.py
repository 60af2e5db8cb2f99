"""The real servers that other tests stand on are real, and every test finds them empty."""

from __future__ import annotations

import psycopg
import pytest
from redis import Redis


@pytest.mark.parametrize("run", [1, 2])
def test_each_test_has_a_database_of_its_own(postgres_url: str, run: int) -> None:
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE once (run int)")
        assert connection.info.server_version // 10_000 == 18


def test_ranges_and_words_can_be_excluded_together(postgres_url: str) -> None:
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION btree_gist")
        connection.execute("CREATE TABLE t (who text, at tstzrange, EXCLUDE USING gist (who WITH =, at WITH &&))")
        connection.execute("INSERT INTO t VALUES ('ana', '[2026-11-24 10:00Z, 2026-11-24 11:00Z)')")
        with pytest.raises(psycopg.errors.ExclusionViolation):
            connection.execute("INSERT INTO t VALUES ('ana', '[2026-11-24 10:30Z, 2026-11-24 11:30Z)')")


@pytest.mark.parametrize("run", [1, 2])
def test_each_test_finds_redis_empty(redis_url: str, run: int) -> None:
    with Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("run", run)
