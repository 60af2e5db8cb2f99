"""What a wish to be left alone does to the records; the same for keywords, phrases, readers, staff and carriers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import records.contacts
from graphs.effects import Deps
from guards.optout import revokes
from records import consents, obligations
from records.database import Tx
from records.obligations import Owed

ADDRESS_KINDS = {"sms": "phone", "call": "phone", "email": "email", "web": "web"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """Who wished it where; `evidence` is the message or turn, `detector` says which layer and rule understood it."""

    contact: str | None
    channel: str
    address: str
    evidence: str
    method: str
    actor: str = "customer"
    detector: Mapping[str, str] | None = None


def revoke(tx: Tx, deps: Deps, wished: Wished, *, scope: str, here_only: bool = False) -> str | None:
    """Revoke what the scope names at every address of the person; the first entry that was new, if any was.

    A chat is left alone only where the wish was said: nothing there comes uninvited. With `here_only` it is about the
    address alone, whoever we thought was behind it.
    """
    business, now = deps.pack.business.id, deps.clock.now()
    first: str | None = None
    for channel, named in revokes(scope).items():
        purpose = "all" if channel == wished.channel == "email" and scope == "texts" else named  # "stop mailing me"
        for address in _addresses(tx, wished, channel, here_only=here_only):
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


def hand_on(tx: Tx, deps: Deps, wished: Wished) -> tuple[bool, str | None]:
    """A number is somebody else's: nothing more goes there, it leaves its contact, and staff are told.

    Whether it was revoked only now, and whose it is from now on.
    """
    business, now = deps.pack.business.id, deps.clock.now()
    new = revoke(tx, deps, wished, scope="all", here_only=True)
    if wished.contact is None:
        return new is not None, None
    detail = "The number we have is somebody else's: ask this customer for the right one."
    owed = Owed(kind="wish", cause=f"{wished.evidence}:wish", contact=wished.contact, due=now, detail=detail)
    obligations.open_one(tx, business, owed, now=now)
    kind = ADDRESS_KINDS[wished.channel]
    if records.contacts.find(tx, business, kind=kind, value=wished.address) != wished.contact:
        return new is not None, wished.contact
    return new is not None, records.contacts.detach(tx, business, kind=kind, value=wished.address, now=now)


def _addresses(tx: Tx, wished: Wished, channel: str, *, here_only: bool) -> Iterator[str]:
    """The address that was spoken from, where the channel uses it, and the person's others of that kind."""
    spoken_from = ADDRESS_KINDS.get(wished.channel) == ADDRESS_KINDS.get(channel)
    if spoken_from:
        yield wished.address
    if channel != "web" and wished.contact is not None and not here_only:
        for kind, value in records.contacts.addresses(tx, wished.contact):
            if kind == ADDRESS_KINDS.get(channel) and not (spoken_from and value == wished.address):
                yield value
