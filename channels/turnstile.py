"""How fast the chat may be used: by one visitor, and from one address, however many visitors it claims to be.

An address may be a whole school behind one router, so it may do much more than a visitor.
"""

from __future__ import annotations

from math import ceil
from typing import Final

from fastapi import Request

from channels.visitors import Visitor
from domain.live import Limit, Live

PER_VISITOR: Final = {
    "messages": Limit(30, 60),
    "form": Limit(5, 600),
    "events": Limit(60, 60),
    "transcript": Limit(10, 60),
    "end": Limit(10, 60),
    "forget": Limit(3, 60),
}
PER_ADDRESS: Final = {
    "session": Limit(600, 600),
    "messages": Limit(300, 60),
    "form": Limit(30, 600),
    "events": Limit(600, 60),
    "transcript": Limit(60, 60),
    "end": Limit(60, 60),
    "forget": Limit(30, 60),
}


async def too_fast(live: Live, request: Request, visitor: Visitor | None) -> int:
    """In how many seconds to ask again; 0 where it may go on now. Who asks from nowhere is one address."""
    what = request.url.path.rpartition("/")[2]
    host = request.client.host if request.client else "nowhere"
    waits = [await _asked(live, f"chat:{what}:from:{host}", PER_ADDRESS.get(what))]
    if visitor is not None and not waits[0]:
        waits.append(await _asked(live, f"chat:{what}:by:{visitor.session}", PER_VISITOR.get(what)))
    return ceil(max(waits))


async def _asked(live: Live, name: str, limit: Limit | None) -> float:
    return await live.allow(name, limit) if limit else 0.0
