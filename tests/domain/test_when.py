"""Days and times as customers type them, read on Wednesday 25 November 2026, 10:00, doors open 8 to 21."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from domain.when import When, read_when

ZONE = ZoneInfo("America/New_York")
NOW = dt.datetime(2026, 11, 25, 10, 0, tzinfo=ZONE)
CLASH = "~day 2026-12-08 2026-12-09"


def brief(when: When) -> str:
    """Write a reading in one line: `date..date_to time from< <to part about past ~kind options`."""
    words: list[str] = []
    if when.date:
        words.append(f"{when.date}" + (f"..{when.date_to}" if when.date_to else ""))
    if when.time:
        words.append(f"{when.time:%H:%M}")
    if when.time_from:
        words.append(f"{when.time_from:%H:%M}<")
    if when.time_to:
        words.append(f"<{when.time_to:%H:%M}")
    if when.part:
        words.append(when.part)
    if when.approx:
        words.append("about")
    if when.past:
        words.append("past")
    words += [f"~{doubt.kind} {' '.join(doubt.options)}" for doubt in when.ambiguous]
    return " ".join(words)


DAYS = {
    "today": "2026-11-25",
    "see you tmrw": "2026-11-26",
    "tommorow pls": "2026-11-26",
    "the day after tomorrow": "2026-11-27",
    "thursday": "2026-11-26",
    "thusday": "2026-11-26",
    "this fri": "2026-11-27",
    "this coming monday": "2026-11-30",
    "wednesday": "2026-11-25 ~day 2026-11-25 2026-12-02",
    "wednseday": "2026-11-25 ~day 2026-11-25 2026-12-02",
    "next friday": "2026-12-04 ~day 2026-11-27 2026-12-04",
    "next monday": "2026-11-30",
    "friday next week": "2026-12-04",
    "next week on tuesday": "2026-12-01",
    "monday this week": "past",
    "friday after next": "2026-12-11 ~day 2026-12-04 2026-12-11",
    "a week from friday": "2026-12-04",
    "a week on monday": "2026-12-07",
    "friday week": "2026-12-04",
    "a week tomorrow": "2026-12-03",
    "in two weeks on monday": "2026-12-07",
    "in 3 days": "2026-11-28",
    "in a fortnight": "2026-12-09",
    "2 weeks from now": "2026-12-09",
    "in a few months": "2027-02-25 about",
    "first monday of november": "2027-11-01",
    "second tuesday in december": "2026-12-08",
    "in a couple of days": "2026-11-27 about",
    "the 12th": "2026-12-12",
    "on the twenty first": "2026-12-21",
    "the 25th": "2026-11-25",
    "on the 12 please": "2026-12-12",
    "march 5": "2027-03-05",
    "5th of March": "2027-03-05",
    "3 march at 4pm": "2027-03-03 16:00",
    "Dec. 9th": "2026-12-09",
    "feburary 3rd": "2027-02-03",
    "nov 24": "2027-11-24",
    "29 february": "2028-02-29",
    "the 30th of february": "",
    "jan 5, 2027": "2027-01-05",
    "march 3 2019": "past",
    "12th of next month": "2026-12-12",
    "3rd of this month": "past",
    "first monday of december": "2026-12-07",
    "last friday of the month": "2026-11-27",
    "2026-12-09": "2026-12-09",
    "2026-12-09T15:30:00-05:00": "2026-12-09 15:30",
    "2026-11-01": "past",
    "3/4": "2027-03-04 ~order 2027-03-04 2027-04-03",
    "12/25": "2026-12-25",
    "25/12": "2026-12-25",
    "12/5": "2026-12-05 ~order 2026-12-05 2027-05-12",
    "sat 12/5": "2026-12-05",
    "12/25/2026": "2026-12-25",
    "tuesday the 8th": "2026-12-08",
    "tuesday the 9th": f"2026-12-08 {CLASH}",
    "Tuesday 2026-12-09": f"2026-12-08 {CLASH}",
    "december 9, a tuesday": f"2026-12-08 {CLASH}",
    "tomorrow, the 26th": "2026-11-26",
    "yesterday": "past",
    "last tuesday": "past",
    "two days ago": "past",
    "asap": "2026-11-25 about",
    "i need it asap, friday at the latest": "2026-11-27",
}
SPANS = {
    "next week": "2026-11-30..2026-12-06",
    "this week": "2026-11-25..2026-11-29",
    "end of next week": "2026-12-03..2026-12-04 about",
    "early next week": "2026-11-30..2026-12-01 about",
    "later this week": "2026-11-25..2026-11-29 about",
    "the week after next": "2026-12-07..2026-12-13",
    "this weekend": "2026-11-28..2026-11-29",
    "next weekend": "2026-12-05..2026-12-06 ~day 2026-11-28 2026-12-05",
    "next month": "2026-12-01..2026-12-31",
    "in january": "2027-01-01..2027-01-31",
    "late january": "2027-01-21..2027-01-31 about",
    "early november": "2027-11-01..2027-11-10 about",
    "in november": "2026-11-25..2026-11-30",
    "a friday in january": "2027-01-01 ~day 2027-01-01 2027-01-08 2027-01-15 2027-01-22 2027-01-29",
    "week of december 9": "2026-12-07..2026-12-13",
    "within the next 2 weeks": "2026-11-25..2026-12-09 about",
    "from the 5th to the 9th of march": "2027-03-05..2027-03-09",
    "march 5-9": "2027-03-05..2027-03-09",
    "from monday to thursday": "2026-11-30..2026-12-03",
    "friday to monday": "2026-11-27..2026-11-30",
    "between the 5th and the 9th": "2026-12-05..2026-12-09",
    "by friday": "2026-11-25..2026-11-27 about",
    "after friday": "2026-11-28..2026-12-04 about",
    "before dec 1": "2026-11-25..2026-11-30 about",
    "next week, maybe on tuesday": "2026-12-01",
}
TIMES = {
    "5pm": "17:00",
    "@ 5p": "17:00",
    "at 5 p.m.": "17:00",
    "15:30": "15:30",
    "3.30pm": "15:30",
    "330 pm": "15:30",
    "at 1530": "15:30",
    "15h30": "15:30",
    "sat eve 7.30": "2026-11-28 19:30",
    "half two": "14:30",
    "half past 4": "16:30",
    "quarter to 5": "16:45",
    "a quarter past twelve": "12:15",
    "ten to four": "15:50",
    "20 past 3": "15:20",
    "5ish": "17:00 about",
    "around 3": "15:00 about",
    "noon": "12:00",
    "12 noon": "12:00",
    "5 o'clock": "17:00",
    "3 o clock in the afternoon": "15:00 afternoon",
    "three thirty pm": "15:30",
    "at nine thirty": "09:30",
    "at 8": "08:00 ~time 08:00 20:00",
    "at 8 am": "08:00",
    "at 8 in the morning": "08:00 morning",
    "four in the evening": "16:00",
    "evening 6": "18:00 evening",
    "3": "15:00",
    "maybe 3 please": "15:00",
    "after 3": "15:00<",
    "before noon": "<12:00",
    "by 5": "<17:00",
    "not before 2": "14:00<",
    "no later than 4": "<16:00",
    "3 or later": "15:00<",
    "between 2 and 4pm": "14:00< <16:00",
    "2-4pm": "14:00< <16:00",
    "from 10 to 2": "10:00< <14:00",
    "after 2 but before 5": "14:00< <17:00",
    "after work": "17:00<",
    "lunchtime": "noon",
    "first thing in the morning": "08:00 morning about",
    "end of day": "19:00< <21:00 about",
    "in the morning": "morning",
    "any afternoon": "afternoon",
    "in 2 hours": "2026-11-25 12:00 about",
    "tomorrow at 930": "2026-11-26 09:30",
    "five thirty": "17:30",
    "8 sharp": "08:00 ~time 08:00 20:00",
    "let's say two": "14:00",
    "at 9": "09:00",
    "8-9": "08:00< <09:00 ~time 08:00 20:00",
    "i work until 5 so after 5:30": "17:30<",
    "at midnight": "00:00",
    "at 25": "",
    "3 or 4pm": "15:00 ~several 15:00 16:00",
}
BOTH = {
    "tonight": "2026-11-25 evening",
    "tonight at 8": "2026-11-25 20:00 evening",
    "this evening after 6": "2026-11-25 18:00< evening",
    "tomorrow morning": "2026-11-26 morning",
    "tomorrow morning at 9": "2026-11-26 09:00 morning",
    "fri 3": "2026-11-27 15:00",
    "2pm on friday": "2026-11-27 14:00",
    "Thurs @ 5p": "2026-11-26 17:00",
    "friday afternoon": "2026-11-27 afternoon",
    "the 4th, half two": "2026-12-04 14:30",
    "wed at 9am": "2026-12-02 09:00",
    "today at 9am": "2026-11-25 09:00 past",
    "today at 8": "2026-11-25 20:00",
    "hi can i get a haircut sat morning around 10ish?": "2026-11-28 10:00 morning about",
    "u got anything thurs after 4": "2026-11-26 16:00<",
    "mon-fri after 5": "2026-11-30..2026-12-04 17:00<",
    "fri nov 27 3-5pm": "2026-11-27 15:00< <17:00",
    "sunday the 29th at 5:30 in the evening": "2026-11-29 17:30 evening",
    "Good afternoon, do you have anything this evening?": "2026-11-25 evening",
    "morning! any chance of friday?": "2026-11-27",
    "by friday at 3": "2026-11-27 15:00",
    "can i come by friday at 3": "2026-11-27 15:00",
    "saturday evening or sunday morning": "2026-11-28 ~several 2026-11-28 2026-11-29",
    "wed, thur": "2026-11-25 ~several 2026-11-25 2026-11-26 2026-12-02",
    "march 3 4 pm": "2027-03-03 16:00",
    "i may come at 5": "17:00",
    "the 12th may work": "2026-12-12",
    "friday or saturday": "2026-11-27 ~several 2026-11-27 2026-11-28",
}
CHANGES = {
    "not friday, saturday": "2026-11-28",
    "can't do friday, how about saturday at 3": "2026-11-28 15:00",
    "friday doesn't work, monday?": "2026-11-30",
    "anything but friday": "",
    "not friday or saturday": "",
    "why not friday": "2026-11-27",
    "my appointment is Dec 9 can I change it to Dec 10": "2026-12-10",
    "actually make it friday instead of thursday": "2026-11-27",
    "can we do friday instead, my appointment is thursday": "2026-11-27",
    "move it from thursday at 3 to friday at 4": "2026-11-27 16:00",
    "my appointment is at 3, can i change it to 4": "16:00",
    "friday, no wait, saturday": "2026-11-28",
    "thursday at 2, sorry 3pm": "2026-11-26 15:00",
    "I missed last tuesday, can I come friday": "2026-11-27",
    "reschedule from dec 2 to dec 4": "2026-12-04",
    "can i push my 3pm to 4pm": "16:00",
    "can't come until 4:30": "16:30<",
    "i'm not free tomorrow, book it friday": "2026-11-27",
    "If not friday then saturday": "2026-11-27 ~several 2026-11-27 2026-11-28",
    "cancel friday, book monday": "2026-11-27 ~several 2026-11-27 2026-11-30",
    "make it between 2 and 4": "14:00< <16:00",
    "actually from 2 to 4 works": "14:00< <16:00",
    "not at 3, at 4pm": "16:00",
}
NOT_A_TIME = {
    "table for 3 at 7": "19:00",
    "for 4 tonight at 8": "2026-11-25 20:00 evening",
    "a table for two on friday": "2026-11-27",
    "party of 5": "",
    "for 3 people": "",
    "call me on 555-123-4567": "",
    "(212) 555 0199 at 3pm": "15:00",
    "it costs $30 or 40 dollars": "",
    "i live at 12 oak street": "",
    "at 5 main st": "",
    "on 5th avenue": "",
    "version 2.3.1": "",
    "we are 4": "",
    "a 30 minute massage": "",
    "my 3 year old": "",
    "24/7": "",
    "20% off": "",
    "the second option": "",
    "the 1st appointment": "",
    "that one sounds good": "",
    "good morning!": "",
    "thanks for all your help today": "",
    "i sat in the sun and may march": "",
    "I want 2 talk 2 u": "",
    "mail bob3@example.com or see https://x.example/3/4": "",
    "": "",
}
EVERY = DAYS | SPANS | TIMES | BOTH | CHANGES | NOT_A_TIME


@pytest.mark.parametrize(("text", "expected"), EVERY.items(), ids=[text or "nothing" for text in EVERY])
def test_what_customers_type(text: str, expected: str) -> None:
    assert brief(read_when(text, NOW)) == expected
