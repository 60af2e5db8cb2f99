"""Trust in Twilio's webhooks: nothing is read from a request whose signature does not fit."""

from __future__ import annotations

from fastapi import HTTPException, Request, WebSocket
from starlette.datastructures import FormData
from starlette.requests import HTTPConnection

from channels.reception import Reception
from domain.errors import BadInput

MAX_BODY = 64 * 1024


async def signed_form(request: Request, reception: Reception) -> dict[str, str]:
    """The form of a signed webhook (X-Twilio-Signature over the public URL, raw path and query); 403 otherwise.

    The address is built from the configured public URL, never from Host or forwarding headers. A field that came twice
    keeps its last value.
    """
    from twilio.request_validator import RequestValidator

    if reception.account is None:
        raise HTTPException(403, "this deployment has no Twilio account")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MAX_BODY:
        raise HTTPException(413, "a webhook of this size does not come from Twilio")
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise HTTPException(403, "the signature does not fit")
    raw = await request.body()
    if len(raw) > MAX_BODY:
        raise HTTPException(413, "a webhook of this size does not come from Twilio")
    form: FormData = await request.form(max_fields=200)
    given = request.headers.get("x-twilio-signature", "")
    url = reception.address(_raw_target(request))
    if not given or not RequestValidator(reception.account.token).validate(url, form, given):
        raise HTTPException(403, "the signature does not fit")
    fields = {key: value for key, value in form.items() if isinstance(value, str)}
    if fields.get("AccountSid", reception.account.sid) != reception.account.sid:
        raise HTTPException(403, "this is another account")
    return fields


def signed_upgrade(socket: WebSocket, reception: Reception) -> bool:
    """Whether a WebSocket's upgrade is signed: over the wss form of our public address, without parameters."""
    from twilio.request_validator import RequestValidator

    if reception.account is None:
        return False
    url = reception.address(_raw_target(socket)).replace("http", "ws", 1)
    given = socket.headers.get("x-twilio-signature", "")
    return bool(given) and bool(RequestValidator(reception.account.token).validate(url, {}, given))


def needed(form: dict[str, str], *names: str) -> list[str]:
    """The fields that a webhook is worth nothing without; `BadInput` names a missing one, so that Twilio logs it."""
    if missing := [name for name in names if not form.get(name)]:
        raise BadInput(f"this webhook has no {missing[0]}")
    return [form[name] for name in names]


def _raw_target(request: HTTPConnection) -> str:
    path = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1")
    query = request.scope.get("query_string", b"").decode("latin-1")
    return f"{path}?{query}" if query else path
