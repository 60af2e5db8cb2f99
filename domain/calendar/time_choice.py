"""From the times a message says to the one it means: which half of the day, which side of it, which of several."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_right
from dataclasses import dataclass, replace

from domain.calendar.changes import BY, UNLESS, moving, standing
from domain.calendar.clock_rules import Clock, Hours
from domain.calendar.words import Mention

Said = Mention[Clock]

_EDGE_BEFORE = re.compile(
    rf"{UNLESS}\b(?P<word>after|past|from|since|later than|before|earlier than|sooner than|until|{BY})"
    r"(?: about| around| at)? \Z"
)
_EDGE_AFTER = re.compile(
    r"\A,? ?(?:(?P<from>(?:or|and|&) (?:later|after|onwards?|beyond)|onwards?|and up)"
    r"|(?P<to>(?:or|and) (?:earlier|before|sooner)|at the latest|latest))\b"
)
_LATE = ("after", "past", "from", "since", "later than")
_ABOUT_BEFORE = re.compile(
    r"\b(?:around|(?<!how )(?<!what )about|approximately|approx|roughly|near|close to|like|circa)(?: at)? \Z"
)
_ABOUT_AFTER = re.compile(r"\A ?-?(?:ish\b|or so\b|or thereabouts\b)")
_RIGHT_AFTER = re.compile(r"\A,?(?: (?:at|around|about|from))? ?\Z")
_REACH = 40
HALF_DAY = 720


@dataclass(frozen=True, slots=True)
class Times:
    """What the times of a message come to; every value in minutes since midnight, `options` all readings of `at`."""

    at: int | None = None
    start: int | None = None
    end: int | None = None
    options: tuple[int, ...] = ()
    several: tuple[int, ...] = ()
    approx: bool = False
    days: int | None = None
    part: str = ""
    spans: tuple[tuple[int, int], ...] = ()  # places in the plain text that were read as times


def _minutes(time: dt.time) -> int:
    return time.hour * 60 + time.minute


def readings(clock: Clock, hours: Hours, part: str = "", *, ends: bool = False) -> tuple[int, ...]:
    """Return the minutes since midnight a time may mean, the likeliest first.

    Nothing starts at closing time, so that hour counts as open only for what `ends` there.
    """
    if clock.fixed:
        return (clock.minutes % 1440,)
    early = clock.minutes % HALF_DAY
    late = early + HALF_DAY
    if clock.half:
        return (early if clock.half == "am" else late,)
    part = clock.part or part
    if part:
        return (_by_part(early, part),)
    opens, closes = _minutes(hours.opens), _minutes(hours.closes)
    inside = tuple(m for m in (early, late) if opens <= m < closes + ends)
    inside = inside or tuple(m for m in (early, late) if m == closes)
    if len(inside) == 1:
        return inside
    if inside:
        return inside if early >= 8 * 60 else (late, early)
    return tuple(sorted((early, late), key=lambda m: max(opens - m, m - closes)))


def _by_part(early: int, part: str) -> int:
    late = early + HALF_DAY
    if part == "morning":
        return late if early < 60 else early  # "half past 12 in the morning" is said of midday
    if part == "night":
        return early if early < 5 * 60 else late
    if part == "evening":
        return late
    return late if early < 8 * 60 else early


def without_days(text: str, mentions: list[Said], dropped: list[int]) -> list[Said]:
    """Leave out the times said right after a day that no longer counts; `dropped` has the ends of such days."""
    if not dropped:
        return mentions
    kept = []
    for mention in mentions:
        index = bisect_right(dropped, mention.start) - 1
        if index < 0 or not _RIGHT_AFTER.match(text[dropped[index] : mention.start][:_REACH]):
            kept.append(mention)
    return kept or mentions


def choose_times(text: str, mentions: list[Said], hours: Hours, *, part: str = "") -> Times:
    """Return what is left after refusals and changes; `part` is the part of the day named elsewhere."""
    moved = moving(text)
    kept = standing(text, _inherited(text, _paired(text, mentions, moved)))
    if any(not m.weak for m in kept):
        kept = [m for m in kept if not m.weak]
    read = [m for m in mentions if not m.weak] or mentions
    times = Times(spans=tuple((m.start, m.end) for m in read))
    points: list[Clock] = []
    for mention in kept:
        edge = _edge(text, mention, moved)
        if edge is None:
            continue
        if mention.value.to or edge:
            times = _bounded(times, mention.value, edge, hours=hours, part=part)
        else:
            points.append(_softened(text, mention))
    return _pointed(times, points, hours, part=part)


def _paired(text: str, mentions: list[Said], moved: bool) -> list[Said]:
    """Join the two ends of a range, unless the words ask to move the one to the other."""
    out: list[Said] = []
    for mention in mentions:
        before = out[-1] if out else None
        if before and before.value.ranged and not before.value.to:
            gap = text[before.end : mention.start].strip()
            if not (gap == "to" and moved):
                joined = replace(before.value, to=mention.value)
                out[-1] = Mention(before.start, mention.end, joined, before.weak)
                continue
        out.append(mention)
    return out


def _inherited(text: str, mentions: list[Said]) -> list[Said]:
    """Let the first hour of `8 or 9 pm` be in the same half of the day as the second."""
    out = list(mentions)
    for index, (one, two) in enumerate(zip(mentions, mentions[1:], strict=False)):
        listed = text[one.end : two.start].strip() in ("or", "and", ",", "/", "to", "-")
        if listed and two.value.half and not (one.value.half or one.value.part or one.value.fixed):
            out[index] = replace(one, value=replace(one.value, half=two.value.half))
    return out


def _edge(text: str, mention: Said, moved: bool) -> str | None:
    """Return the side of the time that is meant, nothing for the time itself, None for an old time moved from."""
    if mention.value.edge:
        return mention.value.edge
    before = _EDGE_BEFORE.search(" " + text[max(mention.start - _REACH, 0) : mention.start])
    if before:
        if before["word"] == "from" and moved:
            return None
        late = before["word"] in _LATE
        return "from" if late != bool(before["negated"]) else "to"
    after = _EDGE_AFTER.match(text[mention.end : mention.end + _REACH])
    return (after.lastgroup or "") if after else ""


def _softened(text: str, mention: Said) -> Clock:
    about = _ABOUT_BEFORE.search(" " + text[max(mention.start - _REACH, 0) : mention.start])
    about = about or _ABOUT_AFTER.match(text[mention.end : mention.end + _REACH])
    return replace(mention.value, approx=mention.value.approx or bool(about))


def _bounded(times: Times, clock: Clock, edge: str, *, hours: Hours, part: str) -> Times:
    if clock.to:
        start, end, options = _range(clock, clock.to, hours, part=part)
        return replace(times, start=start, end=end, options=options)
    minutes, *others = readings(clock, hours, part, ends=edge == "to")
    times = replace(times, options=(minutes, *others) if others else times.options)
    if edge == "from":  # of two edges that leave nothing between them the one said last counts
        return replace(times, start=minutes, end=times.end if (times.end or 0) > minutes else None)
    return replace(times, end=minutes, start=times.start if (times.start or 0) < minutes else None)


def _range(one: Clock, two: Clock, hours: Hours, *, part: str) -> tuple[int, int, tuple[int, ...]]:
    """Return the shortest range inside the opening hours; its start has options where two are as short."""
    starts, ends = readings(one, hours, part), readings(two, hours, part, ends=True)
    pairs = [(a, b) for a in starts for b in ends if a < b]
    pairs = pairs or [(a, b) for a in _halves(one) for b in _halves(two) if a < b]
    if not pairs:  # over midnight
        return starts[0], ends[0], ()
    shortest = min(b - a for a, b in pairs)
    (start, end), *others = sorted(pair for pair in pairs if pair[1] - pair[0] == shortest)
    return start, end, (start, *(a for a, _ in others)) if others else ()


def _halves(clock: Clock) -> tuple[int, ...]:
    early = clock.minutes % HALF_DAY
    if clock.fixed:
        return (clock.minutes % 1440,)
    return {"am": (early,), "pm": (early + HALF_DAY,)}.get(clock.half, (early, early + HALF_DAY))


def _pointed(times: Times, points: list[Clock], hours: Hours, *, part: str) -> Times:
    if not points:
        return times
    minutes = sorted({readings(clock, hours, part)[0] for clock in points})
    first, *others = readings(points[0], hours, part)
    said = points[0]
    chosen = replace(times, at=first, approx=any(c.approx for c in points), days=said.days, part=said.part)
    if said.until is not None:
        chosen = replace(chosen, at=None, start=first, end=said.until)
    if len(minutes) > 1:
        return replace(chosen, several=tuple(minutes))
    return replace(chosen, options=(first, *others) if others else times.options)
