"""From the days a message names to the one it means, with every other reading of the same words."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from domain.calendar.changes import BY, UNLESS, moving, standing
from domain.calendar.days import GONE, WEEK, Days, monday_of
from domain.calendar.words import Mention

Said = Mention[Days]

_BESIDE = re.compile(r"\A ?[,(-]?(?: (?:on|the|that's|that is|which is|a|i mean))* ?\Z")
_ALTERNATIVE = re.compile(r"\b(?:or|and|to|until|through|then)\b|/")
_LINK = re.compile(r"\A(?: ?- ?| ?(?:to|until|through) )(?:the |on )*\Z")
_BETWEEN = re.compile(r"\bbetween(?: the)? \Z")
_WEEK_OF = re.compile(r"\bweek (?:of|commencing|beginning|starting)(?: the)? \Z")
_EDGE = re.compile(rf"{UNLESS}\b(?P<word>after|before|later than|earlier than|sooner than|{BY})(?: the)? \Z")
_AT_A_TIME = re.compile(r"\A,? (?:at|around|about) ")
_REACH = 40


def choose_days(text: str, mentions: list[Said], today: dt.date) -> list[Said]:
    """Return the days that are left, each with its options; more than one are alternatives of each other."""
    kept = standing(text, _ranges(text, [_edged(text, m, today) for m in mentions]))
    if any(mention.value.first for mention in kept):
        kept = [mention for mention in kept if mention.value.first]
    if any(not mention.weak for mention in kept):
        kept = [mention for mention in kept if not mention.weak]
    kept = _beside(text, kept, today)
    kept = _inside_spans(text, kept)
    return _distinct(kept)


def _edged(text: str, mention: Said, today: dt.date) -> Said:
    """Widen a day to the days that `week of`, `before`, `by` or `after` make of it."""
    days, before = mention.value, " " + text[max(mention.start - _REACH, 0) : mention.start]
    if days.first is None or mention.value.weak:
        return mention
    if _WEEK_OF.search(before):
        monday = monday_of(days.first)
        return replace(mention, value=Days(max(monday, today), monday + 6 * dt.timedelta(days=1)))
    found = _EDGE.search(before)
    if not found or (found["word"] == "by" and _AT_A_TIME.match(text[mention.end : mention.end + _REACH])):
        return mention  # "by friday at 3" names the day itself
    late = found["word"] in ("after", "later than")
    if found["negated"]:
        late = not late
    inclusive = bool(found["negated"]) or found["word"] == "by"
    last = days.last or days.first
    shift = dt.timedelta(days=0 if inclusive else 1)
    if late:
        first = (days.first if inclusive else last) + shift
        return replace(mention, value=Days(first, first + 6 * dt.timedelta(days=1), approx=True))
    end = (last if inclusive else days.first) - shift
    return replace(mention, value=Days(today, end, approx=True) if end >= today else GONE)


def _ranges(text: str, mentions: list[Said]) -> list[Said]:
    """Join `from A to B` and `between A and B` to one span, unless the words ask to move A to B."""
    out: list[Said] = []
    moved = moving(text)
    for mention in mentions:
        if out and (span := _span(text, out[-1], mention, moved=moved)):
            out[-1] = span
        else:
            out.append(mention)
    return out


def _span(text: str, one: Said, two: Said, *, moved: bool) -> Said | None:
    gap = text[one.end : two.start][:_REACH]
    before = text[max(one.start - _REACH, 0) : one.start]
    opened = _BETWEEN.search(before) or text[one.start : one.end].startswith("between")
    if not (_LINK.match(gap) or (opened and gap.strip() in ("and", "and the"))) or not one.value.first:
        return None
    if " to" in gap and moved:
        return None
    last = two.value.last or two.value.first
    if last and last < one.value.first and two.value.by_weekday:
        last += WEEK
    if not last or last <= one.value.first:
        return None
    return Mention(one.start, two.end, replace(one.value, last=last, by_weekday=False))


def _beside(text: str, mentions: list[Said], today: dt.date) -> list[Said]:
    """Read `tuesday the 8th` as one day: the number where both agree, else the weekday, with both as options."""
    out: list[Said] = []
    for mention in mentions:
        gap = text[out[-1].end : mention.start] if out else ""
        joined = _one_day(out[-1].value, mention.value, gap, today=today) if out and len(gap) <= _REACH else None
        if joined:
            out[-1] = Mention(out[-1].start, mention.end, joined)
        else:
            out.append(mention)
    return out


def _one_day(one: Days, two: Days, gap: str, *, today: dt.date) -> Days | None:
    named, dated = (one, two) if one.by_weekday else (two, one)
    if one.last or two.last or not named.first or not dated.first or _ALTERNATIVE.search(gap):
        return None
    if dated.first == named.first:
        return replace(dated, options=())
    if not named.by_weekday or dated.by_weekday:
        return None
    fitting = [day for day in dated.options or (dated.first,) if day.weekday() == named.first.weekday()]
    if fitting:
        return replace(dated, first=fitting[0], options=tuple(fitting) if len(fitting) > 1 else ())
    if not _BESIDE.match(gap):
        return None
    nearest = _nearest(named.first.weekday(), dated.first, today)
    return Days(nearest, options=tuple(sorted({nearest, dated.first})))


def _nearest(weekday: int, day: dt.date, today: dt.date) -> dt.date:
    """Return the day of a weekday closest to a date, not before today; the earlier of two equally close."""
    sooner = day - dt.timedelta(days=(day.weekday() - weekday) % 7)
    return min((d for d in (sooner, sooner + WEEK) if d >= today), key=lambda d: abs(d - day))


def _inside_spans(text: str, mentions: list[Said]) -> list[Said]:
    """Let `next week, maybe on tuesday` mean that Tuesday: a span only says where to look for the day."""
    spans = [m for m in mentions if m.value.last]
    days = [m for m in mentions if not m.value.last]
    if len(spans) != 1 or not days:
        return mentions
    first, last = min(spans[0].start, days[0].start), max(spans[0].start, days[0].start)
    if _ALTERNATIVE.search(text[first:last][: _REACH * 2]):
        return mentions
    placed = [replace(m, value=_within(m.value, spans[0].value)) for m in days]
    inside = [m for m in placed if m.value.first]
    return inside if len(inside) == len(placed) else mentions


def _within(day: Days, span: Days) -> Days:
    if not (day.first and span.first and span.last):
        return GONE
    if not day.by_weekday:
        return day if span.first <= day.first <= span.last else GONE
    first = span.first + dt.timedelta(days=(day.first.weekday() - span.first.weekday()) % 7)
    fitting = [first + n * WEEK for n in range(5) if first + n * WEEK <= span.last]
    return Days(fitting[0], options=tuple(fitting) if len(fitting) > 1 else ()) if fitting else GONE


def _distinct(mentions: list[Said]) -> list[Said]:
    seen: dict[tuple[dt.date | None, dt.date | None], Said] = {}
    for mention in mentions:
        seen.setdefault((mention.value.first, mention.value.last), mention)
    return list(seen.values())
