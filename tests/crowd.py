"""Many people who agreed to offers, at the example salon, and what became of a campaign to them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from rehearsal import Salon
from sqlalchemy import text

import records.contacts
from domain.action import Action
from domain.campaign import CampaignFile
from domain.clock import from_ms
from records import campaigns, consents
from records.consents import Entry
from records.database import Scope, Tx
from records.disclosures import Disclosure
from records.staff_answers import StaffAnswer
from workers.campaigns import plan

OFFER = "{business}: new autumn colors are in. Reply STOP to opt out."
WORDS = "Willow & Co Hair: new autumn colors are in. Reply STOP to opt out."
SHOWN = Disclosure("I agree to get offers by text. No condition of purchase.", "1", "en")
AUTUMN = CampaignFile(name="autumn", text=OFFER)


def number(n: int, area: str = "212") -> str:
    """The n-th number of an area."""
    return f"+1{area}{2000000 + n:07d}"


def opt_in(salon: Salon, *numbers: str, shown: Disclosure | None = SHOWN) -> list[str]:
    """People who agreed to offers yesterday; their contacts."""
    business, now = salon.app.pack.business.id, salon.clock.now()

    def work(tx: Tx) -> list[str]:
        found = []
        for one in numbers:
            contact = records.contacts.ensure(tx, business, kind="phone", value=one, now=now)
            entry = Entry(
                business=business, contact=contact, address=one, channel="sms", purpose="marketing", act="grant",
                method="web_form", evidence=f"form:{one}", actor="customer", disclosure=shown,
            )  # fmt: skip
            consents.add(tx, entry, now - timedelta(days=1))
            found.append(contact)
        return found

    return salon.app.database.write_now(Scope(business), work)


def planned(salon: Salon, wanted: CampaignFile = AUTUMN) -> Action:
    """A campaign that waits for staff."""
    return salon.app.database.write_now(
        Scope(salon.app.pack.business.id), lambda tx: plan(tx, salon.app.deps, wanted, by="kim")
    )


async def approved(salon: Salon, wanted: CampaignFile = AUTUMN) -> str:
    """A campaign that staff approved; its id."""
    card = planned(salon, wanted)
    await salon.app.runner._one()  # its thread comes to wait for staff
    said = StaffAnswer(kind="approve", by="staff:kim", args_hash=card.args_hash)
    assert await salon.app.submit(card.id, said) is not None
    return str(card.args["campaign"])


def state(salon: Salon, campaign: str) -> str:
    """How a campaign stands."""
    found = salon.app.database.read_now(lambda tx: campaigns.load(tx, campaign))
    assert found is not None
    return found.state


def fates(salon: Salon, campaign: str) -> dict[str, int]:
    """What became of its people."""
    return salon.app.database.read_now(lambda tx: campaigns.fates(tx, campaign))


def got(salon: Salon) -> Counter[str]:
    """How many texts of the campaign each number got."""
    return Counter(one["to"] for one in salon.carrier.texts() if one["body"] == WORDS)


def due(salon: Salon) -> list[Any]:
    """When the campaign's people who wait are tried again."""
    query = text("SELECT due_at FROM campaign_person WHERE state = 'waiting' ORDER BY due_at")
    return [from_ms(row.due_at) for row in salon.app.database.read_now(lambda tx: tx.execute(query).all())]


def renamed(wanted: CampaignFile, **changed: Any) -> CampaignFile:
    """The same campaign with something changed."""
    return wanted.model_copy(update=changed)
