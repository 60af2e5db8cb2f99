"""What is heard and what is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

AddressKind = Literal["phone", "email", "web"]
# What is to be done about an error of a carrier: the channel's own dated table says which, the workers do it.
#   staff       a person looks at it
#   revoke      the recipient opted out there
#   later       nothing was taken: the same again in a moment
#   again       the phone was not reached: twice more, hours apart, then a person calls
#   reschedule  the carrier keeps quiet hours of its own: submit it again soon
#   untextable  this number takes no texts: call instead
#   brake       our number may not send: what we begin stops
#   operator    settings at the carrier are wrong
#   block       abuse: nothing goes to this number any more
Remedy = Literal["staff", "revoke", "later", "again", "reschedule", "untextable", "brake", "operator", "block"]
ALARM = "alarm"  # the status of a report that is about no message: something is wrong at the carrier, or between us
HeardKind = Literal["text", "speech", "keys", "missed_call", "voicemail", "no_recording", "form", "forget"]


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
    """What is delivered to a customer; `media` are addresses of pictures, `until` (milliseconds UTC) ends its use."""

    text: str
    options: tuple[str, ...] = ()
    message: str = ""  # the row they stand in, where a channel must know
    media: tuple[str, ...] = ()
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The effect happened; `facts` go into the receipt (a message sid, a refund id).

    `provider` is who took it, where it reports later what became of it (`Report`).
    """

    facts: dict[str, str | int] = field(default_factory=dict)
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can tell whether the effect happened."""

    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The other side said no, and did nothing; `remedy` is what may help."""

    why: str
    code: str = ""
    remedy: Remedy = "staff"


Delivery = Sent | Unknown | Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a carrier says later about something it took: its own word and error code, and what they mean to us.

    `rank` tells how far a status is: reports come late, twice and out of order, and only a higher one moves anything.
    `state` is the message's new state, empty where the carrier's word is unknown. `action` is whose message it is,
    where the carrier was told.
    """

    provider: str
    provider_id: str
    status: str
    rank: int
    state: Literal["", "sent", "delivered", "undelivered", "failed"]
    code: str = ""
    meaning: str = ""
    remedy: Remedy = "staff"
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassigned:
    """A carrier found that a number (E.164) is another person's now; `provider_id` is the id of its finding."""

    provider: str
    provider_id: str
    number: str
