"""ConversationRelay's messages (Twilio's reference, read 2026-11-22): what comes is read leniently, what leaves is held
to the documented keys."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

LONGEST = 64 * 1024  # characters of a message; Twilio's are far smaller


class Incoming(BaseModel):
    """What Twilio says; keys that it adds later are no error."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Setup(Incoming):
    """The first message of a connection; a second one with the same call is a connection that was made again."""

    type: Literal["setup"]
    callSid: str = Field(pattern=r"^CA\w{6,64}$")
    accountSid: str = ""
    caller: str = Field(default="", alias="from", max_length=64)
    customParameters: dict[str, str] = {}


class Prompt(Incoming):
    """What the caller said; `last` is false while they are still speaking."""

    type: Literal["prompt"]
    voicePrompt: str
    last: bool = True


class Interrupt(Incoming):
    """The caller spoke over us; the time comes as a number or as digits."""

    type: Literal["interrupt"]
    utteranceUntilInterrupt: str = ""
    durationUntilInterruptMs: int = Field(default=0, ge=0)


class Pressed(Incoming):
    """A key."""

    type: Literal["dtmf"]
    digit: str = Field(pattern=r"^[0-9*#A-D]$")


class Info(Incoming):
    """What the relay tells of itself; `tokensPlayed` says which of our words the caller has heard by now."""

    type: Literal["info"]
    name: str = Field(default="", max_length=64)
    value: str = ""


class Trouble(Incoming):
    """The relay could not use what we said (64107) or lost what it needs; its description may quote anybody."""

    type: Literal["error"]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Noted:
    """What is written down and not acted on: messages we do not know or cannot read."""

    kind: str


Known = Setup | Prompt | Interrupt | Pressed | Info | Trouble
Message = Known | Noted
_READ: dict[str, type[Known]] = {
    "setup": Setup,
    "prompt": Prompt,
    "interrupt": Interrupt,
    "dtmf": Pressed,
    "info": Info,
    "error": Trouble,
}


def read(raw: str) -> Message:
    """The message in a text frame; nothing in it can raise."""
    try:
        found = json.loads(raw) if len(raw) <= LONGEST else None
    except (ValueError, RecursionError):
        return Noted("unreadable")
    kind = found.get("type") if isinstance(found, dict) else None
    if not isinstance(kind, str) or kind not in _READ:
        return Noted(kind if kind == "configUpdated" else "unknown")
    try:
        return _READ[kind].model_validate(found)
    except ValidationError:
        return Noted(f"bad {kind}")


def joined(before: str, new: str) -> str:
    """What is told in pieces, or each time longer, as one text."""
    new = new.strip()
    return (new if new.startswith(before) else f"{before} {new}".strip())[:LONGEST]


def whole(sentences: Sequence[str], played: str) -> int:
    """How many of the sentences, from the first on, were played to their end."""
    left, count = " ".join(played.split()).casefold(), 0
    for sentence in sentences:
        known = " ".join(sentence.split()).casefold()
        if not left.startswith(known):
            break
        left, count = left[len(known) :].lstrip(), count + 1
    return count


class Outgoing(BaseModel):
    """What we say; an unknown key would be refused with error 64107, so it is refused here."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Outgoing):
    """Words to speak; the last of a turn closes it."""

    type: Literal["text"] = "text"
    token: Annotated[str, Field(max_length=4096)]
    last: bool = False


class End(Outgoing):
    """The end of the session; what is handed over is a string, and Twilio gives it to the `action` as `HandoffData`."""

    type: Literal["end"] = "end"
    handoffData: Annotated[str, Field(max_length=1000)]


def text(words: str, *, last: bool = False) -> str:
    """A text message without control characters."""
    spoken = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Co") else c for c in words)
    return Text(token=spoken[:4096], last=last).model_dump_json()


def end(handing_over: Mapping[str, Any]) -> str:
    """The message that ends a session."""
    return End(handoffData=json.dumps(dict(handing_over), separators=(",", ":"))).model_dump_json()
