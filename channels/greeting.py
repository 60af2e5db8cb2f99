"""The first words on a call: who speaks and, where the states of both ends want it, that the call is kept."""

from __future__ import annotations

from dataclasses import dataclass

import records.contacts
from channels.reception import Reception
from channels.twiml import Recorded
from domain.phone import is_e164
from domain.settings import Pack
from guards.areas import area
from guards.notices import Notice, on_call
from guards.zones import Evidence, place_of
from records import preferences
from records.database import Tx

SHORT, AGAIN = "call.greeting.one_party", "call.greeting.within"
NOWHERE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Greeting:
    """What is said first, and the recording that begins after it, if any."""

    words: str
    record: Recorded | None


def notice_to(tx: Tx, pack: Pack, caller: str, *, vouched: str) -> Notice:
    """What this caller must be told, by the same evidence of where they are as quiet hours go by.

    A caller without a number, or with one that its carrier calls forged, may be anywhere.
    """
    business = pack.business
    home = area(business.phone)
    if not is_e164(caller) or vouched == "failed" or home is None:
        return on_call(NOWHERE, NOWHERE, recorded=business.record_calls)
    contact = records.contacts.find(tx, business.id, kind="phone", value=caller)
    evidence = Evidence(
        number=caller, confirmed=preferences.of(tx, contact).zone if contact else None,
        address=records.contacts.load(tx, contact).zone if contact else None, business_zone=business.zone,
        business_number=business.phone, visited=business.sector != "home_services",
    )  # fmt: skip
    return on_call(place_of(evidence).states, home.states, recorded=business.record_calls)


def greeting(reception: Reception, notice: Notice, *, callback: str) -> Greeting:
    """The words for a notice; a business that wrote no shorter ones says the full ones to everybody."""
    wording = reception.pack.wording
    short = not notice.kept and SHORT in wording
    words = reception.line(SHORT if short else "call.greeting")
    if not reception.pack.business.record_calls:
        return Greeting(words, None)
    again = reception.line(AGAIN if AGAIN in wording else "call.greeting") if notice.within else ""
    return Greeting(words, Recorded(reception.address(callback), again))
