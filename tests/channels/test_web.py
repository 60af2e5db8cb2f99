"""Web chat: a visitor is their signed cookie, a message counts once, and the page can come back to where it was."""

from __future__ import annotations

import asyncio
import json

import pytest
from itsdangerous import Signer
from shop import Shop
from streaming import following
from visitor import FRIDAY, open_page

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_new_visitor_gets_a_signed_cookie_that_scripts_cannot_read(shop: Shop) -> None:
    answer = await shop.http.get("/chat")
    shop.http.cookies.clear()
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/chat" in cookie
    again = await shop.http.get("/chat", headers={"Cookie": answer.headers["set-cookie"].partition(";")[0]})
    assert "set-cookie" not in again.headers, "a visitor stays who they are"
    assert "default-src 'self'" in again.headers["content-security-policy"]
    assert shop.http.cookies.jar is not None
    about = (await shop.http.get("/chat/about")).json()
    assert about["business"] == "Willow & Co Hair"
    assert about["reader"] == "phrasebook"
    assert "automated assistant" in about["notice"]


@pytest.mark.parametrize("how", ["none", "unsigned", "tampered", "other secret", "other salt", "empty", "binary"])
async def test_a_forged_cookie_is_nobody(shop: Shop, how: str) -> None:
    real = await open_page(shop)
    session, secret = real.session, shop.app.keys.secret
    cookies = {
        "none": "",
        "unsigned": f"qotbot_visitor={session}",
        "tampered": real.cookie.replace(session, "web-" + "A" * 24),
        "other secret": f"qotbot_visitor={Signer('guess', salt='visitor').sign(session).decode()}",
        "other salt": f"qotbot_visitor={Signer(secret, salt='desk').sign(session).decode()}",
        "empty": "qotbot_visitor=",
        "binary": "qotbot_visitor=\xff\xfe.\xe9",
    }
    before, forged = shop.counts(), [(b"cookie", cookies[how].encode("latin-1"))]
    body = json.dumps({"id": "abcdefgh", "text": "hello"})
    posted = await shop.http.post("/chat/messages", content=body, headers=forged)
    followed = await shop.http.get("/chat/events", headers=forged)
    assert (posted.status_code, followed.status_code) == (401, 401)
    assert shop.counts() == before


async def test_a_conversation_by_chat(shop: Shop) -> None:
    visitor = await open_page(shop)
    said = await visitor.says(f"can I book a haircut with Ben on {FRIDAY} at 3pm?")
    assert "automated assistant" in said[0]
    assert "Shall I book it?" in said[-1]
    assert "You're booked" in (await visitor.says("Yes"))[0]
    thread = await visitor.thread()
    assert [m["from"] for m in thread] == ["customer", "assistant", "assistant", "customer", "assistant"]
    assert [m["n"] for m in thread] == sorted(m["n"] for m in thread)
    assert thread[2]["options"] == ["Yes", "No"]
    assert shop.line.asked == 0, "nothing is texted"


async def test_the_same_message_sent_twice_counts_once(shop: Shop) -> None:
    visitor = await open_page(shop)
    answers = await asyncio.gather(*(visitor.send("is there parking?", own_id="client-id-1") for _ in range(3)))
    assert {(a.status_code, a.json()["id"]) for a in answers} == {(202, "client-id-1")}
    await shop.app.run_until_idle()
    assert (await visitor.send("something else", own_id="client-id-1")).status_code == 202
    await shop.app.run_until_idle()
    thread = await visitor.thread()
    assert [(m["id"], m["text"]) for m in thread if m["from"] == "customer"] == [("client-id-1", "is there parking?")]
    assert sum("parking" in m["text"] for m in thread if m["from"] == "assistant") == 1
    other = await open_page(shop)
    await other.send("hello", own_id="client-id-1")
    assert [m["text"] for m in await other.thread()] == ["hello"], "ids are each page's own"


async def test_the_page_comes_back_to_where_it_was(shop: Shop) -> None:
    visitor = await open_page(shop)
    await visitor.says("is there parking?")
    whole = await visitor.thread()
    for seen in range(len(whole) + 1):
        last = whole[seen - 1]["n"] if seen else 0
        async with visitor.follow(last=str(last) if seen else None) as stream:
            await visitor.send(f"and where are you? {seen}")
            missing = len(whole) - seen + 1
            frames = await stream.until(lambda got, wanted=missing: len(got) >= wanted)  # type: ignore[misc]
        assert [int(event) for event, _ in frames] == [data["n"] for _, data in frames]
        assert [data["id"] for _, data in frames[:-1]] == [m["id"] for m in whole[seen:]]
        assert frames[-1][1]["text"] == f"and where are you? {seen}"
        whole = await visitor.thread()


