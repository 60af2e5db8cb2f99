"""Who a chat's visitor is: a cookie on our own page, a short token on pages of other sites.

A token belongs to one site and to nobody's cookies, so it works where browsers keep third-party cookies out; the page
keeps it in its own storage, which other sites cannot read. It can be taken back before it ends.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request
from itsdangerous import BadData, BadSignature, Signer, URLSafeSerializer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels.origins import OURS
from domain.clock import Clock, from_ms, to_ms

COOKIE = "qotbot_visitor"
LIFETIME = timedelta(hours=24)  # a token that is not renewed; pages renew theirs while they are used
LONGEST = timedelta(days=30)  # after that a visitor begins anew
VOUCHED = timedelta(hours=24)  # a site may vouch for its user this far ahead, so that no signature is for ever


@dataclass(frozen=True, slots=True)
class Visitor:
    """A visitor: the address of their thread, what a revocation names, and until when they may go on so."""

    session: str
    key: str
    until: datetime | None = None


class Kept(BaseModel):
    """What a token says. `user` is the keyed hash of whom the site vouched for."""

    model_config = ConfigDict(frozen=True)

    session: str
    key: str
    origin: str
    begun: int
    issued: int
    user: str = ""


class Identity(BaseModel):
    """Whom a site vouches for: HMAC-SHA256, in hex, over the lines user, phone and expiry (seconds since 1970)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user: str = Field(min_length=1, max_length=200, pattern=r"^[^\n]+$")
    phone: str = Field(default="", max_length=30, pattern=r"^[^\n]*$")
    expires: int = Field(ge=0, lt=10**12)
    signature: str = Field(pattern=r"^[0-9a-f]{64}$")


class Forged(Exception):
    """An identity that the site did not sign, or that is over; `why` tells the site's developer."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Visitors:
    """Makes and reads cookies and tokens with the home's secret; `identity_secret` is the one shared with the site."""

    secret: str
    clock: Clock
    identity_secret: str | None = None

    def cookie(self) -> str:
        """A new visitor's cookie."""
        return Signer(self.secret, salt="visitor").sign(_anybody()).decode()

    def token(self, origin: str, *, before: str | None, identity: Identity | None) -> tuple[str, Kept]:
        """A token for a page of an origin: the one it has, renewed, else a new visitor's; raises `Forged`.

        A page that vouches for another user than its token's, or no longer for any, never goes on in that thread.
        """
        user, now = self._user(identity), self.clock.now()
        kept = self._kept(before) if before else None
        if kept is None or kept.origin != origin or kept.user != user:
            session = f"web-user-{user}" if user else _anybody()
            kept = Kept(session=session, key=_anybody(), origin=origin, begun=to_ms(now), issued=0, user=user)
        kept = kept.model_copy(update={"issued": to_ms(now)})
        return str(self._tokens().dumps(kept.model_dump())), kept

    def of(self, request: Request, origin: str) -> Visitor | None:
        """Who asks, from a page of an origin: by the token where there is one, on our own pages else by the cookie."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            kept = self._kept(token)
            return Visitor(kept.session, kept.key, until(kept)) if kept and kept.origin == origin else None
        if origin != OURS:
            return None
        try:
            session = Signer(self.secret, salt="visitor").unsign(request.cookies.get(COOKIE, "")).decode()
        except BadSignature:
            return None
        return Visitor(session, session)

    def _user(self, identity: Identity | None) -> str:
        """What stands for a user that the site vouches for; empty for an unknown visitor."""
        if identity is None:
            return ""
        if not self.identity_secret:
            raise Forged("This server has no QOTBOT_CHAT_IDENTITY_SECRET, so nobody can vouch for a user.")
        lines = f"{identity.user}\n{identity.phone}\n{identity.expires}".encode()
        right = hmac.new(self.identity_secret.encode(), lines, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right, identity.signature):
            raise Forged("The signature of the user does not fit user, phone and expires.")
        now = self.clock.now().timestamp()
        if not now < identity.expires <= now + VOUCHED.total_seconds():
            raise Forged("The signature of the user is over, or holds for more than 24 hours; sign a new one.")
        told = f"chat user\n{identity.user}".encode()
        return hmac.new(self.secret.encode(), told, hashlib.sha256).hexdigest()[:32]

    def _kept(self, token: str) -> Kept | None:
        try:
            kept = Kept.model_validate(self._tokens().loads(token))
        except (BadData, ValidationError, ValueError, RecursionError):
            return None
        return kept if self.clock.now() < until(kept) else None

    def _tokens(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret, salt="visitor-token")


def until(kept: Kept) -> datetime:
    """When a token ends."""
    return min(from_ms(kept.issued) + LIFETIME, from_ms(kept.begun) + LONGEST)


def _anybody() -> str:
    return f"web-{secrets.token_urlsafe(18)}"
