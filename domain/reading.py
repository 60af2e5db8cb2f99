"""What a reader (a model or the phrasebook) understood of one customer turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Act = Literal[
    "request",  # wants a task done: book, move, cancel, refund, a person ...
    "inform",  # gives a detail: a service, a day, a time, a name
    "affirm",  # yes to what we asked
    "negate",  # no to what we asked
    "ask",  # a question about the business
    "alternatives",  # wants other options than those offered
    "choose",  # picks one of the options offered
    "greet",
    "thanks",
    "bye",
    "repeat",  # did not catch what we said
    "unclear",
]
OurAct = Literal[
    "none",  # nothing said yet in this conversation
    "greeted",
    "asked_service",
    "asked_when",
    "asked_detail",  # any other detail of a form: name, phone, party, reason ...
    "asked_code",
    "offered",  # options are on the table
    "read_back",  # asked to confirm an action
    "proposed_task",  # "would you like to book it?"
    "asked_anything_else",
    "told_done",
    "told_failed",
    "answered",
]
ContactWish = Literal["stop_all", "stop_marketing", "stop_calls", "start", "help"]
MAX_TEXT = 4_000


class Said(BaseModel):
    """One thing a customer said, with the words it rests on (`quote`); values are the customer's own words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    act: Act = Field(description="what the words do")
    task: str | None = Field(
        default=None,
        max_length=40,
        description="book, move, cancel, check, refund, order, quote, lead, human, find ...",
    )
    who: str | None = Field(default=None, max_length=120, description="the person it is for, if somebody else")
    service: str | None = Field(
        default=None, max_length=120, description="the service, in the customer's words or a listed name"
    )
    staff: str | None = Field(default=None, max_length=120, description="the member of staff wished for, or 'anyone'")
    when_words: str | None = Field(default=None, max_length=200, description="the words about day and time, copied")
    party: int | None = Field(default=None, ge=1, le=99, description="how many people")
    items: list[str] = Field(default_factory=list, max_length=20, description="things ordered")
    name: str | None = Field(default=None, max_length=80, description="the customer's name")
    contact: str | None = Field(default=None, max_length=120, description="a phone number or e-mail address, copied")
    question: str | None = Field(default=None, max_length=400, description="the question asked, copied")
    choice: int | None = Field(
        default=None, ge=1, le=20, description="the number of the option chosen, 1 for the first"
    )
    quote: str = Field(default="", max_length=400, description="the words this rests on, copied from the text")


class Reading(BaseModel):
    """All that was said in one turn, in order; the first entry is the main one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    said: list[Said] = Field(default_factory=list, max_length=8)
    contact_wish: ContactWish | None = None
    unclear: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A service or member of staff by name, with the other words customers use for it."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listening:
    """What a reader must know to understand a turn: our own last act is worth 13 points of accuracy.

    `now` is aware and in the business's zone; `opens`/`closes` are the local hours that decide what "at 8" means.
    """

    now: datetime
    our_act: OurAct = "none"
    offered: tuple[str, ...] = ()
    confirming: str | None = None
    services: tuple[Named, ...] = ()
    staff: tuple[Named, ...] = ()
    opens: time = time(8)
    closes: time = time(21)
    tasks: tuple[str, ...] = field(default=("book", "move", "cancel", "check", "refund", "lead", "human"))
