"""The ways to say a time of day, in the order they are tried, and what each says before opening hours are asked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from domain.calendar.quantities import COUNTED, PERIODS
from domain.calendar.words import DAY, OPAQUE, PARTS, TIME, Mention, blank, one_of

Edge = Literal["", "from", "to"]


@dataclass(frozen=True, slots=True)
class Clock:
    """A time as said, in minutes since midnight; `fixed` once it cannot mean the other half of the day as well."""

    minutes: int = 0
    fixed: bool = False
    half: str = ""  # am, pm
    part: str = ""
    edge: Edge = ""  # the words themselves bound the time: "after work"
    until: int | None = None  # minutes since midnight at which named hours end: "lunch"
    days: int | None = None  # counted from now: the day this falls on, 0 for today
    approx: bool = False
    weak: bool = False
    ranged: bool = False  # the next one is the other end of a range
    to: Clock | None = None  # that other end, once joined


@dataclass(frozen=True, slots=True)
class Hours:
    """What a reader of times may need to know: the moment, and the opening hours."""

    now: dt.datetime
    opens: dt.time
    closes: dt.time


Reader = Callable[[re.Match[str], Hours], Clock | tuple[Clock, Clock] | None]

_NOT_COUNTING = rf"(?! ?(?:{COUNTED}|{PERIODS}|th|st)\b| ?[/%{OPAQUE}]|[.,:][0-9]|-[0-9a-z])"
_BLOCKS = {
    "HOUR": r"(?P<hour>[0-9]{1,2}|one(?! (?:at|of)\b))",
    "MINUTE": r"(?P<minute>[0-5][0-9])",
    "OCLOCK": r"(?: ?oclock)?",
    "HALF": r"(?P<half>am|pm)",
    "PART": rf"(?P<part>{one_of((*PARTS, 'noon'))})",
    "IN": rf"(?:,? ?(?:in the |at |this |of the |in |on the )?(?P<part>{one_of((*PARTS, 'noon'))})(?![a-z]))?",
    "NOTCOUNT": _NOT_COUNTING,
    "DAYSIGN": f"{DAY}",
    "TIMESIGN": f"{TIME}",
}
_BLOCK = re.compile("|".join(sorted(_BLOCKS, key=len, reverse=True)))


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One way to say a time; the mention is the piece named `at` where the pattern has one."""

    name: str
    pattern: re.Pattern[str]
    read: Reader


def _rule(name: str, pattern: str, read: Reader) -> ClockRule:
    filled = _BLOCK.sub(lambda block: _BLOCKS[block[0]], pattern)
    return ClockRule(name, re.compile(rf"(?<![a-z0-9])(?:{filled})(?![a-z0-9])", re.ASCII), read)


def _said(m: re.Match[str], name: str) -> str:
    return (m[name] or "") if name in m.re.groupindex else ""


def _hour(word: str) -> int:
    return {"one": 1, "noon": 12}.get(word) or int(word)


def _plain(m: re.Match[str], _: Hours) -> Clock | None:
    """Read an hour, with minutes, half or part of the day where said."""
    hour, minute, half = _hour(m["hour"]), _said(m, "minute"), _said(m, "half")
    if hour > 24 or (half and not 1 <= hour <= (12 if half == "am" else 23)):
        return None
    fixed = hour > 12 or hour == 0 or (bool(minute) and m["hour"].startswith("0"))
    return Clock(
        (hour % 24) * 60 + int(minute or 0),
        fixed=fixed,
        half="" if fixed else half,
        part=_said(m, "part"),
        approx=bool(_said(m, "ish")),
    )


def _weak(m: re.Match[str], hours: Hours) -> Clock | None:
    clock = _plain(m, hours)
    return replace(clock, weak=True) if clock and 1 <= clock.minutes // 60 else None


def _range(m: re.Match[str], _: Hours) -> tuple[Clock, Clock] | None:
    open_word, link = _said(m, "open"), m["link"].strip()
    if link == "and" and open_word != "between":
        return None
    hours = [_hour(m["hour"]), _hour(m["hour2"])]
    plain = not (open_word or m["minute"] or m["minute2"] or m["half"] or m["half2"] or m["part"])
    if max(hours) > 24 or (link != "-" and not open_word and hours[0] in (5, 10, 20, 25) and not m["minute"]):
        return None
    clocks = []
    for hour, word, key in zip(hours, (m["hour"], m["hour2"]), ("", "2"), strict=True):
        fixed = hour > 12 or hour == 0 or word == "noon" or (bool(m["minute" + key]) and word.startswith("0"))
        half = "" if fixed else m["half" + key] or ""
        minutes = hour % 24 * 60 + int(m["minute" + key] or 0)
        clocks.append(Clock(minutes, fixed, half, m["part"] or "", weak=plain, ranged=not key))
    return clocks[0], clocks[1]


