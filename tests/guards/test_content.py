"""What a message may say: no promotion in an answer, a name and a way out in a campaign, no health details."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from judging import facts, verdict
from making import NOW, booking_of, message_of, salon

from domain.action import Proposal, Purpose
from domain.settings import Pack
from guards.content import GUARD, Before
from guards.facts import Facts
from guards.promotion import asks_for_offers, health_detail, promotional, unpromoted

NAME = "Willow & Co Hair"
FRESH = {"last_heard": NOW}
OLD = {"last_heard": NOW - timedelta(days=3)}


def saying(text: str, purpose: Purpose = "reply", channel: str = "sms") -> Proposal:
    """A message with these words."""
    return replace(message_of(text), purpose=purpose, channel=channel)


def before(*, asked: bool = False, introduced: bool = True) -> dict[str, Any]:
    """What was said before it."""
    return {"content": Before(asked, introduced)}


def sector(name: str) -> Pack:
    """The salon as if it were in another sector."""
    return replace(salon(), business=salon().business.model_copy(update={"sector": name}))


def given(known: dict[str, Any], pack: Pack | None = None) -> Facts:
    """Facts with what was said before."""
    return facts(pack=pack, known={**FRESH, **before(), **known})


PROMOTIONS = (
    "Yes, Friday at 3 works. 20% off colour this week!", "Use code WILLOW20 and get $20 off.",
    "Booked. Refer a friend and earn points.", "Why not add a treatment? Half price today only.",
    "Black Friday deal: save 30 on any cut.", "Buy one blow dry, get one free.",
)  # fmt: skip
PLAIN = (
    "A haircut costs $45 and takes 45 min.", "We offer Haircut, Colour and Blow dry.", "You're booked: Friday 3 pm.",
    "Your deposit of $50 is refunded.", "Which one would you like: Ana or Ben?", "We are open until 18:00 today.",
    "You have saved nothing yet.", "I can take it off your list of appointments.",
)  # fmt: skip


@pytest.mark.parametrize("text", PROMOTIONS)
@pytest.mark.parametrize("purpose", ["reply", "service", "mandated"])
def test_promotion_stands_only_in_marketing(text: str, purpose: Purpose) -> None:
    assert verdict(GUARD, saying(text, purpose), given({})) == "deny"


@pytest.mark.parametrize("text", PLAIN)
def test_an_ordinary_answer_is_no_promotion(text: str) -> None:
    assert promotional(text) is None
    assert verdict(GUARD, saying(text), given({})) == "none"


def test_who_asks_for_offers_is_told_them_and_nobody_else() -> None:
    deal = saying(PROMOTIONS[0])
    assert verdict(GUARD, deal, given(before(asked=True))) == "none"
    assert verdict(GUARD, replace(deal, purpose="mandated"), given(before(asked=True))) == "deny"
    assert verdict(GUARD, replace(deal, purpose="service"), given(before(asked=True))) == "deny"
    assert asks_for_offers("do you have any specials for students?")
    assert not asks_for_offers("can I come on Friday at 3?")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{NAME}: 20% off colour. Reply STOP to opt out.", "none"),
        ("20% off colour. Reply STOP to opt out.", "deny"),
        (f"{NAME}: 20% off colour.", "deny"),
        (f"{NAME}: come in from the bus stop.", "deny"),
    ],
)
def test_a_campaign_says_who_and_how_to_stop(text: str, expected: str) -> None:
    assert verdict(GUARD, saying(text, "marketing"), given({})) == expected


def test_the_first_text_in_days_says_who_writes() -> None:
    stranger = {**OLD, **before(introduced=False)}
    assert verdict(GUARD, saying("Your table is ready", "service"), given(stranger)) == "deny"
    assert verdict(GUARD, saying(f"{NAME}: it is ready", "service"), given(stranger)) == "none"
    assert verdict(GUARD, saying("Your table is ready", "service"), given({**OLD, **before()})) == "none"
    assert verdict(GUARD, saying("Your table is ready"), given(before(introduced=False))) == "none"
    assert verdict(GUARD, saying("It is ready", "service", "web"), given(stranger)) == "none"


@pytest.mark.parametrize("name", ["clinic", "dentist"])
def test_what_a_clinic_begins_names_no_health_details(name: str) -> None:
    detail = saying(f"{NAME}: your root canal is tomorrow at 2 pm.", "service")
    assert verdict(GUARD, detail, given(OLD, sector(name))) == "deny"
    assert verdict(GUARD, detail, given(OLD)) == "none"
    plain = saying(f"{NAME}: your appointment is tomorrow at 2 pm.", "service")
    assert verdict(GUARD, plain, given(OLD, sector(name))) == "none"
    assert verdict(GUARD, saying("A root canal costs $900."), given({}, sector(name))) == "none"
    assert verdict(GUARD, saying("Hello", "reply", "whatsapp"), given({}, sector(name))) == "deny"
    assert verdict(GUARD, saying("Hello", "reply", "whatsapp"), given({})) == "none"


def test_other_tools_say_nothing() -> None:
    assert verdict(GUARD, booking_of(), given({})) == "none"


def test_promotional_sentences_are_taken_out() -> None:
    assert unpromoted(PROMOTIONS[0]) == "Yes, Friday at 3 works."
    assert health_detail("See you tomorrow at 2") is None and health_detail("Your MRI is ready") == "mri"
