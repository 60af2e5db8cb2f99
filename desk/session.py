"""Who may open the desk: a printed token used once, then a signed cookie; forms carry a signed mark of the session."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request
from itsdangerous import BadSignature, URLSafeSerializer

from domain.clock import Clock

COOKIE = "qotbot_desk"
PATH = "/desk"
LASTS = 12 * 3600  # seconds: one working day
FORM_MARK = "csrf"


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that came in with the token; `until` is seconds since 1970."""

    id: str
    who: str
    until: int


class Entrance:
    """Turns the one-time token into sessions and tells real sessions from made-up ones."""

    def __init__(self, token: str, *, secret: str, who: str, clock: Clock) -> None:
        if len(token) < 16 or len(secret) < 16:
            raise ValueError("the desk's token and secret need at least 16 characters each")
        self._token: str | None = token
        self._who = who
        self._clock = clock
        self._cookies = URLSafeSerializer(secret, salt="qotbot.desk.session")
        self._forms = URLSafeSerializer(secret, salt="qotbot.desk.form")

    def redeem(self, token: str) -> Session | None:
        """Return a new session for the right token, the first time only."""
        if self._token is None or not hmac.compare_digest(token.encode(), self._token.encode()):
            return None
        self._token = None
        return Session(secrets.token_urlsafe(16), self._who, int(self._clock.now().timestamp()) + LASTS)

    def seal(self, session: Session) -> str:
        """Return the cookie's value."""
        return str(self._cookies.dumps([session.id, session.who, session.until]))

    def session(self, request: Request) -> Session | None:
        """Return the session of a request; None without a cookie, with a forged one, or after its time."""
        try:
            found, who, until = self._cookies.loads(request.cookies.get(COOKIE, ""))
        except (BadSignature, ValueError):
            return None
        return Session(found, who, until) if until > self._clock.now().timestamp() else None

    def mark(self, session: Session) -> str:
        """Return the value that this session's forms must carry."""
        return str(self._forms.dumps(session.id))

    def is_from_our_page(self, request: Request, session: Session, mark: str) -> bool:
        """Tell whether a form was sent by a page of ours in this session: origin and mark must both say so."""
        origin = urlsplit(request.headers.get("origin", "")).netloc
        if not origin or origin != request.headers.get("host"):
            return False
        try:
            return bool(self._forms.loads(mark) == session.id)
        except BadSignature:
            return False
