"""The details in one part of a turn: service, staff, day and time, people, name, contact."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from domain.reading import Act, Listening, Said
from domain.when import When, read_when
from graphs.readers.names import services_in, staff_in
from graphs.readers.parts import Part
from graphs.readers.person import contact_in, name_in, party_in, who_in

_ANYONE: Final = re.compile(
    r"\b(?<!is )(?:any ?one|any ?body|whoever|who ?ever|any (?:stylist|barber|of them|person|staff)"
    r"|either of them|no preference"
    r"|(?:don't|do not|doesn't) (?:mind|care|matter) (?:who|which)|first available)\b(?! (?:else"
    r"|different|other|more|know))"
)
_ANY_TIME: Final = re.compile(
    r"\b(?:any ?time|whenever|any day|as soon as possible|asap|(?:first|next) available|the (?:earliest|soonest)"
    r"|soonest|earliest(?: possible)?|when(?:ever)? you(?:'re| are) free)\b",
    re.IGNORECASE,
)

_BARE_HOUR: Final = re.compile(
    r"\b(?:but|do|make it|have|try|rather|prefer) (\d{1,2})(?=\W*$|[?.!,]| (?:instead|please|works)\b)", re.IGNORECASE
)

_HOUR_INSTEAD: Final = re.compile(
    r"^\W*(?:(?:no|nope|wait|actually|sorry|um|oh|or|make it|i mean|rather)\W+)+(?:at )?(\d{1,2})\W*$", re.IGNORECASE
)

_MOST_WORDS: Final = 200


@dataclass(frozen=True, slots=True)
class Details:
    """What one part tells, each value in the customer's words or as listed."""

    services: tuple[str, ...] = ()
    staff: str | None = None
    when_words: str | None = None
    party: int | None = None
    name: str | None = None
    contact: str | None = None
    who: str | None = None

    def __bool__(self) -> bool:
        return bool(
            self.services or self.staff or self.when_words or self.party or self.name or self.contact or self.who
        )

    def said(self, act: Act, quote: str, *, task: str | None = None, question: str | None = None) -> Said:
        """Return these details as one thing said."""
        return Said(
            act=act,
            task=task,
            question=question,
            quote=quote[:400],
            service=self.services[0] if self.services else None,
            staff=self.staff,
            when_words=self.when_words,
            party=self.party,
            name=self.name,
            contact=self.contact,
            who=self.who,
        )


def details(part: Part, listening: Listening) -> Details:
    """Return the details told in a part; a phone number is never read as a time."""
    contact = contact_in(part.raw)
    rest = part.raw.replace(contact, " ") if contact else part.raw
    staff = staff_in(rest, listening.staff)
    name = name_in(part.raw)
    if name is not None and name.split()[0] in {s.split()[0] for s in staff}:
        name = None
    return Details(
        services=services_in(rest, listening.services),
        staff=staff[0] if staff else ("anyone" if listening.staff and _ANYONE.search(part.plain) else None),
        when_words=when_words(rest, listening),
        party=party_in(part.plain),
        name=name,
        contact=contact,
        who=who_in(rest),
    )


def when_words(text: str, listening: Listening) -> str | None:
    """Return the customer's own words about day and time, from the first to the last of them.

    What they mean must survive the cut: where a word outside them matters ("not Friday"), the whole text is returned.
    """
    when = _read(text, listening)
    if when.empty or not when.spans:
        if (hour := _BARE_HOUR.search(text)) and listening.our_act in ("read_back", "offered", "asked_when"):
            return hour[1]
        if (hour := _HOUR_INSTEAD.search(text)) and listening.our_act == "read_back":
            return hour[1]
        any_time = _ANY_TIME.search(text)
        return any_time[0] if any_time else None
    words = text[when.spans[0][0] : max(end for _, end in when.spans)].strip()
    if len(words) > _MOST_WORDS or not _alike(_read(words, listening), when):
        words = text.strip() if len(text.strip()) <= _MOST_WORDS else words[:_MOST_WORDS]
    return words


def _read(text: str, listening: Listening) -> When:
    return read_when(text, listening.now, opens=listening.opens, closes=listening.closes)


def _alike(one: When, other: When) -> bool:
    return replace(one, spans=(), ambiguous=()) == replace(other, spans=(), ambiguous=())
