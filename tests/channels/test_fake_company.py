"""The offline phone company behaves like the real one: signed webhooks, its API's refusals, a handset to play with."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from shop import OURS, TOKEN, Person, Shop
from streaming import following
from twilio.base.exceptions import TwilioException
from twilio.request_validator import RequestValidator

from channels.fake.api import api_app
from channels.fake.company import Company
from channels.reception import Account
from channels.twilio_api import Text, find_text, send_text
from domain.message import Refused, Sent, Unknown

pytestmark = pytest.mark.asyncio(loop_scope="module")
MESSAGES = f"/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"


def account(shop: Shop, **changed: Any) -> Account:
    """The account at the offline company, or one that differs."""
    transport = httpx.ASGITransport(app=api_app(shop.company))
    return Account(**{"sid": shop.company.sid, "token": TOKEN, "number": OURS, "transport": transport, **changed})


async def events(shop: Shop, person: Person, *, after: str, wanted: int) -> list[tuple[str, Any]]:
    """What the phone's page is told of a number."""
    async with following(shop.site, "/phone/events", {}, number=person.number, after=after) as stream:
        return await stream.until(lambda got: len(got) >= wanted)


async def test_twilios_own_client_sends_and_finds_texts(shop: Shop, mia: Person) -> None:
    words = "Caf\N{LATIN SMALL LETTER E WITH ACUTE} & <b> 100% \N{THUMBS UP SIGN} +"
    sent = await send_text(account(shop), Text(to=mia.number, body=words))
    assert isinstance(sent, Sent)
    assert mia.inbox == [words]
    found = await find_text(account(shop), to=mia.number, text=words, now=shop.clock.now())
    assert found == sent
    for other in (words + ".", ""):
        missing = await find_text(account(shop), to=mia.number, text=other, now=shop.clock.now())
        assert isinstance(missing, Refused)
        assert missing.code == "absent"


@pytest.mark.parametrize(
    ("changed", "to", "text", "code"),
    [
        ({"token": "wrong"}, "", "hi", "20003"),
        ({"sid": "AC" + "9" * 32}, "", "hi", "20003"),
        ({"number": "+15185550199"}, "", "hi", "21606"),
        ({}, "12345", "hi", "21211"),
        ({}, "", "", "21619"),
        ({}, "", "x" * 1601, "21617"),
    ],
)
async def test_it_refuses_like_the_real_one(
    shop: Shop, mia: Person, changed: dict[str, str], to: str, text: str, code: str
) -> None:
    refused = await send_text(account(shop, **changed), Text(to=to or mia.number, body=text))
    assert isinstance(refused, Refused)
    assert refused.code == code
    assert mia.inbox == []


async def test_looking_up_with_a_wrong_secret_tells_nothing(shop: Shop, mia: Person) -> None:
    found = await find_text(account(shop, token="wrong"), to=mia.number, text="hi", now=shop.clock.now())
    assert found == Unknown(TwilioException.__name__)


async def test_its_webhooks_are_signed_like_twilios(shop: Shop) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, text="<Response/>")

    transport = httpx.MockTransport(answer)
    company = Company("AC" + "1" * 32, "secret", OURS, "https://business.example/", shop.clock, transport)
    sid = await company.text("+12025550143", "h\N{LATIN SMALL LETTER E WITH ACUTE}llo & more")
    form = dict(httpx.QueryParams(seen[0].content.decode()))
    assert (form["MessageSid"], form["FromCity"]) == (sid, "")
    url = "https://business.example/twilio/sms"
    assert str(seen[0].url) == url
    assert RequestValidator("secret").validate(url, form, seen[0].headers["x-twilio-signature"])


async def test_its_connections_are_kept(shop: Shop) -> None:
    made, answer = list[str](), b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n<Response/>"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made.append("connection")
        while head := await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b"":
            await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
            writer.write(answer)

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        company = Company("AC" + "1" * 32, "secret", OURS, f"http://127.0.0.1:{port}", shop.clock)
        assert [await company.post("/twilio/call", {"CallSid": "CA1"}) for _ in range(3)] == ["<Response/>"] * 3
        assert made == ["connection"]
        await company.close()


async def test_a_business_that_fails_is_an_error_to_the_company(shop: Shop) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(503))
    company = Company("AC" + "1" * 32, "secret", OURS, "https://business.example", shop.clock, transport)
    with pytest.raises(httpx.HTTPStatusError):
        await company.text("+12025550143", "hello")
    assert [t.body for t in company.texts] == ["hello"], "the handset keeps what it sent"


