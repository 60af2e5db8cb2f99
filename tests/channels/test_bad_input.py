"""Bad input at every address that takes some: a clear answer, never a failure of ours, and nothing half kept."""

from __future__ import annotations

import json
import random
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from fastapi.routing import APIRoute
from postbox import KEY, Post, written
from shop import OURS, PUBLIC, TOKEN, call_form, sms_form
from starlette.datastructures import FormData
from starlette.routing import BaseRoute
from twilio.request_validator import RequestValidator
from visitor import open_page

pytestmark = pytest.mark.asyncio(loop_scope="module")
REPORT = {
    "MessageSid": "SM1", "MessageStatus": "sent", "AccountSid": "AC" + "0" * 32, "To": "+12025550143", "From": OURS,
    "ErrorCode": "30007",
}  # fmt: skip
EVENT = {
    "AccountSid": "AC" + "0" * 32, "Sid": "NO1", "ParentAccountSid": "", "Timestamp": "2026-11-24T15:00:00Z",
    "Level": "ERROR", "PayloadType": "application/json", "Payload": '{"error_code": "11200"}',
}  # fmt: skip
SPEECH = {"CallStatus": "in-progress", "SpeechResult": "hello", "Confidence": "0.9", "Digits": "", "AnsweredBy": "x"}
RECORDED = {"RecordingSid": "RE1", "RecordingUrl": "https://x.example", "TranscriptionText": "hello"}
RELAYED = {"SessionStatus": "ended", "HandoffData": "{}", "CallStatus": "in-progress"}
QUEUED = {"QueuePosition": "1", "QueueTime": "2", "QueueResult": "hangup", "Digits": "1"}
FORMS: dict[str, dict[str, str]] = {
    "/twilio/sms": sms_form("hello", OptOutType="", MessagingServiceSid="MG1", MediaUrl0="x", MediaContentType0="y"),
    "/twilio/sms/status": REPORT, "/twilio/debugger": EVENT,
    **{f"/twilio/call{path}": call_form(**SPEECH) for path in (
        "", "/heard", "/wait", "/status", "/whisper", "/accept", "/machine", "/dialed")},
    **{f"/twilio/call{path}": call_form(**RECORDED) for path in ("/recording", "/recorded", "/transcribed")},
    "/twilio/call/relayed": call_form(**RELAYED),
    **{f"/twilio/call/queue{path}": call_form(**QUEUED) for path in ("/waiting", "/key", "/left")},
}  # fmt: skip
JSON = {
    "/chat/messages": {"id": "abcdefgh", "text": "hello"},
    "/chat/form": {"id": "abcdefgh", "name": "Jo", "phone": "+12025550177", "text": "a cut", "consent": ""},
    "/chat/session": {"identity": {"user": "1", "phone": "", "expires": 1, "signature": "0" * 64}},
}  # fmt: skip
OTHERS = {"/chat/end", "/chat/forget", "/email/inbound", "/email/unsubscribe", "/twilio/events"}
HARMS = ("missing", "empty", "doubled", "huge", "binary", "unicode", "markup", "number")
FINE = {200, 202, 204, 303, 400, 401, 403, 404, 405, 409, 411, 413, 415, 422, 429}


def spoilt(value: str, harm: str) -> list[str]:
    """What stands in a field instead of its value."""
    return {
        "missing": [], "empty": [""], "doubled": [value, value + "2"], "huge": ["9" * 40_000],
        "binary": ["\x00\x01\x7f\x1b"], "unicode": ["\ud7ff\u202e\U0001f600\ufeff" * 50],
        "markup": ['<Say>x</Say>]]>{0}%s"'], "number": ["-1e999"],
    }[harm]  # fmt: skip


