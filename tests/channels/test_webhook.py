"""Webhooks are trusted by their signature alone, kept before they are acknowledged, and never end in a 500."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI, Request
from shop import JO, OURS, PUBLIC, TOKEN, Person, Shop, call_form, opened_shop, sms_form
from starlette.datastructures import FormData, UploadFile
from twilio.request_validator import RequestValidator

from channels.reception import Account, Reception
from channels.webhook import signed_form

pytestmark = pytest.mark.asyncio(loop_scope="module")
FORM = "application/x-www-form-urlencoded"
PATHS = {
    "/twilio/sms": sms_form("can I book a haircut"),
    "/twilio/call": call_form(),
    "/twilio/call/heard?n=1": call_form(SpeechResult="can I book a haircut"),
    "/twilio/call/wait?n=1&w=1&m=msg_x&c=con_x": call_form(),
    "/twilio/call/status": call_form(CallStatus="no-answer"),
}


def signature(url: str, form: Mapping[str, Any], token: str = TOKEN) -> str:
    """Sign as the phone company does."""
    return RequestValidator(token).compute_signature(url, form)


async def send(shop: Shop, path: str, body: str | bytes, *, signed: str | None, kind: str = FORM) -> httpx.Response:
    """Post a raw body with any signature, or none."""
    headers = {"Content-Type": kind} | ({"X-Twilio-Signature": signed} if signed is not None else {})
    return await shop.http.post(path, content=body, headers=headers)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "forgery",
    ["unsigned", "empty", "other secret", "http", "host", "slash", "tampered", "added", "other path", "query"],
)
async def test_a_request_that_is_not_the_phone_companys_changes_nothing(shop: Shop, path: str, forgery: str) -> None:
    form, before = PATHS[path], shop.counts()
    url, sent, where = PUBLIC + path, dict(form), path
    match forgery:
        case "unsigned":
            given = None
        case "empty":
            given = ""
        case "secret":
            given = signature(url, form, "another-token")
        case "http":
            given = signature(url.replace("https", "http"), form)
        case "host":
            given = signature(url.replace("salon.example", "evil.example"), form)
        case "slash":
            given, where = signature(url, form), path.replace("?", "/?") if "?" in path else path + "/"
        case "tampered":
            given, sent = signature(url, form), {**form, "From": JO}
        case "added":
            given, sent = signature(url, form), {**form, "OptOutType": "STOP"}
        case "path":
            given = signature(f"{PUBLIC}/twilio/other", form)
        case _:
            given, where = signature(url, form), path + ("&n=2" if "?" in path else "?n=2")
    answer = await send(shop, where, urlencode(sent), signed=given)
    assert answer.status_code in ({307, 403, 404} if forgery == "slash" else {403})
    assert shop.counts() == before


async def test_headers_of_a_proxy_cannot_choose_the_address_that_is_checked(shop: Shop) -> None:
    form, before = sms_form("hello"), shop.counts()
    headers = {
        "X-Twilio-Signature": signature("https://evil.example/twilio/sms", form), "Host": "evil.example",
        "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Original-URL": "/twilio/sms",
    }  # fmt: skip
    answer = await shop.http.post("/twilio/sms", data=form, headers=headers)
    assert answer.status_code in (400, 403)
    del headers["Host"]
    assert (await shop.http.post("/twilio/sms", data=form, headers=headers)).status_code == 403
    assert shop.counts() == before


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
async def test_only_forms_are_read(shop: Shop, kind: str) -> None:
    form, before = sms_form("hello"), shop.counts()
    body = json.dumps(form) if kind == "application/json" else urlencode(form)
    for signed in (signature(f"{PUBLIC}/twilio/sms", form), signature(f"{PUBLIC}/twilio/sms", {})):
        answer = await send(shop, "/twilio/sms", body, signed=signed, kind=kind)
        assert answer.status_code == 403
    assert shop.counts() == before


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_huge_body_is_refused(shop: Shop, chunked: bool) -> None:
    form = sms_form("x" * 70_000)
    body = urlencode(form).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 8192):
            yield body[at : at + 8192]

    before = shop.counts()
    headers = {"Content-Type": FORM, "X-Twilio-Signature": signature(f"{PUBLIC}/twilio/sms", form)}
    answer = await shop.http.post("/twilio/sms", content=pieces() if chunked else body, headers=headers)
    assert answer.status_code == 413
    assert shop.counts() == before


@pytest.mark.parametrize(
    "body", [b"\xff\xfe\x00binary\x80", b"", b"&&&===", b"Body=%FF%00%80&From=%ZZ", b"a" * 3000, b"%"]
)
async def test_broken_bodies_are_refused_without_a_word(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    monkeypatch.setattr("channels.call.WAIT_S", 0.0)
    before = shop.counts()
    for path in PATHS:
        for signed in ("", "AAAA", "\xe9\xff", signature(PUBLIC + path, {})):
            headers = [(b"content-type", FORM.encode()), (b"x-twilio-signature", signed.encode("latin-1"))]
            answer = await shop.http.post(path, content=body, headers=headers)
            assert answer.status_code in (200, 403, 422)
            assert answer.status_code != 200 or body in (b"", b"&&&===", b"%")
    assert shop.counts() == before


@pytest.mark.parametrize("missing", ["MessageSid", "From", "Body", "To", "AccountSid", "NumMedia"])
async def test_a_signed_text_with_a_field_missing_is_kept_or_refused_aloud(shop: Shop, missing: str) -> None:
    form = sms_form("hello there")
    form.pop(missing)
    form.pop("SmsSid")
    before = shop.counts()["message"]
    answer = await shop.post("/twilio/sms", form)
    kept = shop.counts()["message"] - before
    assert (answer.status_code, kept) == ((422, 0) if missing in ("MessageSid", "From") else (200, 1))


@pytest.mark.parametrize("path", [p for p in PATHS if "wait" not in p and "sms" not in p])
async def test_a_signed_call_with_a_field_missing_never_fails(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr("workers.runner.PAUSE_S", 0.02)
    for missing in PATHS[path]:
        form = {k: v for k, v in PATHS[path].items() if k != missing}
        before = shop.counts()["message"]
        async with shop.working():
            answer = await shop.post(path, form)
        assert answer.status_code in (200, 422)
        if missing == "CallSid" and path != "/twilio/call":
            assert (answer.status_code, shop.counts()["message"]) == (422, before)


async def test_a_doubled_field_is_signed_and_read_like_the_phone_company_does(shop: Shop) -> None:
    form: list[tuple[str, str | UploadFile]] = [*sms_form("hello", sid="SMdouble").items(), ("Body", "second")]
    signed = signature(f"{PUBLIC}/twilio/sms", FormData(form))
    answer = await send(shop, "/twilio/sms", urlencode([(k, str(v)) for k, v in form]), signed=signed)
    assert answer.status_code == 200
    texts = [r.text for r in shop.rows("SELECT text FROM message WHERE provider_id = 'SMdouble'")]
    assert texts in (["hello"], ["second"])


async def test_an_unknown_account_is_not_ours(shop: Shop) -> None:
    before = shop.counts()
    answer = await shop.post("/twilio/sms", sms_form("hello", AccountSid="AC" + "9" * 32))
    assert answer.status_code == 403
    assert shop.counts() == before


async def test_an_unknown_messaging_service_and_new_fields_are_no_reason_to_refuse(shop: Shop) -> None:
    form = sms_form("hello", MessagingServiceSid="MGunknown", SomethingNew="\N{SNOWMAN}", **{"Odd[]": ""})
    before = shop.counts()["message"]
    assert (await shop.post("/twilio/sms", form)).status_code == 200
    assert shop.counts()["message"] == before + 1


async def test_what_the_phone_company_sends_again_counts_once(shop: Shop, mia: Person) -> None:
    form = mia.sms("what are your opening hours")
    answers = await asyncio.gather(*(shop.post("/twilio/sms", form) for _ in range(4)))
    assert {a.status_code for a in answers} == {200}
    await shop.app.run_until_idle()
    told = mia.inbox
    assert len(told) == 1
    assert (await shop.post("/twilio/sms", form)).status_code == 200
    await shop.app.run_until_idle()
    assert mia.inbox == told
    [kept] = mia.rows("message", "direction = 'in'")
    heard = shop.rows("SELECT body FROM event WHERE kind = 'message.heard'")
    assert sum(kept.id in str(h.body) for h in heard) == 1


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("", {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/x", "MediaContentType0": "image/png"}),
        ("\N{THUMBS UP SIGN}\N{PARTY POPPER}", {}),
        ("a\x00b", {}),
        ("\u202egnirts", {}),
        ("x" * 1600, {}),
        ("<Response><Say>hi</Say></Response>", {}),
    ],
    ids=["picture", "emoji", "nul", "right-to-left", "long", "markup"],
)
async def test_odd_texts_are_kept_and_answered(shop: Shop, mia: Person, body: str, more: dict[str, str]) -> None:
    answer = await shop.post("/twilio/sms", mia.sms(body, **more))
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/xml")
    assert answer.text.endswith("<Response />")
    await shop.app.run_until_idle()
    assert len(mia.inbox) == 1
    assert mia.loops() == (["media"] if more else []), "a picture waits for a person, all else is answered"


@pytest.mark.parametrize("sender", ["whatsapp:+12025550143", "12345", "Twilio", "rcs:agent", "+" + "9" * 40, "@"])
async def test_a_sender_that_cannot_be_texted_is_kept_for_staff(shop: Shop, sender: str) -> None:
    asked = shop.line.asked
    assert (await shop.post("/twilio/sms", sms_form("hello", sender=sender))).status_code == 200
    await shop.app.run_until_idle()
    assert shop.line.asked == asked, "nobody else's number may be made of it"
    assert Person(shop, sender).loops() == ["answer", "delivery"]


@pytest.mark.parametrize("path", ["/twilio", "/twilio/", "/twilio/sms/x", "/twilio/call/heard/../../sms", "/.env"])
async def test_unknown_paths_are_told_so(shop: Shop, path: str) -> None:
    form = sms_form("hello")
    assert (await shop.post(path, form)).status_code in (403, 404, 405)
    assert (await shop.http.get("/twilio/sms")).status_code == 405


async def test_without_an_account_nothing_is_trusted(tmp_path: Path) -> None:
    async with opened_shop(tmp_path / "home", account=False) as shop:
        before = shop.counts()
        for path, form in PATHS.items():
            assert (await shop.post(path, form)).status_code == 403
        assert shop.counts() == before


async def test_the_published_signature_samples(shared_data: Path, shop: Shop) -> None:
    sample = json.loads((shared_data / "compliance_vectors.json").read_text("utf-8"))["groups"]["signatures"]
    account = Account("AC" + "a" * 32, sample["token"], OURS)

    async def status(body: str, signed: str, base: str = "https://qotbot.example.com") -> int:
        reception = replace(shop.app.reception, account=account, public_base_url=base)
        return await _checked(reception, body.encode(), signed)

    raw = sample["raw_form_body"]
    assert await status(raw, sample["sha1"]) == 200
    assert await status(raw, sample["sha1"], "https://qotbot.example.com/") == 200
    assert await status(raw, sample["sha1"], "https://qotbot.example.com:443") == 200
    refused = [
        await status(raw.replace("Body=STOP+", "Body=STOP"), sample["sha1"]),  # S04: somebody stripped the text
        await status(raw.replace("ToCity=&", ""), sample["sha1"]),  # S03: somebody dropped the blanks
        await status(raw, sample["sha1"], "http://qotbot.example.com"),  # S05
        await status(raw, sample["sha1"], "https://qotbot.example.com/twilio"),
        await status(raw, sample["sha256_sharedkey"]),  # S21: another algorithm
        await status(raw, sample["json_sha1"]),
        await status(raw, ""),
    ]
    assert refused == [403] * len(refused)


async def _checked(reception: Reception, body: bytes, signed: str) -> int:
    site = FastAPI()

    @site.post("/twilio/sms")
    async def take(request: Request) -> dict[str, str]:
        return await signed_form(request, reception)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=site), base_url="http://inside") as http:
        headers = {"Content-Type": FORM, "X-Twilio-Signature": signed}
        answer = await http.post("/twilio/sms", content=body, headers=headers)
    if answer.status_code == 200:
        assert (answer.json()["Body"], answer.json()["ToCity"]) == ("STOP ", "")
    return answer.status_code
