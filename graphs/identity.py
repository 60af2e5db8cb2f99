"""Who writes: a text that we begin says our name, and the very first one how to stop them."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.action import Purpose
from domain.clock import from_ms
from domain.settings import Pack
from guards.promotion import tells_opt_out
from records import messages
from records.database import Tx

SILENCE = timedelta(days=1)
PROMPT = timedelta(minutes=30)
WAY_OUT = "Reply STOP to opt out."


def identified(tx: Tx, pack: Pack, text: str, *, contact: str, now: datetime) -> str:
    """The text with the business's name before it, where nothing of ours reached the contact for a day."""
    if messages.texted_since(tx, contact, "sms", since=now - SILENCE):
        return text
    name = pack.business.name
    said = text if name.casefold() in text.casefold() else f"{name}: {text}"
    first = not messages.texted_since(tx, contact, "sms", since=from_ms(0))
    return f"{said} {WAY_OUT}" if first and not tells_opt_out(said) else said


def begins(tx: Tx, purpose: Purpose, *, contact: str, now: datetime) -> bool:
    """Whether a text of ours begins: a service message always, a reply that comes late."""
    if purpose != "reply":
        return purpose == "service"
    last = messages.last_heard(tx, contact)
    return last is None or now - from_ms(last.at) > PROMPT
