"""Trust in Twilio's webhooks: nothing is read from a request whose signature does not fit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import HTTPException, Request, WebSocket
from starlette.datastructures import FormData
from starlette.requests import HTTPConnection

from channels.reception import Account, Reception
from domain.errors import BadInput

MAX_BODY = 64 * 1024
NO_FIT = "the signature does not fit"


async def signed_form(request: Request, reception: Reception) -> dict[str, str]:
    """The form of a signed webhook (X-Twilio-Signature over the public URL, raw path and query); 403 otherwise.

    The address is built from the configured public URL, never from Host or forwarding headers. A field that came twice
    keeps its last value.
    """
    account, _ = await _body(request, reception, "application/x-www-form-urlencoded")
    form: FormData = await request.form(max_fields=200)
    if not fits(account, reception.address(_raw_target(request)), form, headers=request.headers):
        raise HTTPException(403, NO_FIT)
    fields = {key: value for key, value in form.items() if isinstance(value, str)}
    if fields.get("AccountSid", account.sid) != account.sid:
        raise HTTPException(403, "this is another account")
    return fields


async def signed_json(request: Request, reception: Reception) -> Any:
    """The JSON of a signed webhook, whose address carries its hash; 403 otherwise, `BadInput` where it is no JSON."""
    account, raw = await _body(request, reception, "application/json", "application/cloudevents")
    if "bodySHA256" not in request.query_params:
        raise HTTPException(403, NO_FIT)
    try:
        body = raw.decode()
        if not fits(account, reception.address(_raw_target(request)), body, headers=request.headers):
            raise HTTPException(403, NO_FIT)
        return json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise BadInput("the body of this webhook is no JSON") from problem


async def _body(request: Request, reception: Reception, *kinds: str) -> tuple[Account, bytes]:
    """The account, and the raw body of a request of one of these kinds that is not too long."""
    if reception.account is None:
        raise HTTPException(403, "this deployment has no Twilio account")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MAX_BODY:
        raise HTTPException(413, "a webhook of this size does not come from Twilio")
    if not request.headers.get("content-type", "").startswith(kinds):
        raise HTTPException(403, NO_FIT)
    raw = await request.body()
    if len(raw) > MAX_BODY:
        raise HTTPException(413, "a webhook of this size does not come from Twilio")
    return reception.account, raw


def signed_upgrade(socket: WebSocket, reception: Reception) -> bool:
    """Whether a WebSocket's upgrade is signed: over the wss form of our public address, without parameters."""
    if reception.account is None:
        return False
    url = reception.address(_raw_target(socket)).replace("http", "ws", 1)
    return fits(reception.account, url, {}, headers=socket.headers)


def fits(account: Account, url: str, form: Mapping[str, Any] | str, *, headers: Mapping[str, str]) -> bool:
    """Whether a signature is the account's: by one of its tokens, or by the shared key that the request names.

    A body that is no form is given as text, and the address then names its hash. A request that names a key is judged
    by that key alone (HMAC-SHA256), so that nothing falls back to less.
    """
    from twilio.request_validator import HMAC_SHA256, SIGNATURE_SETTINGS_HEADER, RequestValidator

    given, named = headers.get("x-twilio-signature", ""), headers.get(SIGNATURE_SETTINGS_HEADER.lower())
    if not given:
        return False
    if named is None:
        secrets = (account.token, *account.other_tokens)
        return any(RequestValidator(secret).validate(url, form, given) for secret in secrets)
    parts = (part.partition("=") for part in named.split(","))
    said = {name.strip(): value.strip() for name, _, value in parts}
    secret = account.shared_keys.get(said.get("key", ""))
    if secret is None or said.get("algorithm") != HMAC_SHA256:
        return False
    return bool(RequestValidator(secret).validate(url, form, given, HMAC_SHA256))


def needed(form: dict[str, str], *names: str) -> list[str]:
    """The fields that a webhook is worth nothing without; `BadInput` names a missing one, so that Twilio logs it."""
    if missing := [name for name in names if not form.get(name)]:
        raise BadInput(f"this webhook has no {missing[0]}")
    return [form[name] for name in names]


def _raw_target(request: HTTPConnection) -> str:
    path = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1")
    query = request.scope.get("query_string", b"").decode("latin-1")
    return f"{path}?{query}" if query else path
