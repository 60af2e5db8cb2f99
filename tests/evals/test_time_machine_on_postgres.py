"""The policy time machine over a PostgreSQL home: the same decisions change, and the records are only read."""

from __future__ import annotations

from pathlib import Path

from rehearsal import PACK, Salon, opened

from evals.rejudging import machine, other_policy, rejudge

POLICY = (PACK / "policy.yaml").read_text("utf-8")


async def _day(salon: Salon) -> None:
    await salon.says("haircut with Ana tomorrow at 10:30 please")
    await salon.says("yes please")
    salon.clock.advance(3600)
    await salon.says("is there parking?")
    salon.clock.advance(3600)
    await salon.says("STOP")
    await salon.hear("", channel="call")
    await salon.app.run_until_idle()


async def test_a_home_on_postgres_is_judged_again_like_one_on_sqlite(tmp_path: Path, postgres_url: str) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(POLICY.replace("dial: balanced", "dial: strict"), "utf-8")
    found = {}
    for name, url in (("sqlite", None), ("postgres", postgres_url)):
        async with opened(tmp_path / name, url=url) as salon:
            await _day(salon)
            before = salon.rows("SELECT count(*) FROM event")
            found[name] = rejudge(salon.app.database, machine(*other_policy(PACK, new))).as_json()
            assert salon.rows("SELECT count(*) FROM event") == before
    told = {name: (f["summary"], f["decisions"], f["unchanged"], f["left_out"]) for name, f in found.items()}
    assert told["postgres"] == told["sqlite"]
    assert found["postgres"]["summary"] == ["1 booking would have waited for staff"]
