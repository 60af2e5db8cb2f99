"""Whatever goes wrong with calls, by seed: each ends in something said or something owed, and nothing happens twice."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from rehearsal import altered_pack
from shop import Person
from telephone import STAFF, Exchange, opened_exchange

from channels.fake.faults import CALLS, LINES, Faults, faults_from
from channels.fake.faults import STAFF as AT_STAFF
from domain.errors import BadInput

SEEDS = int(os.environ.get("QOTBOT_SOAK_SEEDS", "2"))
STORM = Faults(
    unanswered=0.1, engaged=0.1, given_up=0.1, voicemail=0.25, staff_away=0.25, staff_busy=0.25, relay_drop=0.2,
    relay_lost=0.15, relay_cut=0.3,
)  # fmt: skip


def storm(seed: int) -> Faults:
    """The storm of a seed."""
    return faults_from({name: str(getattr(STORM, name)) for name in (*CALLS, *AT_STAFF, *LINES)}, seed=seed)


async def talked(shop: Exchange, person: Person) -> list[str]:
    """Call, ask two things, want a person, and hang up; all that was heard."""
    call, heard = await shop.handset.call(person.number, "answered"), list[str]()
    for words in ("is there parking?", "where are you?", "representative"):
        if call.listening and not call.ended:
            heard += (await shop.handset.say(call, words)).says
    if call.record is not None:
        await shop.handset.say(call, "please call me")
    await shop.handset.hang_up(call)
    return heard


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_every_call_ends_in_something_said_or_owed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr("channels.line.GRACE_S", 0.3)
    monkeypatch.setattr("channels.line.SPOKEN_PER_S", 10_000.0)
    pack = altered_pack(tmp_path / "pack", "business.yaml", lambda yaml: yaml.replace(
        "links: []", f'transfer_to: "{STAFF}"\nlinks: []'))  # fmt: skip
    async with opened_exchange(tmp_path / "home", pack=pack) as shop:
        shop.company.faults = storm(seed)
        people = [shop.somebody() for _ in range(10)]
        ends = Counter[str]()
        for person in people:
            heard = await talked(shop, person)
            await shop.quiet()
            said = [row.text for row in person.rows("message", "direction = 'in' AND t.kind = 'speech'", "n")]
            assert len(said) == len(set(said)), "nothing is heard twice"
            if said:
                assert sum("free parking" in line for line in heard) == 1, "each answer is heard, once"
                assert sum("48 Chapel Street" in line for line in heard) == 1
                assert set(person.loops()) <= {"callback", "voicemail", "missed_call"}
                ends["spoken"] += 1
            else:
                assert len(person.inbox) + len(person.loops()) == 1, "a missed call ends in a text or a call back"
                ends["missed"] += 1
        shop.clock.advance(60)
        await shop.quiet()
        assert not shop.rows("SELECT 1 FROM message WHERE state = 'planned'")
        assert not shop.rows("SELECT 1 FROM turn WHERE status = 'open'")
        assert ends["spoken"] and ends["missed"], "the storm did both"
        assert shop.sound()


async def test_the_same_seed_goes_wrong_in_the_same_way() -> None:
    one, same, other = storm(3), storm(3), storm(4)

    def drawn(faults: Faults) -> list[str]:
        return [f"{faults.call(n)} {faults.staff(n)} {faults.line(n)} {faults.cut(n)}" for n in range(200)]

    assert drawn(one) == drawn(same) != drawn(other)
    assert {*CALLS.values(), ""} == {storm(3).call(n) for n in range(200)}
    assert {*AT_STAFF.values(), ""} == {storm(3).staff(n) for n in range(200)}
    assert {*LINES, ""} == {storm(3).line(n) for n in range(200)}
    assert {1, 2, 3} == {storm(3).cut(n) for n in range(200)}
    with pytest.raises(BadInput, match="voicemail"):
        faults_from({"voicemail": "2"}, seed=0)
