"""Whatever goes wrong at the phone company: each text is answered once, and each answer leaves once or is for staff."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop import Person, Shop, opened_shop

from channels.fake.api import Wire
from channels.fake.faults import CODES, RATES, REQUESTS, Faults, draw, faults_from
from channels.fake.parameters import Lines, refusal
from domain.errors import BadInput

SEEDS = int(os.environ.get("QOTBOT_SOAK_SEEDS", "4"))
QUESTIONS = ("is there parking?", "what are your opening hours?", "how much is a haircut?")
STORM = Faults(
    busy=0.12, broken=0.06, broken_taken=0.06, silent=0.06, unreached=0.06, unsubscribed=0.02, twice=0.25, late=0.25,
    dropped=0.15, filtered=0.04, unreachable=0.04,
)  # fmt: skip


async def settle(shop: Shop) -> None:
    """Let everything that waits come to its end: jobs, webhooks that are late, retries within ten minutes."""
    for _ in range(12):
        await shop.app.run_until_idle()
        await shop.company.call_back()
        shop.clock.advance(45)
    await shop.app.run_until_idle()


async def storm(shop: Shop, people: list[Person]) -> None:
    """Everybody asks everything, one question after the other."""
    for question in QUESTIONS:
        for person in people:
            await shop.company.text(person.number, question)
        await settle(shop)


def sent_of(shop: Shop) -> Mapping[str, int]:
    """How often the company took a text of each action."""
    urls = [httpx.URL(t.asked["StatusCallback"]) for t in shop.company.texts if "StatusCallback" in t.asked]
    return Counter(url.params["action"] for url in urls)


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_every_text_is_answered_once_and_every_answer_leaves_once(tmp_path: Path, seed: int) -> None:
    async with opened_shop(tmp_path / "home") as shop:
        shop.company.faults = replace(STORM, seed=seed)
        shop.line._through = Wire(shop.company)
        people = [shop.somebody() for _ in range(4)]
        await storm(shop, people)
        heard = shop.rows("SELECT provider_id, turn, state FROM message WHERE direction = 'in'")
        came = [t.sid for t in shop.company.texts if t.status == "received"]
        assert sorted(row.provider_id for row in heard) == sorted(came), "each is kept once, however often it came"
        assert not shop.rows("SELECT 1 FROM turn WHERE status = 'open'")
        taken = sent_of(shop)
        follow_ups = {r.cause for r in shop.rows("SELECT cause FROM obligation WHERE closed_at IS NULL")}
        for row in shop.rows("SELECT id, state, turn, contact FROM action WHERE tool = 'message'"):
            assert taken.get(row.id, 0) <= 1, "nothing twice"
            match row.state:
                case "done":
                    assert taken[row.id] == 1
                case "failed":
                    assert taken.get(row.id, 0) == 0 and row.id in follow_ups
                case "unknown":
                    assert row.id in follow_ups, "a person is told"
                case _:
                    assert row.state == "refused", f"{row.state} is no end"
        for person in people:
            asked = person.rows("message", "direction = 'in'")
            answered = {m.turn for m in person.rows("message", "direction = 'out'")}
            loops = person.loops()
            assert all(m.turn in answered or "answer" in loops for m in asked), "nothing is lost"
        assert shop.sound()


async def test_without_faults_everything_is_answered_and_delivered(tmp_path: Path) -> None:
    async with opened_shop(tmp_path / "home") as shop:
        people = [shop.somebody() for _ in range(2)]
        await storm(shop, people)
        for person in people:
            states = [m.state for m in person.rows("message", "direction = 'out'")]
            assert len(person.inbox) == len(QUESTIONS) and set(states) == {"delivered"} and person.loops() == []


def test_the_same_seed_makes_the_same_faults() -> None:
    def drawn(seed: int) -> list[str]:
        faults = replace(STORM, seed=seed)
        return [f(n) for n in range(200) for f in (faults.request, faults.webhook, faults.code)]

    assert drawn(7) == drawn(7) != drawn(8)
    assert {*drawn(7), *drawn(8)} >= {*REQUESTS, "twice", "late", *CODES.values(), ""}


def test_a_script_comes_first() -> None:
    faults = Faults(script=("", "busy"), broken=1.0)
    assert [faults.request(n) for n in range(4)] == ["", "busy", "broken", "broken"]


@given(st.integers(), st.text(max_size=20))
def test_draws_are_numbers_below_one(seed: int, what: str) -> None:
    assert 0 <= draw(seed, what) < 1


@pytest.mark.parametrize(
    "words", [{"busy": "2"}, {"busy": "often"}, {"nothing": "0.1"}, {"late": "-1"}, {"late": "nan"}]
)
def test_faults_that_are_none_are_refused(words: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        faults_from(words, seed=1)
    with pytest.raises(BadInput):
        Faults(script=("explode",))
    assert faults_from(dict.fromkeys(RATES, "0"), seed=3) == Faults(seed=3)


GOOD = {
    "To": "+12025550143", "From": "+15185550100", "Body": "hello", "StatusCallback": "https://salon.example/twilio/sms",
    "ValidityPeriod": "60", "MessageIntent": "customercare",
}  # fmt: skip
REFUSED = [
    ({"To": None}, 21604), ({"To": "12025550143"}, 21211), ({"To": "+12025550188"}, 21614),
    ({"To": "+12025550199"}, 21610),
    ({"From": None}, 21603), ({"From": "+12025550100"}, 21606), ({"To": "+15185550100"}, 21266),
    ({"MessagingServiceSid": "MG9"}, 21701), ({"MessagingServiceSid": "MG1", "From": "+12025550100"}, 21712),
    ({"Body": None}, 21619), ({"Body": ""}, 21602), ({"Body": "x" * 1601}, 21617), ({"MediaUrl": "ftp://x"}, 21620),
    ({"StatusCallback": "/twilio/sms"}, 21609), ({"StatusCallback": "https://my_host.example/x"}, 21609),
    ({"ValidityPeriod": "0"}, 20422), ({"ValidityPeriod": "36001"}, 20422), ({"ValidityPeriod": "soon"}, 20422),
    ({"MessageIntent": "spam"}, 20422), ({"SmartEncoded": "perhaps"}, 20422), ({"Text": "hello"}, 20001),
    ({"SendAt": "2026-12-01T10:00:00Z"}, 35118),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "code"), REFUSED, ids=lambda value: str(value))
def test_what_twilio_refuses_is_refused(changed: dict[str, str | None], code: int) -> None:
    lines = Lines({"+15185550100"}, {"MG1"}, {"+12025550199"}, {"+12025550188"})
    assert refusal(list(GOOD.items()), lines) is None
    pairs = [(k, v) for k, v in {**GOOD, **changed}.items() if v is not None]
    found = refusal(pairs, lines)
    assert found is not None and found[0] == code


def test_what_is_given_too_often_is_refused() -> None:
    lines = Lines({"+15185550100"}, {"MG1"}, set(), set())
    media = [("MediaUrl", f"https://salon.example/{n}.jpg") for n in range(10)]
    assert refusal([*GOOD.items(), *media], lines) is None
    assert refusal([*GOOD.items(), *media, media[0]], lines) == (21623, "Number of media files exceeds allowed limit.")
    assert (refusal([*GOOD.items(), ("To", "+12025550144")], lines) or (0,))[0] == 20422
    service = {**GOOD, "MessagingServiceSid": "MG1"}
    assert refusal(list(service.items()), lines) is None, "a number of the pool may be named beside the service"
    del service["From"]
    assert refusal(list(service.items()), lines) is None
