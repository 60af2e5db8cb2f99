"""Answer a question from the business's settings and knowledge files, quoting the section it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from pydantic import Field

from domain.action import Assurance, Tier
from domain.settings import Pack, Section, Service
from domain.tool import Args, Context, Tool
from domain.when import read_when
from tools.wording import clock_time, money


class Answer(Args):
    """The question in the customer's words; `service` is the one being talked about, for "how long does it take?"."""

    question: str = Field(min_length=1, max_length=400)
    service: str | None = Field(default=None, max_length=40)


_STOP = frozenset(
    "a an and are at can could do does for from have how i if in is it me my of on or our that the there this to u us we"
    " what when where which who will with you your please hi hello hey tell know like would want about any some get be"
    " was am ok so just also by up not im much many its has sell offer".split()
)
_SAME = {
    "open": "hour", "close": "hour", "closing": "hour", "opening": "hour", "hours": "hour", "times": "hour",
    "cost": "price", "charge": "price", "fee": "price", "expensive": "price", "cheap": "price", "rate": "price",
    "pricing": "price", "prices": "price", "address": "where", "located": "where", "location": "where", "find": "where",
    "street": "where", "directions": "where", "park": "parking", "car": "parking", "pay": "payment", "card": "payment",
    "cash": "payment", "contactless": "payment", "voucher": "gift", "vouchers": "gift", "giftcard": "gift",
    "kid": "child", "kids": "child", "son": "child", "daughter": "child", "children": "child",
    "disabled": "accessible", "wheelchair": "accessible", "accessibility": "accessible", "step": "accessible",
    "walkin": "walk", "walkins": "walk", "highlight": "balayage", "highlights": "balayage", "vegan": "product",
    "cruelty": "product", "brand": "product", "refund": "deposit", "refunded": "deposit",
}  # fmt: skip
_PRICE = re.compile(r"\b(how much|price|prices|cost|costs|charge|expensive|rates?)\b", re.IGNORECASE)
_HOURS = re.compile(r"\b(open|opens|close|closes|closing|opening|hours|shut|till when|until when)\b", re.IGNORECASE)
_LONG = re.compile(r"\bhow long\b|\bduration\b", re.IGNORECASE)
_PLACE = re.compile(r"\bwhere\b|\baddress\b|\blocated\b|\bdirections\b|\blocation\b", re.IGNORECASE)
_NUMBER = re.compile(r"\b(phone|telephone)( number)?\b|\byour number\b", re.IGNORECASE)
ENOUGH = 3


def read(args: Answer, ctx: Context) -> dict[str, Any]:
    """The answer and where it stands; `found` is false where nobody wrote one."""
    question = args.question
    settings = _from_settings(args, ctx)
    if settings is not None:
        return {"found": True, "text": settings, "source": "business.yaml"}
    section, score = _best(question, ctx.pack.knowledge)
    if section is None or score < ENOUGH:
        return {"found": False, "text": "", "source": ""}
    return {"found": True, "text": section.text, "source": f"{section.file}#{section.title}"}


def _from_settings(args: Answer, ctx: Context) -> str | None:
    question = args.question
    service = _service(question, ctx.pack) or ctx.pack.business.services.get(args.service or "")
    if service and (_PRICE.search(question) or _LONG.search(question)):
        price = money(ctx.pack.business, service.price_cents)
        return f"{service.name} is {price} and takes {_minutes(service.minutes)}."
    if _HOURS.search(question) and (told := _hours(question, ctx)):
        return told
    if _PLACE.search(question):
        return f"We are at {ctx.pack.business.address}."
    if _NUMBER.search(question):
        return f"Our number is {ctx.pack.business.phone}."
    return None


def _hours(question: str, ctx: Context) -> str | None:
    """The hours of the day asked for; without a day the knowledge files tell the week."""
    business = ctx.pack.business
    local = business.local(ctx.now)
    when = read_when(question, local)
    days = [when.date] if when.date else []
    if re.search(r"\bnow\b", question, re.IGNORECASE):
        days = [local.date()]
    if not days or (when.date_to and when.date_to - days[0] > timedelta(days=0)):
        return None
    day = days[0]
    spans = business.spans(day)
    name = f"{day:%A} {day.day} {day:%B}"
    if not spans:
        return f"We are closed on {name}."
    told = " and ".join(
        f"{clock_time(local.replace(hour=s.start.hour, minute=s.start.minute))} to "
        f"{clock_time(local.replace(hour=s.end.hour, minute=s.end.minute))}"
        for s in spans
    )
    return f"On {name} we are open {told}."


def _service(question: str, pack: Pack) -> Service | None:
    text = f" {' '.join(re.findall(r'[a-z]+', question.casefold()))} "
    found: list[tuple[int, Service]] = []
    for service in pack.business.services.values():
        for name in (service.name, *service.aliases):
            plain = " ".join(re.findall(r"[a-z]+", name.casefold()))
            if f" {plain} " in text or f" {plain}s " in text:
                found.append((len(plain), service))
    return max(found, key=lambda f: f[0])[1] if found else None


def _minutes(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = ([f"{hours} hour{'s' if hours > 1 else ''}"] if hours else []) + ([f"{rest} minutes"] if rest else [])
    return " ".join(parts)


def _best(question: str, sections: Iterable[Section]) -> tuple[Section | None, int]:
    wanted = set(_words(question))
    scored = [(_score(wanted, s), s) for s in sections]
    if not scored:
        return None, 0
    score, section = max(scored, key=lambda pair: pair[0])
    return section, score


def _score(wanted: set[str], section: Section) -> int:
    """Words of the title count three times: a section is about its title."""
    title, text = set(_words(section.title)), set(_words(section.text))
    return 3 * len(wanted & title) + len((wanted & text) - title)


def _words(text: str) -> list[str]:
    found = re.findall(r"[a-z]+", text.casefold().replace("gift card", "giftcard").replace("walk-in", "walkin"))
    return [_stem(_SAME.get(w, w)) for w in found if w not in _STOP]


def _stem(word: str) -> str:
    for ending in ("ing", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


TOOL = Tool(name="answer", tier=Tier.READ, purpose="reply", assurance=Assurance.UNKNOWN, args=Answer, read=read)
