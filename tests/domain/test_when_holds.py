"""What must hold for any text at all: no past day, the weekday that was named, no crash, no slow pattern."""

from __future__ import annotations

import datetime as dt
import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar.words import MONTHS, WEEKDAYS, plain
from domain.when import read_when

ZONE = ZoneInfo("Europe/London")
START = dt.datetime(2020, 1, 1, tzinfo=ZONE)
MOMENTS = st.integers(0, 20 * 365 * 24 * 60).map(lambda minutes: START + dt.timedelta(minutes=minutes))
WORDS = st.sampled_from(
    (
        *WEEKDAYS,
        *MONTHS,
        *"next this last week weekend month the of in on at to from between and or not after before by".split(),
        *"1st 2 3 4th 9 12 29 31st 5pm 3:30 10-12 3/4 2026-02-29 2025-13-45 9999-12-31 0 24 25:61 half quarter".split(),
        *"tomorrow today tonight yesterday asap end early late days weeks ago fortnight change instead first".split(),
        *"second one a past noon am , . ? ! - / : @ & ' \ue000 \ue001 \ue002 \u0130 \u00a0 ½ ² ٣".split(),
    )
)
SENTENCES = st.lists(WORDS, max_size=14).map(" ".join) | st.lists(WORDS, max_size=14).map("".join)


@settings(max_examples=400, deadline=None)
@given(text=SENTENCES, now=MOMENTS)
def test_no_day_before_today_and_spans_inside_the_text(text: str, now: dt.datetime) -> None:
    when = read_when(text, now)
    if when.date:
        assert when.date >= now.date()
        assert when.date_to is None or when.date_to >= when.date
    for doubt in when.ambiguous:
        assert doubt.words in text
        assert len(doubt.options) > 1
        assert list(doubt.options) == sorted(set(doubt.options))
        if doubt.kind in ("day", "order"):
            assert all(dt.date.fromisoformat(option) >= now.date() for option in doubt.options)
            assert str(when.date) in doubt.options
    ends = [0, *(place for span in when.spans for place in span), len(text)]
    assert ends == sorted(ends)
    assert all(start < end for start, end in when.spans)


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=200), now=MOMENTS)
def test_no_text_makes_it_raise(text: str, now: dt.datetime) -> None:
    read_when(text, now)


@given(weekday=st.integers(0, 6), now=MOMENTS, lead=st.sampled_from(("", "this ", "next ", "on ", "how about ")))
def test_a_weekday_alone_falls_on_that_weekday(weekday: int, now: dt.datetime, lead: str) -> None:
    when = read_when(lead + WEEKDAYS[weekday], now)
    assert when.date is not None
    assert when.date.weekday() == weekday
    assert when.date <= now.date() + dt.timedelta(days=13)


@given(now=MOMENTS, ahead=st.integers(0, 365))
def test_every_way_to_write_a_date_names_the_same_day(now: dt.datetime, ahead: int) -> None:
    day = now.date() + dt.timedelta(days=ahead)
    if (day.month, day.day) == (2, 29) or day.replace(year=day.year - 1) >= now.date():
        return
    month = MONTHS[day.month - 1]
    ways = (
        str(day),
        f"{month} {day.day}",
        f"{day.day} {month}",
        f"{month[:3]} {day.day}, {day.year}",
        f"{day:%m/%d/%Y}",
    )
    assert {read_when(way, now).date for way in ways} == {day}


@given(hour=st.integers(0, 23), minute=st.integers(0, 59), now=MOMENTS)
def test_every_way_to_write_a_time_names_the_same_time(hour: int, minute: int, now: dt.datetime) -> None:
    said = dt.time(hour, minute)
    twelve, half = hour % 12 or 12, "am" if hour < 12 else "pm"
    ways = (f"{hour:02}:{minute:02}", f"{twelve}:{minute:02}{half}", f"at {twelve}.{minute:02} {half[0]}.m.")
    if hour < 10 or hour > 12:
        assert {read_when(way, now).time for way in ways} == {said}
    assert {read_when(way, now).time for way in ways[1:]} == {said}


def test_places_lead_back_to_the_customers_words() -> None:
    text = "See you  TMRW,twenty-first of Sept. @5'o clock"
    said = plain(text)
    assert said.text == "see you tomorrow,21th of september. at 5 oclock"
    start = said.text.index("21th")
    first, last = said.origin(start, start + len("21th of september"))
    assert text[first:last] == "twenty-first of Sept"


LONG = {
    "words": "please call me about the thing " * 330,
    "days": "friday " * 1500,
    "dates": "march 5 to 9, " * 750,
    "alternatives": "friday or " * 1000,
    "refusals": "not friday, " * 850,
    "times": "at 3 or 4pm " * 850,
    "ranges": "from 2 to 4 " * 850,
    "digits": "1" * 10_000,
    "spaced digits": "1 " * 5_000,
    "dashes": "1-" * 5_000,
    "dots": "1." * 5_000,
    "colons": "1:" * 5_000,
    "brackets": "(1" * 5_000,
    "slashes": "3/" * 5_000,
    "letters": "5 " + "a" * 10_000,
    "spaces": " " * 10_000,
    "signs": "." * 10_000 + "3",
    "ats": "a@" * 5_000,
    "dotted ats": ("a@" + "." * 60) * 160,
    "quotes": "o'" * 5_000,
    "fillers": "not on " + "the on " * 1_400 + "friday",
    "numbers": "twenty " * 1_400,
    "counts": "a couple of " * 830,
    "streets": "12 oak elm " * 900,
    "lines": "\n" * 10_000,
}


@pytest.mark.parametrize("name", LONG)
def test_long_texts_take_time_in_proportion(name: str) -> None:
    text, now = LONG[name][:10_000], dt.datetime(2026, 11, 25, 10, 0, tzinfo=ZONE)
    quarter, whole = (min(_seconds(part, now) for _ in range(2)) for part in (text[: len(text) // 4], text))
    assert whole < 1.0
    assert whole < 12 * quarter + 0.05


def _seconds(text: str, now: dt.datetime) -> float:
    start = time.process_time()
    read_when(text, now)
    return time.process_time() - start
