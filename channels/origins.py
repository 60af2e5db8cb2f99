"""Which web pages may use the chat: our own, and those of the sites that the business named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request, Response

OURS = ""
PREFLIGHT_S = 600


@dataclass(frozen=True, slots=True)
class Origins:
    """The origin of our public address, and the origins a business allows."""

    own: str
    allowed: frozenset[str]

    def of(self, request: Request) -> str | None:
        """Where a request comes from: `OURS` for our own pages and for what is no browser, None if not allowed.

        A browser names the origin of every POST and of every request to another origin; `Sec-Fetch-Site` covers the
        rest, so a foreign page can never pass for a program.
        """
        origin = request.headers.get("origin")
        if origin is None:
            return OURS if request.headers.get("sec-fetch-site", "none") in ("none", "same-origin") else None
        if origin == self.own or urlsplit(origin).netloc == request.headers.get("host"):
            return OURS
        return origin if origin in self.allowed else None

    def shared(self, origin: str | None) -> dict[str, str]:
        """The headers that let a page of an allowed site read an answer; nobody else may."""
        headers = {"Vary": "Origin", "Cross-Origin-Resource-Policy": "same-origin"}
        if origin:
            headers |= {"Access-Control-Allow-Origin": origin, "Cross-Origin-Resource-Policy": "cross-origin"}
        return headers

    async def preflight(self, request: Request) -> Response:
        """Answer a browser that asks whether a page may send what it wants to send; cookies are never let through."""
        origin = self.of(request)
        if origin is None:
            return Response(status_code=403, headers=self.shared(None))
        headers = {
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
            "Access-Control-Max-Age": str(PREFLIGHT_S),
        }
        return Response(status_code=204, headers={**headers, **self.shared(origin)})


def origins(public_base_url: str, allowed: Sequence[str]) -> Origins:
    """The origins of a deployment."""
    own = urlsplit(public_base_url)
    return Origins(f"{own.scheme}://{own.netloc}", frozenset(allowed))
