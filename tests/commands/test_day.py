"""`qotbot demo`: the day at the salon happens as told, decision by decision, and its ledger is sound."""

from __future__ import annotations

import json

from terminal import Qotbot


def test_the_day_has_its_five_happenings_told_with_their_rules_and_a_sound_ledger(qotbot: Qotbot) -> None:
    ran = qotbot("demo", "--json")
    assert (ran.code, ran.err) == (0, "")
    played = [json.loads(line) for line in ran.out.splitlines()]
    said = [f"{line['who']}: {line['text']}" for line in played if "text" in line]
    order = iter(said)
    for happening in (
        "Mia calls while everybody is busy",
        "QotBot: Sorry we missed your call",
        "You're booked: Balayage with Ana",
        "I have asked for your refund",
        "Sam: reads the card",
        "is refunded",
        "Jo: STOP",
        "QotBot: You are unsubscribed",
        "Nothing was sent to Jo",
        "the ledger is sound",
    ):
        assert any(happening in line for line in order), f"{happening!r} is missing or out of order"
    assert not any(line.startswith("QotBot: Sorry we missed") for line in said[said.index("Jo: STOP") :])
    told = {(line["event"], line["verdict"]) for line in played if "event" in line}
    assert ("action.judged", "ask (tier, confirmed)") in told
    assert ("action.judged", "hold (tier)") in told
    assert ("action.judged", "refuse (consent)") in told
    assert {line["who"] for line in played if line.get("event") == "action.decided"} == {"Sam"}
