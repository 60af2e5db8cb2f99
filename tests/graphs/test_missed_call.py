"""Missed calls end in exactly one named way, whatever came together."""

from __future__ import annotations

import itertools
from pathlib import Path

from rehearsal import PHONE, Salon, altered_pack, opened

from domain.message import Heard
from graphs.missed_call import CASES, ENDS, NOT_TEXTED
from records import ledger

EVENTS = [*CASES, *NOT_TEXTED, "something the carrier invents"]
HOURS = {"open": 0, "closed, but early enough to text": 9, "night": 8}  # hours after the one before; Monday, ten
SUPPLIER, LANDLINE, NOBODY = "+12025550199", "+442079460018", "anonymous:CA1"
CONSENT = {"none": "", "stopped": "STOP", "no advertising": "please don't send me offers", "asked": "are you open?"}


def missed(number: str, event: str, sid: str) -> Heard:
    """A call from a number that ended so."""
    return Heard(
        channel="call", kind="missed_call", address_kind="phone", address=number, text="", provider="twilio",
        provider_id=sid, event="missed", session=sid, outcome=event,
    )  # fmt: skip


async def ends(salon: Salon, call: Heard) -> tuple[str, str, list[str], list[str]]:
    """How a call ended, why, what its obligation became, and the states of the texts it caused."""
    got = await salon.app.hear(call)
    about = salon.app.database.read_now(lambda tx: ledger.about(tx, "salon", got.message))
    [mine] = [event.body for event in about if event.kind == "missed.settled"]
    owed = salon.rows(f"SELECT outcome FROM obligation WHERE cause = '{got.message}' AND kind = 'missed_call'")  # noqa: S608
    texts = salon.rows(f"SELECT state FROM action WHERE cause = '{got.message}' AND tool = 'message'")  # noqa: S608
    assert mine["basis"] == "inquiry: the call itself"
    return mine["end"], mine["why"], [r.outcome for r in owed], [r.state for r in texts]


async def test_every_combination_ends_in_exactly_one_named_way(tmp_path: Path) -> None:
    pack = altered_pack(tmp_path / "pack", "policy.yaml", lambda y: f'{y}\nmissed_calls:\n  exclude: ["{SUPPLIER}"]\n')
    count, seen = itertools.count(), set()
    async with opened(tmp_path / "home", pack=pack) as salon:
        for hours in HOURS.values():
            salon.clock.advance(3600 * hours)
            for event, (wish, text) in itertools.product(EVENTS, CONSENT.items()):
                ordinary = f"+1202555{next(count):04d}"
                if text:
                    await salon.hear(text, address=ordinary)
                others = () if text else (SUPPLIER, LANDLINE, NOBODY)  # consent is given and revoked by somebody
                for number in (ordinary, ordinary, *others):
                    end, why, [outcome], texts = await ends(salon, missed(number, event, f"CA{next(count)}"))
                    assert end in ENDS
                    assert (end == "texted") == (texts == ["cleared"]), (event, wish, number)
                    assert (end == "callback") == bool(why)
                    assert (outcome is None) == (end != "texted_before"), "only what was answered is closed"
                    if number != ordinary or event not in CASES or wish == "stopped":
                        assert end == "callback"
                    seen.add((end, why))
    assert {end for end, _ in seen} == set(ENDS)
    assert {why for _, why in seen} >= {"left_open", "unverified", "no_number", "no_mobile", "excluded", "consent"}


async def test_the_words_fit_the_hour_and_an_emergency(tmp_path: Path) -> None:
    def reachable(yaml: str) -> str:
        return yaml.replace("links: []", 'emergency_phone: "+1 518 555 0111"\nlinks: []')

    pack = altered_pack(tmp_path / "pack", "business.yaml", reachable)
    async with opened(tmp_path / "home", pack=pack) as salon:
        await salon.app.hear(missed(PHONE, "busy", "CA1"))
        salon.clock.advance(9 * 3600)
        await salon.app.hear(missed("+12025550144", "busy", "CA2"))
        await salon.app.run_until_idle()
        open_, closed = salon.carrier.bodies()
    assert open_.startswith("Sorry we missed your call. This is the automated assistant")
    assert "we are closed until Tuesday 24 November at 9:00 am" in closed
    assert "In an emergency call +15185550111" in closed
