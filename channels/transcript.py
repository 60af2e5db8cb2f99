"""A visitor's conversation as a text file, in the business's zone."""

from __future__ import annotations

import records.contacts
from channels.following import speaker
from channels.reception import Reception
from domain.clock import from_ms
from domain.settings import Business
from records import messages
from records.database import Tx

LONGEST = 5_000  # messages
_WHO = {"customer": "You", "assistant": "Assistant", "staff": "Staff"}


def transcript(tx: Tx, reception: Reception, session: str) -> str:
    """All that the page has shown, one paragraph a message, the newest messages where there are very many."""
    business = reception.pack.business
    contact = records.contacts.find(tx, business.id, kind="web", value=session)
    shown = messages.thread(tx, contact, limit=LONGEST, visible=True) if contact else []
    head = f"Your conversation with {business.name}. Times are those of {business.zone}."
    return "\n\n".join([head, *(_paragraph(business, m) for m in shown)]) + "\n"


def _paragraph(business: Business, message: messages.Message) -> str:
    at = business.local(from_ms(message.at))
    other = f" ({message.channel})" if message.channel != "web" else ""
    return f"{at:%Y-%m-%d %H:%M} {_WHO[speaker(message)]}{other}:\n{message.text}"
