"""Sending through Twilio's API with real time limits and no second POST."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import httpx
from typing_extensions import override

from channels.reception import Account
from channels.remedies import refused
from domain.message import Delivery, Refused, Sent, Unknown

LIMIT_S = 8.0
INBOUND = "inbound"
API = "https://api.twilio.com"
PRODUCTS = (API, "https://messaging.twilio.com")  # on one address at the offline phone company


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text to send: to whom, the words, Twilio's word for its purpose, how long it may wait, who is told of it."""

    to: str
    body: str
    media: tuple[str, ...] = ()
    intent: str | None = None
    validity_s: int | None = None
    status_callback: str | None = None


async def send_text(account: Account, text: Text) -> Delivery:
    """Create a message, once; `Unknown` where Twilio may have taken it without saying so (5xx, silence, a cut line).

    Nothing was taken where no connection was made ("absent") or where Twilio answered 429 (remedy "later").
    """
    from twilio.base.exceptions import TwilioRestException

    asked = {
        "to": text.to, "body": text.body, "media_url": list(text.media), "message_intent": text.intent,
        "validity_period": text.validity_s, "status_callback": text.status_callback,
        "messaging_service_sid": account.service, "from_": None if account.service else account.number,
    }  # fmt: skip
    try:
        async with _http(account) as http:
            client = twilio_client(account, http)
            made = await client.messages.create_async(**{name: value for name, value in asked.items() if value})
    except TwilioRestException as problem:
        if problem.status >= 500:
            return Unknown(f"Twilio answered {problem.status}")
        return refused(problem.status, str(problem.code))
    except (httpx.ConnectError, httpx.ConnectTimeout):
        return Refused("Twilio could not be reached", "absent")
    except (httpx.HTTPError, ValueError) as problem:  # ValueError: an answer that is no JSON
        return Unknown(type(problem).__name__)
    return Sent({"sid": str(made.sid)}, "twilio")


async def find_text(account: Account, *, to: str, text: str, now: datetime, known: Collection[str] = ()) -> Delivery:
    """Look for a message with these words among those of the last day; `known` are the ids of others' receipts.

    The list is not narrowed by the day of sending: what still waits in Twilio's queue has none.
    """
    from twilio.base.exceptions import TwilioException

    asked = {"to": to} if account.service else {"to": to, "from_": account.number}
    try:
        async with _http(account) as http:
            found = await twilio_client(account, http).messages.list_async(**asked, limit=50)
    except (TwilioException, httpx.HTTPError, ValueError) as problem:  # ValueError: an answer that is no JSON
        return Unknown(type(problem).__name__)
    for message in found:
        if message.direction == INBOUND or (message.date_created and now - message.date_created > timedelta(days=1)):
            continue
        if message.body == text and message.sid not in known:
            return Sent({"sid": str(message.sid)}, "twilio")
    return Refused("Twilio has no such message", "absent")


async def stop_recording(account: Account, call: str) -> Delivery:
    """Stop what records a call now; a call that nothing records is `Refused` with code 404."""

    async def stop(client: Any) -> None:
        await client.calls(call).recordings("Twilio.CURRENT").update_async(status="stopped")

    return await _told(account, stop)


async def say_and_hang_up(account: Account, call: str, twiml: str) -> Delivery:
    """Have a call say something else than it does, as its last words."""

    async def change(client: Any) -> None:
        await client.calls(call).update_async(twiml=twiml)

    return await _told(account, change)


async def _told(account: Account, change: Callable[[Any], Awaitable[None]]) -> Delivery:
    """Ask Twilio for a change of a call; asking twice would do no harm, but nobody does."""
    from twilio.base.exceptions import TwilioException, TwilioRestException

    try:
        async with _http(account) as http:
            await change(twilio_client(account, http))
    except TwilioRestException as problem:
        return Refused(f"Twilio answered {problem.status} ({problem.code})", str(problem.status))
    except (TwilioException, httpx.HTTPError, ValueError) as problem:
        return Unknown(type(problem).__name__)
    return Sent()


def _http(account: Account) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=account.transport, timeout=LIMIT_S, verify=_trusted())


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates count, read once: reading them takes 60 ms of processor time, and each text made a client."""
    return httpx.create_ssl_context()


def twilio_client(account: Account, http: httpx.AsyncClient) -> Any:
    """Twilio's client over our own HTTP client: theirs ignores its time limit and repeats POSTs (9.13.0)."""
    from twilio.http import AsyncHttpClient
    from twilio.http.response import Response
    from twilio.rest import Client

    class Http(AsyncHttpClient):
        """Twilio's requests, sent once."""

        @override
        async def request(
            self,
            method: str,
            uri: str,
            params: Any = None,
            data: Any = None,
            headers: Any = None,
            auth: Any = None,
            timeout: float | None = None,
            allow_redirects: bool = False,
        ) -> Response:
            there = uri
            for product in PRODUCTS if account.api_base != API else ():
                there = there.replace(product, account.api_base.rstrip("/"), 1)
            answer = await http.request(method, there, params=params, data=data, headers=headers, auth=auth)
            return Response(answer.status_code, answer.text, answer.headers)

    return Client(account.sid, account.token, http_client=Http(logging.getLogger("twilio"), is_async=True))
