"""Sending through Twilio's API with real time limits and no second POST."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from typing import Any

import httpx
from typing_extensions import override

from channels.reception import Account
from domain.message import Delivery, Refused, Sent, Unknown

LIMIT_S = 8.0


async def send_text(account: Account, *, to: str, text: str) -> Delivery:
    """Create a message; `Unknown` where Twilio may have taken it without saying so."""
    from twilio.base.exceptions import TwilioRestException

    try:
        async with httpx.AsyncClient(transport=account.transport, timeout=LIMIT_S) as http:
            client = _client(account, http)
            made = await client.messages.create_async(to=to, from_=account.number, body=text)
    except TwilioRestException as problem:
        if problem.status == 429 or problem.status >= 500:
            return Unknown(f"Twilio answered {problem.status}")
        return Refused(f"Twilio answered {problem.status} ({problem.code})", str(problem.code))
    except (httpx.ConnectError, httpx.ConnectTimeout):
        return Refused("Twilio could not be reached", "absent")
    except (httpx.HTTPError, ValueError) as problem:  # ValueError: an answer that is no JSON
        return Unknown(type(problem).__name__)
    return Sent({"sid": str(made.sid)})


async def find_text(account: Account, *, to: str, text: str, now: datetime, known: Collection[str] = ()) -> Delivery:
    """Look for a message with these words among those of the last day; `known` are the ids of others' receipts."""
    from twilio.base.exceptions import TwilioException

    since = now - timedelta(days=1)
    try:
        async with httpx.AsyncClient(transport=account.transport, timeout=LIMIT_S) as http:
            client = _client(account, http)
            found = await client.messages.list_async(to=to, from_=account.number, date_sent_after=since, limit=50)
    except (TwilioException, httpx.HTTPError, ValueError) as problem:  # ValueError: an answer that is no JSON
        return Unknown(type(problem).__name__)
    for message in found:
        if message.body == text and message.sid not in known:
            return Sent({"sid": str(message.sid)})
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
        async with httpx.AsyncClient(transport=account.transport, timeout=LIMIT_S) as http:
            await change(_client(account, http))
    except TwilioRestException as problem:
        return Refused(f"Twilio answered {problem.status} ({problem.code})", str(problem.status))
    except (TwilioException, httpx.HTTPError, ValueError) as problem:
        return Unknown(type(problem).__name__)
    return Sent()


def _client(account: Account, http: httpx.AsyncClient) -> Any:
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
            there = uri.replace("https://api.twilio.com", account.api_base.rstrip("/"), 1)
            answer = await http.request(method, there, params=params, data=data, headers=headers, auth=auth)
            return Response(answer.status_code, answer.text, answer.headers)

    return Client(account.sid, account.token, http_client=Http(logging.getLogger("twilio"), is_async=True))
