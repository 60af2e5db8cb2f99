"""A caller who does not want to be recorded: the recording is stopped before anything else is done with their words."""

from __future__ import annotations

import re
from dataclasses import replace

from channels.reception import Reception
from channels.twilio_api import stop_recording
from domain.message import Heard, Receipted, Sent

_OBJECTS = re.compile(
    r"\b(?:don'?t|do not|stop|quit|cease|no|not|without|never|mind|object(?: to)?|turn off|switch off)\b"
    r"(?:\s+[\w']+){0,5}?\s+(?:be(?:ing)? )?record(?:ing|ed|ings)?\b",
    re.IGNORECASE,
)
_FINE = re.compile(r"\b(?:don'?t|do not) mind\b|\bno (?:problem|objection|worries)\b|\bnot a problem\b", re.IGNORECASE)


def objects(text: str) -> bool:
    """Whether somebody says that they do not want to be recorded."""
    plain = text[:1000].replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return bool(_OBJECTS.search(plain)) and not _FINE.search(plain)


async def heard(reception: Reception, said: Heard) -> Receipted:
    """Hear what was said on a call; an objection to being recorded is obeyed first."""
    if said.kind != "speech" or not objects(said.text):
        return await reception.hear(said)
    outcome = "not_recording"
    if reception.pack.business.record_calls and reception.account and said.session:
        stopped = await stop_recording(reception.account, said.session)
        outcome = "stopped" if isinstance(stopped, Sent) else "failed"
    return await reception.hear(replace(said, kind="no_recording", outcome=outcome))
