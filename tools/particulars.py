"""Answers that a business's settings hold: prices, lengths, hours, who does what and when, where it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from domain.settings import WEEKDAYS, Business, Service
from domain.tool import Context
from domain.when import read_when
from tools.wording import clock_time, long_day, money

_PRICE: Final = re.compile(r"\b(?:how much|pric\w*|costs?|charge|expensive|rates?)\b", re.IGNORECASE)
_LONG: Final = re.compile(r"\bhow long\b|\bduration\b", re.IGNORECASE)
_HOURS: Final = re.compile(
    r"\b(?:open|opens|opening|close|closes|closed|closing|hours|shut|till when|until when|what time)\b", re.IGNORECASE
)
_CLOSINGS: Final = re.compile(
    r"\b(?:holidays?|when (?:are|do) you (?:closed?|shut)|(?:which|what) days\b.{0,20}\b(?:closed?|shut)|closing days"
    r"|easter|good friday)\b",
    re.IGNORECASE,
)
_OPEN_FOR: Final = re.compile(r"\b(open|close[ds]?|closing|shut|hours) (?:for|over)\b", re.IGNORECASE)
MOST_CLOSINGS: Final = 5
_PLACE: Final = re.compile(r"\bwhere\b(?! is my)|\b(?:address|located|directions|location)\b", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\b(?:phone|telephone)(?: number)?\b|\byour number\b", re.IGNORECASE)
_WHO: Final = re.compile(r"\bwho\b|\bwhich (?:stylist|barber|hairdresser|of you)\b", re.IGNORECASE)
_TEAM: Final = re.compile(
    r"\bwho (?:works|are|is on|cuts|do you have)\b|\b(?:stylists|staff|team|hairdressers)\b", re.IGNORECASE
)
_DOES: Final = re.compile(r"\b(?:does|do|can|could|is|are|will)\b", re.IGNORECASE)
_MENU: Final = re.compile(
    r"\b(?:what|which)\b.{0,30}\b(?:services|treatments|do you (?:do|offer|have)|you offer)\b"
    r"|\b(?:price list|services|menu|(?:your|the) prices)\b",
    re.IGNORECASE,
)
_FULL: Final = {"mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday",
                "sat": "Saturday", "sun": "Sunday"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Particular:
    """The key of a wording, the facts it tells, and the service it is about."""

    key: str
    facts: dict[str, str]
    service: str | None = None


def from_settings(ctx: Context, question: str, *, service: str | None, before: str | None) -> Particular | None:
    """What the settings say to a question; `service` is the one talked about, `before` the question it goes on from."""
    business = ctx.pack.business
    topic = question if _has_topic(question) else f"{before or ''}"
    named = _services(business, question)
    staff = _staff(business, question)
    if _PRICE.search(topic) or _LONG.search(topic):
        keys = named or ([service] if service in business.services else [])
        if keys:
            return _priced(business, keys)
    if named and (staff or _WHO.search(topic)):
        return _doer(business, named[0], staff)
    if staff is not None:
        return _staff_hours(ctx, question, staff) if _DOES.search(question) or _HOURS.search(question) else None
    return _about_the_house(ctx, question, topic)


def named_service(ctx: Context, question: str) -> Particular | None:
    """Price and length of a service that is asked about in any way: "do you do beard trims?"."""
    named = _services(ctx.pack.business, question)
    return _priced(ctx.pack.business, named) if named else None


def _has_topic(question: str) -> bool:
    return any(p.search(question) for p in (_PRICE, _LONG, _HOURS, _WHO, _PLACE, _NUMBER, _MENU, _TEAM))


def _about_the_house(ctx: Context, question: str, topic: str) -> Particular | None:
    business = ctx.pack.business
    if _HOURS.search(topic) and (told := _hours(ctx, question)):
        return told
    if _TEAM.search(question):
        return Particular("answer.team", {"names": _listed([m.name for m in business.staff.values()])})
    if _MENU.search(question):
        return Particular(
            "answer.services", {"services": ", ".join(_line(business, s) for s in business.services.values())}
        )
    if _PLACE.search(question):
        return Particular("answer.place", {})
    if _NUMBER.search(question):
        return Particular("answer.number", {})
    return None


def _priced(business: Business, keys: list[str]) -> Particular:
    if len(keys) > 1:
        lines = ", ".join(_line(business, business.services[key]) for key in keys)
        return Particular("answer.prices", {"services": lines}, keys[0])
    service = business.services[keys[0]]
    facts = {"service": service.name, "price": money(business, service.price_cents), "length": _length(service.minutes)}
    return Particular("answer.service", facts, keys[0])


def _line(business: Business, service: Service) -> str:
    return f"{service.name} {money(business, service.price_cents)} ({_length(service.minutes)})"


def _doer(business: Business, key: str, staff: str | None) -> Particular:
    service = business.services[key]
    able = [business.staff[m].name for m in service.staff]
    facts = {"service": service.name.lower(), "able": _listed(able)}
    if staff is None:
        return Particular("answer.who", facts, key)
    does = "answer.staff_does" if staff in service.staff else "answer.staff_does_not"
    return Particular(does, {**facts, "staff": business.staff[staff].name}, key)


def _staff_hours(ctx: Context, question: str, staff: str) -> Particular:
    business = ctx.pack.business
    facts = {"staff": business.staff[staff].name}
    day = _day(ctx, question)
    if day is None:
        hours = business.staff[staff].hours or business.hours
        return Particular("answer.staff_days", {**facts, "days": _listed([_FULL[d] for d in WEEKDAYS if hours.get(d)])})
    spans = business.spans(day, staff) if business.spans(day) else []
    if not spans:
        return Particular("answer.staff_off", {**facts, "day": _spelled(business, day)})
    return Particular("answer.staff_in", {**facts, **_from_to(business, day, (spans[0].start, spans[-1].end))})


def _hours(ctx: Context, question: str) -> Particular | None:
    """The hours of the day asked for; without one day the knowledge files tell the week."""
    business = ctx.pack.business
    local = business.local(ctx.now)
    now = bool(re.search(r"\bnow\b|\bcurrently\b", question, re.IGNORECASE))
    day = local.date() if now else _day(ctx, question)
    if day is None:
        return _closings(ctx) if _CLOSINGS.search(question) else None
    spans = business.spans(day)
    if now:
        open_till = next((s.end for s in spans if s.start <= local.time() < s.end), None)
        return Particular("answer.open_now", {"to": _clock(business, day, open_till)}) if open_till else Particular(
            "answer.closed_now", {})  # fmt: skip
    if not spans:
        return Particular("answer.closed", {"day": _spelled(business, day)})
    return Particular("answer.hours", _from_to(business, day, (spans[0].start, spans[-1].end)))


def _closings(ctx: Context) -> Particular | None:
    """The days of the week and the holidays on which nobody is in."""
    business = ctx.pack.business
    today = business.local(ctx.now).date()
    weekly = [f"{_FULL[d]}s" for d in WEEKDAYS if not business.hours.get(d)]
    dates = [
        _spelled(business, day)
        for day in sorted(business.closed)
        if day >= today and business.hours.get(WEEKDAYS[day.weekday()])
    ]
    days = [*weekly, *dates[:MOST_CLOSINGS]]
    return Particular("answer.closed_days", {"days": _listed(days)}) if days else None


def _day(ctx: Context, question: str) -> date | None:
    """The one day a question names."""
    asked = _OPEN_FOR.sub(r"\1 on", question)
    when = read_when(asked, ctx.pack.business.local(ctx.now))
    return when.date if when.date_to in (None, when.date) else None


def _from_to(business: Business, day: date, span: tuple[time, time]) -> dict[str, str]:
    told = {"from": _clock(business, day, span[0]), "to": _clock(business, day, span[1])}
    return {"day": _spelled(business, day), **told}


def _clock(business: Business, day: date, moment: time) -> str:
    return clock_time(datetime.combine(day, moment, business.tz))


def _spelled(business: Business, day: date) -> str:
    return long_day(datetime.combine(day, time(), business.tz))


def _services(business: Business, question: str) -> list[str]:
    """The services named, longest names first where one holds another."""
    text = f" {' '.join(re.findall(r'[a-z]+', question.casefold()))} "
    names = [(" ".join(re.findall(r"[a-z]+", name.casefold())), key)
             for key, s in business.services.items() for name in (s.name, *s.aliases)]  # fmt: skip
    found: dict[str, int] = {}
    for plain, key in sorted(names, key=lambda n: -len(n[0])):
        for spelled in (f" {plain}s ", f" {plain} "):
            if (at := text.find(spelled)) >= 0:
                found.setdefault(key, at)
                text = text.replace(spelled, " " * len(spelled), 1)
    return sorted(found, key=lambda key: found[key])


def _staff(business: Business, question: str) -> str | None:
    words = set(re.findall(r"[a-z]+", question.casefold()))
    return next(
        (k for k, m in business.staff.items() if words & {m.name.casefold(), *(a.casefold() for a in m.aliases)}), None
    )


def _listed(names: list[str]) -> str:
    return " and ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} and {names[-1]}"


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = ([f"{hours} hour{'s' if hours > 1 else ''}"] if hours else []) + ([f"{rest} minutes"] if rest else [])
    return " ".join(parts)
