"""What a wish to be left alone does to the records; the same for keywords, phrases, readers, staff and carriers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import records.contacts
from graphs.effects import Deps
from guards.optout import revokes
from records import consents
from records.database import Tx

ADDRESS_KINDS = {"sms": "phone", "call": "phone", "email": "email", "web": "web"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """Who wished it where; `evidence` is the message or turn, `detector` says which layer and rule understood it."""

    contact: str
    channel: str
    address: str
    evidence: str
    method: str
    actor: str = "customer"
    detector: Mapping[str, str] | None = None


def revoke(tx: Tx, deps: Deps, wished: Wished, *, scope: str) -> str | None:
    """Revoke what the scope names at every address of the person; the first entry that was new, if any was.

    A chat is left alone only where the wish was said: nothing there comes uninvited.
    """
    business, now = deps.pack.business.id, deps.clock.now()
    first: str | None = None
    for channel, named in revokes(scope).items():
        purpose = "all" if channel == wished.channel == "email" and scope == "texts" else named  # "stop mailing me"
        for address in _addresses(tx, wished, channel):
            standing = consents.standing(tx, business, address, channel=channel)
            new = standing.revocation("service" if purpose == "all" else purpose) is None
            entry = consents.Entry(
                business=business, contact=wished.contact, address=address, channel=channel, purpose=purpose,
                act="revoke", method=wished.method, evidence=wished.evidence, actor=wished.actor,
                detector=wished.detector,
            )  # fmt: skip
            made = consents.add(tx, entry, now)
            first = first or (made if new else None)
    return first


def _addresses(tx: Tx, wished: Wished, channel: str) -> Iterator[str]:
    """The address that was spoken from, where the channel uses it, and the person's others of that kind."""
    spoken_from = ADDRESS_KINDS.get(wished.channel) == ADDRESS_KINDS.get(channel)
    if spoken_from:
        yield wished.address
    if channel != "web":
        for kind, value in records.contacts.addresses(tx, wished.contact):
            if kind == ADDRESS_KINDS.get(channel) and not (spoken_from and value == wished.address):
                yield value