def _relative(m: re.Match[str], hours: Hours) -> Clock | None:
    """Read `quarter to 5`: the shift is kept apart from the hour by leaving the half of the day open."""
    word, side = m["shift"].removeprefix("a "), m["side"]
    shift = {"half": 30, "quarter": 15}.get(word) or int(word)
    base = _plain(m, hours)
    if base is None or shift > 30 or (word == "half" and side not in ("past", "after")):
        return None
    if word.isdigit() and side not in ("past", "to", "until") and not m["unit"]:
        return None
    return replace(base, minutes=base.minutes + (shift if side in ("past", "after") else -shift))


def _half_hour(m: re.Match[str], hours: Hours) -> Clock | None:
    base = _plain(m, hours)
    return replace(base, minutes=base.minutes + 30) if base and base.minutes <= 12 * 60 else None


def _noon(m: re.Match[str], _: Hours) -> Clock:
    return Clock(12 * 60 if m["word"] == "noon" else 0, fixed=True)


def _fixed(hour: int, edge: Edge, until: int | None = None) -> Reader:
    return lambda _, __: Clock(hour * 60, fixed=True, edge=edge, until=until and until * 60)


def _first_thing(_: re.Match[str], hours: Hours) -> Clock:
    return Clock(hours.opens.hour * 60 + hours.opens.minute, fixed=True, approx=True, part="morning")


def _end_of_day(_: re.Match[str], hours: Hours) -> Clock:
    closes = hours.closes.hour * 60 + hours.closes.minute
    return Clock(max(closes - 120, 0), fixed=True, until=closes, approx=True)


