"""How fast the chat may be used: by one visitor, and from one address, however many visitors it claims to be.

An address may be a whole school behind one router, so it may do much more than a visitor.
"""

from __future__ import annotations

from math import ceil
from typing import Final

from fastapi import Request

from channels.visitors import Visitor
from domain.live import Live, Rate

PER_VISITOR: Final = {
    "messages": Rate.per(30, 60),
    "form": Rate.per(5, 600),
    "events": Rate.per(60, 60),
    "transcript": Rate.per(10, 60),
    "end": Rate.per(10, 60),
}
PER_ADDRESS: Final = {
    "session": Rate.per(600, 600),
    "messages": Rate.per(300, 60),
    "form": Rate.per(30, 600),
    "events": Rate.per(600, 60),
    "transcript": Rate.per(60, 60),
    "end": Rate.per(60, 60),
}


async def too_fast(live: Live, request: Request, visitor: Visitor | None) -> int:
    """In how many seconds to ask again; 0 where it may go on now. Who asks from nowhere is one address."""
    what = request.url.path.rpartition("/")[2]
    host = request.client.host if request.client else "nowhere"
    waits = [await _take(live, f"chat:{what}:from:{host}", PER_ADDRESS.get(what))]
    if visitor is not None and not waits[0]:
        waits.append(await _take(live, f"chat:{what}:by:{visitor.session}", PER_VISITOR.get(what)))
    return ceil(max(waits))


async def _take(live: Live, bucket: str, rate: Rate | None) -> float:
    return await live.take(bucket, 1, rate) if rate else 0.0
