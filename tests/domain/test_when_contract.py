"""What a reading promises besides the day and time: quoted words, places, opening hours, nothing that is over."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from domain.when import Ambiguity, part_window, read_when

ZONE = ZoneInfo("America/New_York")
NOW = dt.datetime(2026, 11, 25, 10, 0, tzinfo=ZONE)  # a Wednesday
SUNDAY = dt.datetime(2026, 11, 29, 16, 0, tzinfo=ZONE)


def test_an_ambiguity_quotes_the_words() -> None:
    when = read_when("Can I come Next Friday please?", NOW)
    assert when.ambiguous == (Ambiguity("Next Friday", "day", ("2026-11-27", "2026-12-04")),)


def test_spans_are_the_words_that_were_read() -> None:
    text = "Hi \N{GRINNING FACE} Thurs @ 5p, not Fri; party of 3"
    assert [text[start:end] for start, end in read_when(text, NOW).spans] == ["Thurs", "5p", "Fri"]


@pytest.mark.parametrize(
    ("opens", "closes", "expected", "options"),
    [
        (8, 21, 8, ("08:00", "20:00")),
        (9, 21, 20, ()),
        (8, 20, 8, ()),  # nothing starts at closing time
        (9, 20, 20, ()),
        (10, 17, 8, ("08:00", "20:00")),
    ],
)
def test_bare_hours_are_resolved_by_opening_hours(
    opens: int, closes: int, expected: int, options: tuple[str, ...]
) -> None:
    when = read_when("at 8", NOW, opens=dt.time(opens), closes=dt.time(closes))
    assert when.time == dt.time(expected)
    assert tuple(option for doubt in when.ambiguous for option in doubt.options) == options


def test_a_reading_that_is_over_today_is_no_option() -> None:
    over = read_when("sunday at 3", SUNDAY)
    assert (over.date, over.ambiguous, over.past) == (dt.date(2026, 12, 6), (), False)
    ahead = read_when("sunday at 5", SUNDAY)
    assert ahead.date == SUNDAY.date()
    assert ahead.ambiguous == (Ambiguity("sunday", "day", ("2026-11-29", "2026-12-06")),)


def test_what_is_left_of_today() -> None:
    assert read_when("this morning", SUNDAY).past
    assert not read_when("this evening", SUNDAY).past
    weekend = read_when("this weekend", SUNDAY)
    assert (weekend.date, weekend.date_to) == (SUNDAY.date(), SUNDAY.date())
    assert read_when("in 20 minutes", SUNDAY.replace(hour=23, minute=50)).date == dt.date(2026, 11, 30)


def test_parts_of_the_day_have_hours() -> None:
    assert part_window("morning") == (dt.time(0), dt.time(12))
    assert part_window("afternoon") == (dt.time(12), dt.time(17))
    assert part_window("evening") == (dt.time(17), dt.time(22))
    with pytest.raises(KeyError):
        part_window("teatime")


def test_nothing_named_is_empty() -> None:
    assert read_when("how much is a haircut", NOW).empty
    assert not any(read_when(text, NOW).empty for text in ("friday", "at 3", "after 3", "evenings", "yesterday"))