def _from_now(m: re.Match[str], hours: Hours) -> Clock:
    """Read `in 2 hours`, rounded up to five minutes."""
    word = m["count"]
    count = 0.5 if "half" in word else 1 if word in ("an", "one") else 2 if "couple" in word else int(word)
    ahead = dt.timedelta(minutes=count * (60 if m["unit"] == "hours" else 1))
    total = -(-((hours.now.hour * 60 + hours.now.minute) + int(ahead.total_seconds() // 60)) // 5) * 5
    return Clock(total % 1440, fixed=True, days=total // 1440, approx=True)


def _behind(words: str, tail: str = "") -> str:
    """Return a pattern for a place that one of the words (and the tail) stands right before."""
    return "(?:" + "|".join(rf"(?<=\b{word}{tail} )" for word in words.split()) + ")"


_AFTER = _behind("at around about by after before past until from than since approximately roughly near")
_MOVED_TO = _behind("it that this appointment appt booking back up over forward time change move moved switch", " to")
_LOOSELY = _behind("for try say maybe not or prefer instead")
_SHIFT = "(?P<shift>half|(?:a )?quarter|[0-9]{1,2})(?P<unit> minutes)? (?P<side>past|after|to|until|of|before)"
_END2 = "(?P<hour2>[0-9]{1,2}|noon)(?::(?P<minute2>[0-5][0-9]))?OCLOCK(?: (?P<half2>am|pm))?"

CLOCK_RULES = (
    _rule(
        "2-4 pm",
        rf"(?:(?P<open>between|from) )?(?P<hour>[0-9]{{1,2}}|one|noon)(?::MINUTE)?OCLOCK(?: HALF)?"
        rf"(?P<link> ?- ?| (?:to|until|and|through) )"
        rf"{_END2}INNOTCOUNT",
        _range,
    ),
    _rule("quarter to 5", rf"{_SHIFT} HOUROCLOCK(?: HALF)?IN", _relative),
    _rule("half 2", r"half HOUR(?: HALF)?INNOTCOUNT", _half_hour),
    _rule(
        "morning 10:30",
        r"(?<!good )PART,? (?:at |around |about |@ )?"
        r"(?P<at>HOUR(?:[:.]MINUTE)?OCLOCK(?: HALF)?(?P<ish> ?ish)?)NOTCOUNT",
        _plain,
    ),
    _rule("3:30", r"HOUR:MINUTE(?::[0-9]{2})?(?P<ish> ?ish)?OCLOCK(?: HALF)?IN(?!%)", _plain),
    _rule("3.30 pm", r"HOUR\.MINUTE HALF", _plain),
    _rule("at 3.30", rf"{_AFTER}HOUR\.MINUTEIN", _plain),
    _rule("(friday) 7.30", r"HOUR\.(?P<minute>00|15|30|45)NOTCOUNT", _weak),
    _rule("330 pm", r"(?P<hour>[0-9]{1,2}?)MINUTE HALF", _plain),
    _rule("3 30 pm", r"HOUR[ -]MINUTE HALF", _plain),
    _rule("3 30", r"\A\W*HOUR[ -](?P<minute>[0-5][05])\W*\Z", _plain),
    _rule("3 pm", r"HOUROCLOCK(?P<ish> ?ish)? HALF", _plain),
    _rule("3 oclock", r"HOUR ?oclockIN", _plain),
    _rule("3 in the afternoon", r"HOUR(?P<ish> ?ish)? (?:in the|at|this|of the|in) PART", _plain),
    _rule(
        "in 2 hours", r"in (?P<count>[0-9]{1,2}|an|one|half an|a couple of|a couple) (?P<unit>hours|minutes)", _from_now
    ),
    _rule("noon", r"(?:12 )?(?P<word>noon|midnight)", _noon),
    _rule("after work", r"after (?:work|office hours)", _fixed(17, "from")),
    _rule("before work", r"before work", _fixed(9, "to")),
    _rule("after school", r"after school", _fixed(15, "from")),
    _rule("after lunch", r"after lunch", _fixed(13, "from")),
    _rule("before lunch", r"before lunch", _fixed(12, "to")),
    _rule("first thing", r"first thing(?: (?:in the )?morning)?", _first_thing),
    _rule(
        "end of day",
        r"(?:by )?(?:the )?(?:end of (?:the |my )?(?:work )?day|eod|cob|close of business|closing time)",
        _end_of_day,
    ),
    _rule(
        "at 1530",
        r"(?<=\bat )(?P<hour>[01]?[0-9]|2[0-3])MINUTE(?: hours)?"
        r"(?=\Z| ?[.,!?]| (?:on|please|for|if|or|and)\b| DAYSIGN)",
        _plain,
    ),
    _rule("at 3 30", rf"(?:{_AFTER}|(?<=for )|(?<=DAYSIGN ))HOUR (?P<minute>[0-5][05])NOTCOUNT", _plain),
    _rule("at 3", rf"{_AFTER}HOUR(?P<ish> ?ish)?NOTCOUNT(?! (?:of|more|point|time)\b)", _plain),
    _rule("3 ish", r"HOUR(?P<ish> ?-?ish)", _plain),
    _rule("move it to 3", rf"{_MOVED_TO}HOURNOTCOUNT", _plain),
    _rule("3 or later", r"HOUR(?= sharp\b| (?:or|and) (?:later|after|onwards?|earlier|before|sooner)\b)", _plain),
    _rule("3 or (4 pm)", r"HOUR(?= (?:or|and) TIMESIGN)", _plain),
    _rule("(at 3) or 4", r"(?:(?<=TIMESIGN or )|(?<=TIMESIGN and ))HOURNOTCOUNT", _plain),
    _rule("(friday) 3", r"(?:(?<=DAYSIGN )|(?<=DAYSIGN, ))(?P<hour>[0-9]{1,2})NOTCOUNT", _weak),
    _rule("3 on (friday)", r"(?P<hour>[0-9]{1,2})(?= (?:on )?DAYSIGN)", _weak),
    _rule("for 3", rf"{_LOOSELY}(?P<hour>[0-9]{{1,2}})NOTCOUNT", _weak),
    _rule(
        "3 please",
        r"\A\W*(?:maybe |yes,? |ok,? |no,? )?(?P<at>HOUR)"
        r"(?: (?:please|pls|works?|is (?:fine|good|great|ok|perfect)|would be \w+|sounds good|thanks))?\W*\Z",
        _weak,
    ),
)
_SIGNS = re.compile(r"[0-9]|\bone\b|noon|midnight|half|work|school|lunch|first thing|day|eod|cob|clos")


def read_clocks(text: str, hours: Hours) -> tuple[list[Mention[Clock]], str]:
    """Return the times a plain text says, in order, and the text with a sign where they stood."""
    found: list[Mention[Clock]] = []
    if not _SIGNS.search(text):
        return found, text
    for rule in CLOCK_RULES:
        for match in rule.pattern.finditer(text):
            read = rule.read(match, hours)
            if read is None:
                continue
            if isinstance(read, tuple):
                span = match.span()
                found.append(Mention(match.start("hour"), match.start("link"), read[0], read[0].weak))
                found.append(Mention(match.end("link"), match.end(), read[1], read[1].weak))
            else:
                span = match.span("at") if "at" in match.re.groupindex else match.span()
                found.append(Mention(*span, read, read.weak))
            text = blank(text, span, TIME)
    return sorted(found, key=lambda mention: mention.start), text
