"""Answer a question from the business's settings and knowledge files, quoting the section it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic import Field

from domain.action import Assurance, Tier
from domain.settings import Section
from domain.tool import Args, Context, Tool
from tools.particulars import from_settings, named_service


class Answer(Args):
    """The question in the customer's words; `service` is the one being talked about, for "how long does it take?",
    `before` the question that this one goes on from, for "and colour?"."""

    question: str = Field(min_length=1, max_length=400)
    service: str | None = Field(default=None, max_length=40)
    before: str | None = Field(default=None, max_length=400)


_STOP = frozenset(
    "a an and are at can could do does for from have how i if in is it me my of on or our that the there this to u us"
    " we what when where which who will with you your please hi hello hey tell know like would want about any some get"
    " be was am ok so just also by up not im much many its has sell offer".split()
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
ENOUGH = 3


def read(args: Answer, ctx: Context) -> dict[str, Any]:
    """The wording that answers, its facts and where it stands; `found` is false where nobody wrote one."""
    told = from_settings(ctx, args.question, service=args.service, before=args.before)
    if told is not None:
        return {"found": True, "key": told.key, "facts": told.facts, "service": told.service, "source": "business.yaml"}
    section, score = _best(args.question, ctx.pack.knowledge)
    if score < ENOUGH and args.before:
        section, score = _best(f"{args.before} {args.question}", ctx.pack.knowledge)
    if section is not None and score >= ENOUGH:
        source = f"{section.file}#{section.title}"
        return {"found": True, "key": "answer.found", "facts": {"answer": section.text}, "source": source}
    if (offered := named_service(ctx, args.question)) is not None:
        return {"found": True, "key": offered.key, "facts": offered.facts, "service": offered.service,
                "source": "business.yaml"}  # fmt: skip
    return {"found": False, "key": "", "facts": {}, "source": ""}


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
    found: list[str] = re.findall(
        r"[a-z]+", text.casefold().replace("gift card", "giftcard").replace("walk-in", "walkin")
    )
    return [_SAME.get(w) or _SAME.get(_stem(w), _stem(w)) for w in found if w not in _STOP]


def _stem(word: str) -> str:
    for ending in ("ing", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


TOOL = Tool(name="answer", tier=Tier.READ, purpose="reply", assurance=Assurance.UNKNOWN, args=Answer, read=read)
