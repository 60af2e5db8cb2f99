"""What a salon's reader listens for, for the tests of the phrasebook."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from domain.reading import Listening, Named, OurAct, Reading
from graphs.readers.phrasebook import read

NOW = datetime(2026, 11, 18, 10, tzinfo=ZoneInfo("America/New_York"))
SERVICES = (
    Named("Haircut", ("cut", "hair cut", "trim")),
    Named("Colour", ("color", "dye", "roots")),
    Named("Balayage", ("highlights",)),
    Named("Blow-dry", ("blow dry",)),
    Named("Bridal hair"),
)
STAFF = (Named("Ana", ("anna",)), Named("Ben", ("benny",)), Named("Will"))
OPTIONS = ("Tue 24 Nov, 10:30 with Ana", "Tue 24 Nov, 15:00 with Ben")
READ_BACK = "Haircut with Ana, Tuesday 24 November 2026, 10:30, $45. Shall I book it?"


def listening(our_act: OurAct = "none", **more: Any) -> Listening:
    """Return the salon's listening after one of our acts, with options or a read-back where it has them."""
    known: dict[str, Any] = {"offered": {"offered": OPTIONS}, "read_back": {"confirming": READ_BACK}}.get(our_act, {})
    return Listening(
        now=NOW,
        our_act=our_act,
        services=SERVICES,
        staff=STAFF,
        opens=time(9),
        closes=time(18),
        **{**known, **more},
    )


def hear(text: str, our_act: OurAct = "none") -> Reading:
    """Return what the phrasebook reads at the salon."""
    return read(text, listening(our_act))


def acts(reading: Reading) -> list[str]:
    """Return the acts in order, a request by its task."""
    return [said.task or said.act if said.act == "request" else said.act for said in reading.said]
