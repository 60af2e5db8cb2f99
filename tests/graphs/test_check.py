"""The last look: a claim needs its receipt, and what a business states in general is no claim."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rehearsal import PACK, altered_pack, opened

from compose import load_pack
from domain.settings import Section
from graphs.check import UNBACKED, checked

POLICY = "Deposits are refunded within 5 days. Appointments that nobody confirmed are cancelled after an hour."
SALON = replace(
    load_pack(PACK),
    knowledge=(Section("knowledge/about.md", "Deposits", POLICY), Section("knowledge/a.md", "B", "Yes")),
)
OURS = (POLICY, "Deposits are refunded within 5 days.", f"Our rules: {POLICY}", f"Let me see.  {POLICY}")
CLAIMS = (
    "Your deposit is refunded.",
    "Good news! Deposits are refunded.",
    "Deposits are refunded within 5 days, and yours is refunded now.",
    "Deposits are refunded within 5 days. Your deposit is refunded.",
    "Your appointment is cancelled: Deposits are refunded within 5 days.",
    "Your deposit and all Deposits are refunded within 5 days.",
    "You're booked. Yes",
    "Your deposit is re<b>funded",
)


@pytest.mark.parametrize("text", OURS)
def test_what_the_knowledge_says_word_for_word_stays(text: str) -> None:
    assert checked(text, SALON, backed=False).text == " ".join(text.split())


@pytest.mark.parametrize("text", CLAIMS)
def test_a_claim_without_a_receipt_is_replaced_beside_any_knowledge(text: str) -> None:
    assert checked(text, SALON, backed=False).text == UNBACKED
    assert checked(text, SALON, backed=True).text != UNBACKED


async def test_a_customer_hears_the_policy_about_refunds(tmp_path: Path) -> None:
    def stated(text: str) -> str:
        return text.replace("We take cash, all major", "Payments by mistake are refunded within 5 days. We take all")

    pack = altered_pack(tmp_path / "pack", "knowledge/about.md", stated)
    async with opened(tmp_path / "home", pack=pack) as salon:
        assert "are refunded within 5 days" in " ".join(await salon.says("how can I pay?"))


SAID_OTHERWISE = (
    "Great, your party has been successfully booked at the venue on Friday!",
    "Excellent, the viewing is scheduled now!",
    "OK, I've successfully completed this booking for you!",
    "Your flight is now reserved.",
    "Your refund has been submitted.",
    "I've got you booked for Friday.",
)
NO_CLAIMS = (
    "I am sorry, we are booked out then.",
    "Friday is fully taken.",
    "Would you like it booked?",
    "I have reserved it for you until a person confirms it.",
)


@pytest.mark.parametrize("text", SAID_OTHERWISE)
def test_claims_in_other_words_need_a_receipt_too(text: str) -> None:
    assert checked(text, SALON, backed=False).text == UNBACKED


@pytest.mark.parametrize("text", NO_CLAIMS)
def test_what_claims_nothing_stays(text: str) -> None:
    assert checked(text, SALON, backed=False).text == text
