"""Bad input for every webhook of a call: answered with a clear error or with TwiML, never with a failure of ours."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

import httpx
import pytest
from shop import PUBLIC, TOKEN, Person, Shop, call_form
from starlette.datastructures import FormData
from twilio.request_validator import RequestValidator

from channels.fake.grammar import parsed

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOOKS = {
    "": ("CallStatus", "ForwardedFrom", "StirVerstat"),
    "/heard?n=1": ("SpeechResult", "Confidence", "Digits"),
    "/heard?n=2&u=1": ("Digits", "Confidence"),
    "/wait?n=1&w=3&m=msg_x&c=con_x": (),
    "/status": ("CallStatus", "DialCallStatus", "CallDuration", "AnsweredBy"),
    "/recording": ("RecordingSid", "RecordingStatus"),
    "/whisper?call=CA1": (),
    "/accept?call=CA1": ("Digits",),
    "/machine?call=CA1": ("AnsweredBy",),
    "/dialed?r=0": ("DialCallStatus", "CallStatus"),
    "/recorded": ("RecordingSid", "RecordingUrl"),
    "/transcribed": ("RecordingSid", "TranscriptionText"),
    "/relayed": ("SessionStatus", "HandoffData", "CallStatus"),
    "/queue/waiting": ("QueuePosition", "QueueTime"),
    "/queue/key": ("Digits",),
    "/queue/left?r=1": ("QueueResult", "CallStatus"),
}
ODD = (
    "",
    "\x00",
    "\ud800".encode("utf-8", "replace").decode() + "\u202e",
    "9" * 400,
    "-1",
    "<Say>hi</Say>",
    "{",
    "Ü" * 3000,
)
PREFIX = "/twilio/call"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no answer: nobody works in this file."""
    monkeypatch.setattr("channels.call.WAIT_S", 0.0)


async def sent(shop: Shop, path: str, pairs: list[tuple[str, str]]) -> httpx.Response:
    """Post fields in their order, doubled ones too, signed."""
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, FormData([*pairs]))
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    return await shop.http.post(path, content=urlencode(pairs).encode(), headers=headers)


def fine(answer: httpx.Response) -> bool:
    """Whether an answer is TwiML, or an error that says what is wrong."""
    if answer.status_code == 200:
        return parsed(answer.text).tag == "Response"
    return answer.status_code in (403, 413, 422) and bool(answer.text)


@pytest.mark.parametrize("hook", HOOKS)
async def test_every_field_may_be_missing_doubled_or_odd(shop: Shop, mia: Person, hook: str) -> None:
    usual = call_form(caller=mia.number, **dict.fromkeys(HOOKS[hook], "1"))
    path = PREFIX + hook
    for name in usual:
        rest = [(key, value) for key, value in usual.items() if key != name]
        missing = await sent(shop, path, rest)
        assert fine(missing), (name, missing.status_code)
        doubled = await sent(shop, path, [*rest, (name, usual[name]), (name, "2")])
        assert fine(doubled), (name, doubled.status_code)
        for odd in ODD:
            answer = await sent(shop, path, [*rest, (name, odd)])
            assert fine(answer), (name, odd[:10], answer.status_code)


@pytest.mark.parametrize("hook", HOOKS)
async def test_what_is_no_form_or_too_much_of_one_is_refused(shop: Shop, hook: str) -> None:
    path = PREFIX + hook
    assert (await sent(shop, path, [("CallSid", "CA1"), ("Body", "x" * 70_000)])).status_code == 413
    for content, kind in (
        (b"\x00\xff\xfe", "application/octet-stream"),
        (b"{}", "application/json"),
        (b"", "text/plain"),
    ):
        answer = await shop.http.post(path, content=content, headers={"Content-Type": kind, "X-Twilio-Signature": "x"})
        assert answer.status_code == 403


@pytest.mark.parametrize("hook", HOOKS)
async def test_a_webhook_that_is_not_signed_changes_nothing(shop: Shop, hook: str) -> None:
    before = shop.counts()
    form = call_form(caller="+12025559999", sid="CA" + secrets.token_hex(16))
    answer = await shop.http.post(PREFIX + hook, data=form)
    assert (answer.status_code, shop.counts()) == (403, before)