async def test_a_header_of_where_it_was_wins_over_the_address(shop: Shop) -> None:
    visitor = await open_page(shop)
    await visitor.says("is there parking?")
    first, *rest = await visitor.thread()
    async with visitor.follow(after=rest[-1]["n"], last=str(first["n"])) as stream:
        frames = await stream.until(lambda got: len(got) >= len(rest))
    assert [data["id"] for _, data in frames] == [m["id"] for m in rest]


@pytest.mark.parametrize("cursor", ["x", "-1", "9" * 40, "\xb2", "1e3", " ", "0x10"])
async def test_an_odd_cursor_shows_the_thread_from_its_beginning(shop: Shop, cursor: str) -> None:
    visitor = await open_page(shop)
    await visitor.send("hello")
    async with following(
        shop.site, "/chat/events", {"Cookie": visitor.cookie, "Last-Event-ID": cursor}, after=cursor
    ) as stream:
        frames = await stream.until(lambda got: len(got) >= 1)
    assert frames[0][1]["text"] == "hello"


async def test_what_is_answered_reaches_a_page_that_follows(shop: Shop) -> None:
    visitor = await open_page(shop)
    async with visitor.follow() as stream:
        await visitor.send("is there parking?")
        await stream.until(lambda got: len(got) >= 1)
        await shop.app.run_until_idle()
        frames = await stream.until(lambda got: any("Mill Lane" in data["text"] for _, data in got))
    assert len({event for event, _ in frames}) == len(frames)


async def test_visitors_see_their_own_thread_only(shop: Shop) -> None:
    one, two = await open_page(shop), await open_page(shop)
    await one.says("my name is Hector, is there parking?")
    assert "Hector" not in " ".join(await two.says("hello"))
    assert "Hector" not in str(await two.thread())


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"text"', b"{}", b'{"id": "abcdefgh"}', b'{"text": "hi"}', b"\xff\xfe\x00",
        b'{"id": "short", "text": "hi"}', b'{"id": "has a space", "text": "hi"}', b'{"id": "abcdefgh", "text": 5}',
        b'{"id": 12345678, "text": "hi"}', b'{"id": "abcdefgh", "text": null}', b'{"id": "abcdefgh", "text": ""}',
        b'{"id": "abcdefgh", "text": " \\n "}', b'{"id": "abcdefgh", "text": "\\ud800"}', b"[" * 30_000,
        json.dumps({"id": "abcdefgh", "text": "x" * 4001}).encode(), b'{"id": ' + b"9" * 5000 + b', "text": "x"}',
    ],
)  # fmt: skip
async def test_what_is_no_message_is_refused_and_changes_nothing(shop: Shop, body: bytes) -> None:
    visitor = await open_page(shop)
    before = shop.counts()
    answer = await visitor.post(body)
    assert answer.status_code == 422
    assert "Send {id, text}" in answer.json()["error"]
    assert shop.counts() == before


async def test_a_megabyte_is_refused(shop: Shop) -> None:
    visitor = await open_page(shop)
    before = shop.counts()
    answer = await visitor.send("x" * 1_000_000)
    assert answer.status_code == 413
    assert shop.counts() == before


@pytest.mark.parametrize("text", ["a\x00b", "\N{THUMBS UP SIGN}", "<script>alert(1)</script>", "\u202e", "x" * 4000])
async def test_odd_messages_are_answered(shop: Shop, text: str) -> None:
    visitor = await open_page(shop)
    assert await visitor.says(text) != []


@pytest.mark.parametrize("word", ["STOP", "unsubscribe"])
async def test_only_stop_and_unsubscribe_stop_a_chat(shop: Shop, word: str) -> None:
    visitor = await open_page(shop)
    for ordinary in ("cancel", "end", "quit", "help"):
        assert "unsubscribed" not in " ".join(await visitor.says(ordinary))
    (told,) = await visitor.says(word)
    assert "unsubscribed" in told and "except answers to what you ask" in told
    assert await visitor.says(word) == [], "one confirmation only"


async def test_after_stop_a_visitors_new_question_is_answered_and_nothing_else(shop: Shop) -> None:
    visitor = await open_page(shop)
    await visitor.send("do you have gift cards?")
    assert ["unsubscribed" in line for line in await visitor.says("STOP")] == [True], "what was asked before stays open"
    await shop.clock.sleep(1)
    assert "parking" in " ".join(await visitor.says("is there parking?"))
