"""Whether Twilio reaches us and is set up for us: signed self-tests of the public address, and settings to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from channels.caller import ring_seconds
from channels.reception import Account
from channels.twilio_api import LIMIT_S, twilio_client
from domain.settings import Business

SMS, CALL, ENDED = "/twilio/sms", "/twilio/call", "/twilio/call/status"
VOICEMAIL_S = 20  # mobile carriers' voicemail picks up from about here on
QUERY = "?check=a%20b&c=%2F"  # a proxy that writes it otherwise breaks every signature
TRUSTED, FORBIDDEN = 422, 403
FIXES = {
    (TRUSTED, 403): "our signature is not trusted: the server must have been started with the same token and"
    " QOTBOT_PUBLIC_BASE_URL, and the proxy must pass path and query unchanged",
    (TRUSTED, 404): "the proxy must pass /twilio/ on to the server",
    (TRUSTED, 301): "the address redirects: set QOTBOT_PUBLIC_BASE_URL to where it leads",
    (TRUSTED, 308): "the address redirects: set QOTBOT_PUBLIC_BASE_URL to where it leads",
    (TRUSTED, 400): "the server does not know this host: start it with the same QOTBOT_PUBLIC_BASE_URL",
    (TRUSTED, 0): "something before the server answers; look at the proxy",
    (FORBIDDEN, 0): "a webhook without a signature must be refused: something before the server answers",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is well, what was seen, and the next step where it is not."""

    name: str
    ok: bool
    seen: str
    next_step: str = ""


async def self_tests(
    account: Account, base: str, *, transport: httpx.AsyncBaseTransport | None = None
) -> list[Finding]:
    """Post webhooks without content to the running server's public address: it must trust the signed ones alone.

    A webhook that is trusted and has no MessageSid is answered 422 and changes nothing.
    """
    url = base.rstrip("/") + SMS
    tests = [
        ("trust", url, _signature(account.token, url, account), TRUSTED),
        ("path", url + QUERY, _signature(account.token, url + QUERY, account), TRUSTED),
        ("forgery", url, {}, FORBIDDEN),
    ]
    for n, token in enumerate(account.other_tokens, 2):
        tests.append((f"token {n}", url, _signature(token, url, account), TRUSTED))
    for key, secret in account.shared_keys.items():
        tests.append((f"key …{key[-6:]}", url, _signature(secret, url, account, key=key), TRUSTED))
    async with httpx.AsyncClient(transport=transport, timeout=LIMIT_S) as http:
        return [await _posted(http, account, (name, url, wanted), signed=signed) for name, url, signed, wanted in tests]


def _signature(secret: str, url: str, account: Account, *, key: str = "") -> dict[str, str]:
    from twilio.request_validator import HMAC_SHA1, HMAC_SHA256, SIGNATURE_SETTINGS_HEADER, RequestValidator

    algorithm = HMAC_SHA256 if key else HMAC_SHA1
    signature = RequestValidator(secret).compute_signature(url, {"AccountSid": account.sid}, algorithm)
    named = {SIGNATURE_SETTINGS_HEADER: f"key={key},algorithm={algorithm}"} if key else {}
    return {"X-Twilio-Signature": signature, **named}


async def _posted(
    http: httpx.AsyncClient, account: Account, test: tuple[str, str, int], *, signed: Mapping[str, str]
) -> Finding:
    name, url, wanted = test
    try:
        answer = await http.post(url, data={"AccountSid": account.sid}, headers=dict(signed))
    except httpx.HTTPError as problem:
        fix = "start the server, and the tunnel or proxy before it; check QOTBOT_PUBLIC_BASE_URL"
        return Finding(f"webhook {name}", False, f"{url}: {type(problem).__name__}", fix)
    seen = answer.status_code
    return Finding(f"webhook {name}", seen == wanted, f"{url}: {seen}", FIXES.get((wanted, seen), FIXES[wanted, 0]))


async def settings(account: Account, base: str, *, business: Business | None = None) -> list[Finding]:
    """Read how the number and its messaging service are set up at Twilio, and compare it with what we serve."""
    from twilio.base.exceptions import TwilioException

    try:
        async with httpx.AsyncClient(transport=account.transport, timeout=LIMIT_S) as http:
            client = twilio_client(account, http)
            numbers = await client.incoming_phone_numbers.list_async(phone_number=account.number, limit=1)
            service = await client.messaging.v1.services(account.service).fetch_async() if account.service else None
    except (TwilioException, httpx.HTTPError, ValueError) as problem:
        fix = "check TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_MESSAGING_SERVICE_SID"
        return [Finding("account", False, f"Twilio: {type(problem).__name__}", fix), *_ring(business)]
    if not numbers:
        fix = "phone in business.yaml must be a number of this account"
        return [Finding("number", False, f"the account has no number {account.number}", fix), *_ring(business)]
    return [*_number(numbers[0], base.rstrip("/"), service), *_ring(business)]


def _number(number: Any, base: str, service: Any) -> list[Finding]:
    able = number.capabilities or {}
    missing = [what for what in ("sms", "voice") if not able.get(what)]
    found = [Finding("number", not missing, f"{number.phone_number} can {', '.join(k for k, v in able.items() if v)}",
                     f"buy a number that has {' and '.join(missing)}")]  # fmt: skip
    if service is None or service.use_inbound_webhook_on_number:
        found.append(_set("a message comes in", number.sms_url, number.sms_method, wanted=base + SMS))
    else:
        found.append(_set("a message comes in (service)", service.inbound_request_url, service.inbound_method,
                          wanted=base + SMS))  # fmt: skip
    found.append(_set("a call comes in", number.voice_url, number.voice_method, wanted=base + CALL))
    found.append(_set("a call's status changes", number.status_callback, number.status_callback_method,
                      wanted=base + ENDED))  # fmt: skip
    return found


def _set(what: str, url: str | None, method: str | None, *, wanted: str) -> Finding:
    """Whether a webhook is set to ours; overrides after # (like #rc=2) are Twilio's and not sent."""
    seen = (url or "").partition("#")[0]
    fix = f"in Twilio's console set it to POST {wanted}"
    return Finding(f"when {what}", seen == wanted and method == "POST", f"{method or '-'} {url or 'nothing'}", fix)


def _ring(business: Business | None) -> list[Finding]:
    """Whether staff's telephone stops ringing before a voicemail would take the call."""
    if business is None or business.transfer_to is None:
        return []
    rings = ring_seconds(business)
    seen = f"staff's telephone rings {rings} s before the caller may leave a message"
    return [Finding("ring", rings < VOICEMAIL_S, seen, f"ring less than {VOICEMAIL_S} s: then voicemail picks up")]