async def signed(post: Post, path: str, pairs: list[tuple[str, str]]) -> httpx.Response:
    """Post fields in their order, signed as the phone company does."""
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, FormData([*pairs]))
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    return await post.shop.http.post(path, content=urlencode(pairs).encode(), headers=headers)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no answer: nobody works in this file."""
    monkeypatch.setattr("channels.call.WAIT_S", 0.0)
    monkeypatch.setattr("channels.call.HOLD_S", 0.0)


def posted(routes: list[BaseRoute]) -> set[str]:
    """Where something may be posted, in routers that others took in too."""
    found = {route.path for route in routes if isinstance(route, APIRoute) and "POST" in (route.methods or ())}
    for inner in (getattr(route, "original_router", None) for route in routes):
        found |= posted(list(inner.routes)) if inner else set()
    return found


async def test_no_address_is_left_out(post: Post) -> None:
    found: set[str] = set()
    for channel in post.shop.app.channels.values():
        found |= posted(list(channel.routes(post.shop.app.reception).routes))
    assert found == {*FORMS, *JSON, *OTHERS}, "add a new address to these tables"


@pytest.mark.parametrize("path", FORMS)
async def test_every_field_of_every_webhook(post: Post, path: str) -> None:
    form = FORMS[path]
    for name in form:
        for harm in HARMS:
            rest = [(key, value) for key, value in form.items() if key != name]
            answer = await signed(post, path, [*rest, *((name, value) for value in spoilt(form[name], harm))])
            assert answer.status_code in FINE, (name, harm, answer.status_code)


@pytest.mark.parametrize("path", FORMS)
async def test_all_fields_at_once_and_more_than_there_should_be(post: Post, path: str) -> None:
    dice = random.Random(path)
    for _ in range(12):
        pairs = [
            (name, one) for name, value in FORMS[path].items() for one in spoilt(value, dice.choice([*HARMS, HARMS[0]]))
            if len(one) < 1000
        ]  # fmt: skip
        dice.shuffle(pairs)
        answer = await signed(post, path, pairs)
        assert answer.status_code in FINE, (pairs, answer.status_code)
    many = [(f"Field{n}", "x") for n in range(500)]
    assert (await signed(post, path, [*FORMS[path].items(), *many])).status_code in FINE


ODD_JSON: list[Any] = [
    None,
    True,
    7,
    -1e308,
    "",
    "\x00",
    "\ud83d\ude00" * 30,
    "x" * 5000,
    [],
    [[[]]],
    {},
    {"a": {"b": 1}},
]


@pytest.mark.parametrize("path", JSON)
async def test_every_field_of_every_page_of_the_chat(post: Post, path: str) -> None:
    good = JSON[path]
    bodies = [json.dumps({**good, name: odd}) for name in good for odd in ODD_JSON]
    bodies += [json.dumps({k: v for k, v in good.items() if k != name}) for name in good]
    bodies += [json.dumps(odd) for odd in ODD_JSON] + ["", "{", "[" * 20_000, '{"id":"a","id":"b"}', "\x00", "NaN"]
    bodies += ['{"identity": {"user": "\\ud800", "phone": "", "expires": 1e400, "signature": "' + "0" * 64 + '"}}']
    visitor = await open_page(post.shop)
    for n, body in enumerate(bodies, 1):
        if n % 20 == 0:
            visitor = await open_page(post.shop)
        answer = await visitor.post(body.encode("utf-8", "surrogatepass"), path)
        post.shop.http.cookies.clear()
        assert answer.status_code in FINE, (body[:80], answer.status_code)


async def test_mails_of_every_kind_of_nonsense(post: Post) -> None:
    dice = random.Random(7)
    good = written("is there parking?", sender="mia@customers.example", Message_ID="<x@customers.example>").as_bytes()
    for n in range(120):
        raw = bytearray(good)
        for _ in range(dice.randrange(1, 30)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        at = dice.randrange(len(raw))
        body = bytes(raw[:at] + raw[at:] * dice.choice([0, 1, 3]))
        answer = await post.bring(body)
        assert answer.status_code in FINE, (n, body, answer.status_code)
    auth = httpx.BasicAuth("qotbot", KEY)
    for data in ({}, {"email": ""}, {"email": "\x00"}, {"body-mime": "x" * 100_000}, {"email": ["a", "b"]}):
        answer = await post.shop.http.post("/email/inbound", data=data, auth=auth)
        assert answer.status_code in FINE, (str(data)[:50], answer.status_code)


@pytest.mark.parametrize("path", sorted({*OTHERS, *FORMS, *JSON}))
async def test_what_is_no_body_at_all(post: Post, path: str) -> None:
    for kind in ("", "text/plain", "application/json", "multipart/form-data; boundary=x", "multipart/form-data",
                 "application/x-www-form-urlencoded; charset=utf-16", "\xff"):  # fmt: skip
        for content in (b"", b"\x00\xff\xfe", b"--x\r\n\r\n", b"a" * 200_000):
            headers = [
                (b"content-type", kind.encode("latin-1")),
                (b"x-twilio-signature", b"\xff\x00bad".strip(b"\x00")),
            ]
            answer = await post.shop.http.post(path, content=content, headers=headers)
            assert answer.status_code in FINE, (kind, content[:10], answer.status_code)


async def test_after_all_that_everybody_is_served(post: Post) -> None:
    mia = post.shop.somebody()
    assert "free parking" in " ".join(await mia.says("is there parking?"))
    assert post.shop.sound()
