"""The ways to say a day, in the order they are tried: what an earlier rule has read, a later one no longer sees."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from domain.calendar import many_days, one_day
from domain.calendar.days import Days, Reader
from domain.calendar.feasts import FEAST, FEAST_SIGNS, feast
from domain.calendar.quantities import COUNTED, PERIODS
from domain.calendar.words import DAY, MONTHS, WEEKDAYS, Mention, blank, one_of

# "The 12th may work" names no month.
_MONTH = rf"(?!may (?:be|work|suit|not|have|do|i|we|need|still|also)\b){one_of(MONTHS)}"
# What the capital words in the patterns below stand for.
_BLOCKS = {
    "WEEKDAY": rf"(?P<weekday>{one_of(WEEKDAYS)})",
    "MONTH": rf"(?P<month>{_MONTH})\.?",
    "ORDINAL": r"(?P<day>[0-9]{1,2}th|first|second|third)",
    "ANYDAY": r"(?P<day>[0-9]{1,2}(?:th)?|first|second|third)",
    "NUMBER": r"(?P<day>[0-9]{1,2})",
    "ONE": r"(?P<one>[0-9]{1,2}(?:th)?)",
    "TWO": r"(?P<two>[0-9]{1,2}(?:th)?)",
    "LINK": r"(?: ?- ?| (?:to|and|or|until|through) )",
    "COUNT": r"(?P<count>[0-9]{1,2}|one|an?|(?:an? |the )?(?:couple(?: of)?|few))",
    "UNIT": r"(?P<unit>day|week|fortnight|month|year)s?",
    "YEAR": r"(?:,? (?P<year>(?:19|20|21)[0-9]{2})\b)?",
    "NOTCLOCK": r"(?! ?(?:am|pm|oclock|ish)\b|[:.][0-9])",
    "NOTTHING": rf"(?! (?:of )?{_MONTH}\b)(?! (?:one|ones|option|slot|choice|time|times|appointment|appt|available"
    rf"|visit|floor|thing|two|few|name|opening"
    rf"|person|place|part|question|half|class|grade|attempt|try|date|day|call|message|session|hand"
    rf"|{COUNTED}|{PERIODS})\b)",
}  # fmt: skip
_BLOCK = re.compile("|".join(sorted(_BLOCKS, key=len, reverse=True)))


@dataclass(frozen=True, slots=True)
class DateRule:
    """One way to say a day; `read` returns None where the words only look like it."""

    name: str
    pattern: re.Pattern[str]
    read: Reader


def _rule(name: str, pattern: str, read: Reader) -> DateRule:
    filled = _BLOCK.sub(lambda block: _BLOCKS[block[0]], pattern)
    return DateRule(name, re.compile(rf"(?<![a-z0-9])(?:{filled})(?![a-z0-9])", re.ASCII), read)


# Small ordinals count more often than they name a day: only these may follow.
_GOES_ON = one_of(
    "at in for please around after before between from if or and works is would to afternoon morning evening".split()
)
# "Thanks for all your help today" asks for nothing today.
_NO_THANKS = "".join(
    rf"(?<!{words} )"
    for words in ("all", "all for", "be it for", "that's it for", "it for me", "help", "helping me", "else",
                  "else for", "need",
                  "all i need for", "everything", "everything for", "thanks for")
)  # fmt: skip
_PIECES = "(?P<piece>early|beginning|start|middle|mid|late|later|end|rest)"
_THIS_OR_NEXT = "(?P<which>this|next|following)"

DATE_RULES = (
    _rule("christmas", FEAST, feast),
    _rule(
        "every other friday",
        r"(?:every|each)(?: (?:other|second|COUNT))?(?: UNIT)?,?(?: on)?(?: an?)? WEEKDAY",
        one_day.weekday_alone,
    ),
    _rule(
        "2026-03-05", r"(?P<year>[0-9]{4})(?P<sign>[-/.])(?P<month>[0-9]{1,2})(?P=sign)(?P<day>[0-9]{1,2})", one_day.iso
    ),
    _rule(
        "3/4/2026",
        r"(?P<one>[0-9]{1,2})(?P<sign>[./-])(?P<two>[0-9]{1,2})(?P=sign)(?P<year>[0-9]{4}|[0-9]{2})",
        one_day.slashes,
    ),
    _rule("3/4", r"(?P<one>[0-9]{1,2})/(?P<two>[0-9]{1,2})(?!/)", one_day.slashes),
    _rule(
        "first monday of may",
        r"(?:the )?(?P<nth>[1-5]th|first|second|third|last) WEEKDAY (?:of|in) "
        r"(?:(?:the )?(?P<which>this|next|the) month|MONTH)",
        one_day.nth_weekday,
    ),
    _rule("the 5th to the 9th of march", r"(?:the )?ONELINK(?:the )?TWO (?:of )?MONTH", one_day.two_named),
    _rule("march 5 to 9", r"MONTH (?:the )?ONELINK(?:the )?TWONOTCLOCK", one_day.two_named),
    _rule("5th of march", r"(?:the )?ORDINAL (?:day )?(?:of |in )?MONTHYEAR", one_day.named),
    _rule("5 march", r"(?<!at )(?<!around )NUMBER (?:of )?MONTHYEAR(?! [0-9]{1,2}th\b)", one_day.named),
    _rule("march 5", r"MONTH (?:the )?ANYDAYNOTCLOCKYEAR", one_day.named),
    _rule(
        "5th of next month",
        r"(?:the )?ORDINAL (?:of |in )?(?P<which>this|next|the same|the following|the coming) month",
        one_day.of_month,
    ),
    _rule("next month on the 5th", r"(?P<which>this|next) month,? (?:on )?(?:the )?ORDINAL", one_day.of_month),
    _rule("day after tomorrow", r"(?:the )?day after (?:tomorrow|WEEKDAY)", one_day.day_after),
    _rule("in 2 weeks on monday", r"in COUNT weeks?,? (?:on )?(?:a )?WEEKDAY", one_day.weekday_in_weeks),
    _rule("monday in 2 weeks", r"WEEKDAY in COUNT weeks?(?: time)?", one_day.weekday_in_weeks),
    _rule(
        "a week from friday",
        r"COUNT (?P<unit>day|week|fortnight)s? (?:from|on|after) "
        r"(?:(?P<anchor>today|now|tomorrow)|(?:this |next |coming )?WEEKDAY)",
        one_day.counted_from,
    ),
    _rule("a week tomorrow", r"COUNT (?P<unit>week|fortnight)s? (?P<anchor>today|tomorrow)", one_day.counted_from),
    _rule("friday after next", r"(?:the )?WEEKDAY after next", one_day.weekday_after_next),
    _rule("week after next", r"(?:the )?(?P<unit>week|weekend) after next", many_days.after_next),
    _rule(
        "friday next week",
        r"WEEKDAY,? (?:of |in )?(?:the )?(?P<which>this|next|following|coming) week(?!end)",
        one_day.weekday_of_week,
    ),
    _rule("next week friday", r"(?P<which>this|next|following),? week,? (?:on )?WEEKDAY", one_day.weekday_of_week),
    _rule("friday week", r"WEEKDAY week", one_day.weekday_week),
    _rule("next friday", r"(?:the )?(?:next|following) WEEKDAY", one_day.next_weekday),
    _rule(
        "gone by",
        r"yesterday|(?:last|previous|past|this past) (?:WEEKDAY|weekend|night|(?:week|month|year)(?! of\b))"
        r"|COUNT UNIT (?:ago|back)|the other day",
        one_day.gone,
    ),
    _rule("tomorrow", r"tomorrow", one_day.near(1)),
    _rule("tonight", r"(?:later )?tonight", one_day.near(0, "evening")),
    _rule("today", rf"{_NO_THANKS}(?:later |earlier )?today|this(?= (?:morning|afternoon|evening))", one_day.near(0)),
    _rule("within 2 weeks", r"(?:within|(?:within |in |over |during )?(?:the )?next) COUNT UNIT", many_days.within),
    _rule("in 2 weeks", r"in COUNT UNIT(?: time)?", one_day.in_count),
    _rule("2 weeks from now", r"COUNT UNIT (?:from now|from today|later|out|away)", one_day.in_count),
    _rule("weekend", r"(?:(?:this|the) )?(?:(?P<which>this|next|coming) )?weekend", many_days.weekend),
    _rule(
        "end of next week",
        rf"(?:the )?{_PIECES}(?: of| in)?(?: the)?(?: {_THIS_OR_NEXT})? (?P<unit>week|month)",
        many_days.piece_of,
    ),
    _rule("late march", rf"(?:the )?{_PIECES}(?: of| in)?[ -]MONTH", many_days.piece_of),
    _rule("next week", r"(?:the )?(?P<which>this|next|following|coming) (?P<unit>week|month)", many_days.whole),
    _rule("in march", r"(?:in|during|this|next) MONTHYEAR", many_days.in_month),
    _rule(
        "friday",
        r"(?<!every )(?<!each )(?<!most )(?<!other )(?:this )?(?:coming |upcoming )?WEEKDAY",
        one_day.weekday_alone,
    ),
    _rule("the 12th", r"(?:the )?(?P<day>[0-9]{1,2}th)NOTTHING", one_day.day_number),
    _rule("the first", rf"the (?P<day>first|second|third)(?=\Z| ?[.,!?;)]| {_GOES_ON}\b)", one_day.day_number),
    _rule("on the 12", rf"(?:(?<=on the )|(?<={DAY} the ))NUMBERNOTCLOCKNOTTHING(?!/)", one_day.day_number),
    _rule("asap", r"asap|as soon as possible|soonest|right away|straight away", one_day.soon),
)
_SIGNS = re.compile(
    r"[0-9]|day|week|month|year|to(?:morrow|night)|fortnight|asap|soon|away|this|first|second|third|"
    + FEAST_SIGNS
    + "|"
    + one_of(MONTHS)
)


def read_days(text: str, today: dt.date) -> tuple[list[Mention[Days]], str]:
    """Return the days a plain text names, in the order said, and the text with a sign where they stood."""
    found: list[Mention[Days]] = []
    if not _SIGNS.search(text):
        return found, text
    for rule in DATE_RULES:
        for match in rule.pattern.finditer(text):
            read = rule.read(match, today)
            if read is None:
                continue
            if isinstance(read, tuple):
                found += [Mention(*match.span(key), one) for key, one in zip(("one", "two"), read, strict=True)]
            else:
                found.append(Mention(*match.span(), read, weak=read.weak))
            text = blank(text, match.span(), DAY)
    return sorted(found, key=lambda mention: mention.start), text
