"""What is heard and what is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

AddressKind = Literal["phone", "email", "web"]
HeardKind = Literal["text", "speech", "keys", "missed_call", "voicemail", "no_recording", "form"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What somebody filled in to be called or texted back; `phone` is in E.164.

    `consent` is the wording beside the number that they agreed to, word by word; empty where they did not.
    """

    name: str
    phone: str
    consent: str = ""
    page: str = ""  # the site it was filled in on


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Something that reached us, already verified and translated by its channel.

    `provider_id` with `event` is what duplicates are recognised by; `session` is the call or browser session, `media`
    are pictures and other files that came with it: where each lies, after its type. `outcome` says how a call ended,
    `carrier_word` is STOP, START or HELP where the carrier read and answered such a word itself (Twilio's OptOutType).
    """

    channel: str
    kind: HeardKind
    address_kind: AddressKind
    address: str
    text: str
    provider: str
    provider_id: str
    event: str = "received"
    session: str | None = None
    at: datetime | None = None
    media: tuple[str, ...] = ()
    outcome: str = ""
    carrier_word: str = ""
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Receipted:
    """What hearing committed: the message's id, the contact, and whether it was new."""

    message: str
    contact: str
    new: bool


@dataclass(frozen=True, slots=True)
class Words:
    """What is delivered to a customer."""

    text: str
    options: tuple[str, ...] = ()
    message: str = ""  # the row they stand in, where a channel must know


@dataclass(frozen=True, slots=True)
class Sent:
    """The effect happened; `facts` go into the receipt (a message sid, a refund id)."""

    facts: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can tell whether the effect happened."""

    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The other side said no; trying again would not help."""

    why: str
    code: str = ""


Delivery = Sent | Unknown | Refused
