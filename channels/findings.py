"""What Twilio's Event Streams tell of numbers: that one was given to somebody else."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.errors import BadInput
from domain.message import Reassigned
from domain.phone import is_e164

# www.twilio.com/docs/events/event-types/messaging/compliance-toolkit, read 2026-11-28; the name with "compliance" is
# in older texts.
REASSIGNED = (
    "com.twilio.messaging.reassigned-number.detected",
    "com.twilio.messaging.compliance.reassigned-number.detected",
)


class Finding(BaseModel):
    """What the event says of a number."""

    model_config = ConfigDict(strict=True)

    account_sid: str
    to_number: str
    is_reassigned: bool


class Event(BaseModel):
    """A CloudEvent, as far as it matters here."""

    id: str = Field(min_length=1, max_length=128)
    type: str
    data: Any = None


def reassigned(body: Any, account: str) -> list[Reassigned]:
    """The numbers of an account that are somebody else's now, from one event or a list of them.

    Events of other kinds and other accounts are passed over; `BadInput` where the body holds no events, or one that
    names no number.
    """
    try:
        events = [Event.model_validate(one) for one in (body if isinstance(body, list) else [body])]
        found = [(e.id, Finding.model_validate(e.data)) for e in events if e.type in REASSIGNED]
    except ValidationError as problem:
        raise BadInput("this is no event that can be read") from problem
    ours = [(event, finding) for event, finding in found if finding.account_sid == account and finding.is_reassigned]
    if any(not is_e164(finding.to_number) for _, finding in ours):
        raise BadInput("this event names no telephone number")
    return [Reassigned(provider="twilio", provider_id=event, number=finding.to_number) for event, finding in ours]