async def test_the_page_texts_and_sees_the_answer(shop: Shop, mia: Person) -> None:
    about = (await shop.http.get("/phone/about")).json()
    assert about == {"business": "Willow & Co Hair", "number": OURS}
    assert "<html" in (await shop.http.get("/phone")).text
    sent = await shop.http.post("/phone/texts", json={"from": mia.number, "text": "is there parking?"})
    assert sent.status_code == 202
    await shop.app.run_until_idle()
    both = await events(shop, mia, after="0", wanted=2)
    assert [(data["direction"], data["status"]) for _, data in both] == [("out", "received"), ("in", "delivered")]
    assert "Mill Lane" in both[1][1]["body"]
    [last] = await events(shop, mia, after=both[0][0], wanted=1)
    assert last == both[1]
    assert await events(shop, mia, after="\xb2", wanted=2) == both


@pytest.mark.parametrize(
    "asked",
    [
        {}, [], {"from": "5550143", "text": "hi"}, {"from": "+12025550143", "text": " "}, {"from": 5, "text": "hi"},
        {"from": "+12025550143", "text": "x" * 1601}, {"from": "+12025550143\n", "text": 7},
    ],
)  # fmt: skip
async def test_odd_texts_from_the_page_are_refused(shop: Shop, asked: Any) -> None:
    before = shop.counts()
    answer = await shop.http.post("/phone/texts", json=asked)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("Write ")
    assert shop.counts() == before


async def test_a_call_from_the_page(shop: Shop, mia: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.runner.PAUSE_S", 0.02)
    async with shop.working():
        begun = (await shop.http.post("/phone/calls", json={"from": mia.number})).json()
        assert begun["listening"]
        assert "automated assistant" in begun["says"][0]
        path = f"/phone/calls/{begun['call']}"
        told = (await shop.http.post(path + "/say", json={"speech": "is there parking?"})).json()
        assert "Mill Lane" in told["says"][0]
        pressed = (await shop.http.post(path + "/press", json={"keys": "4"})).json()
        assert pressed["says"] and [row.text for row in mia.rows("message", "t.kind = 'keys'")] == ["4"]
        assert (await shop.http.post(path + "/hangup")).json() == {"ended": True}
        after = (await shop.http.post(path + "/say", json={"speech": "hello?"})).json()
    assert (after["says"], after["ended"]) == ([], True)
    assert "answer" not in mia.loops()


async def test_a_missed_call_from_the_page(shop: Shop, mia: Person) -> None:
    missed = (await shop.http.post("/phone/calls", json={"from": mia.number, "as": "busy"})).json()
    assert (missed["ended"], missed["says"]) == (True, [])
    await shop.app.run_until_idle()
    assert len(mia.inbox) == 1
    odd = await shop.http.post("/phone/calls", json={"from": mia.number, "as": "abducted"})
    assert odd.status_code == 422
    assert (await shop.http.post("/phone/calls/CAnobody/say", json={"speech": "hi"})).status_code == 404
    assert (await shop.http.post("/phone/calls/CAnobody/hangup")).status_code == 404
    assert (await shop.http.post("/phone/calls/CAnobody/press", json={"keys": "1"})).status_code == 404
    assert (await shop.http.post("/phone/calls/CAnobody/press", json={"keys": "1w"})).status_code == 422


async def test_a_business_that_does_not_answer_is_told_to_the_page(shop: Shop, mia: Person) -> None:
    right = shop.company.transport
    shop.company.transport = httpx.MockTransport(lambda _: httpx.Response(500))
    try:
        answer = await shop.http.post("/phone/texts", json={"from": mia.number, "text": "hi"})
    finally:
        shop.company.transport = right
    assert answer.status_code == 502
    assert "did not take it" in answer.json()["error"]


async def test_a_call_whose_answers_never_end_is_ended(shop: Shop, mia: Person) -> None:
    right = shop.company.transport
    loop = "<Response><Say>again</Say><Redirect>/twilio/call</Redirect></Response>"
    shop.company.transport = httpx.MockTransport(lambda _: httpx.Response(200, text=loop))
    try:
        call = await shop.handset.call(mia.number, "answered")
    finally:
        shop.company.transport = right
    assert (call.ended, len(call.says)) == (True, 10)
