"""Web chat: a visitor is their signed cookie, a message counts once, and the page can come back to where it was."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from itsdangerous import Signer
from shop import Person, Shop, Stream, Trouble, following

import records.contacts
from records import messages

pytestmark = pytest.mark.asyncio(loop_scope="module")
FRIDAY = "Friday 27 November"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser with the chat's page open."""

    shop: Shop
    cookie: str

    @property
    def session(self) -> str:
        """The session inside the cookie."""
        return self.cookie.partition("=")[2].rpartition(".")[0]

    async def post(self, body: bytes | str, **headers: str) -> httpx.Response:
        """Post any body as this visitor."""
        return await self.shop.http.post("/chat/messages", content=body, headers={"Cookie": self.cookie, **headers})

    async def send(self, text: str, *, own_id: str = "") -> httpx.Response:
        """Post a message as the page does."""
        return await self.post(json.dumps({"id": own_id or secrets.token_hex(8), "text": text}))

    async def says(self, text: str) -> list[str]:
        """Write a message; what was answered in this chat once all is quiet."""
        before = await self.thread()
        assert (await self.send(text)).status_code == 202
        await self.shop.app.run_until_idle()
        seen = {shown["id"] for shown in before}
        return [m["text"] for m in await self.thread() if m["id"] not in seen and m["from"] != "customer"]

    async def thread(self) -> list[dict[str, Any]]:
        """All that the page shows when it is opened now."""
        wanted = await self.shop.app.database.read(self._visible)
        async with self.follow() as stream:
            frames = await stream.until(lambda got: len(got) >= wanted)
        return [data for _, data in frames]

    def follow(self, after: int = 0, *, last: str | None = None) -> AbstractAsyncContextManager[Stream]:
        """Follow the thread as the page does; `last` is what a browser remembers of the stream."""
        headers = {"Cookie": self.cookie} | ({"Last-Event-ID": last} if last is not None else {})
        return following(self.shop.site, "/chat/events", headers, after=after)

    def _visible(self, tx: Any) -> int:
        contact = records.contacts.find(tx, self.shop.app.pack.business.id, kind="web", value=self.session)
        return len(messages.thread(tx, contact, visible=True)) if contact else 0


async def open_page(shop: Shop) -> Visitor:
    """Open the page for the first time."""
    answer = await shop.http.get("/chat")
    shop.http.cookies.clear()
    return Visitor(shop, answer.headers["set-cookie"].partition(";")[0])


async def book_by_text(person: Person, when: str) -> None:
    """Book a haircut with Ana by text."""
    assert "Shall I book it" in (await person.says(f"book a haircut with Ana on {FRIDAY} at {when}"))[0]
    assert "You're booked" in (await person.says("yes"))[0]


async def joined(shop: Shop, person: Person) -> Visitor:
    """A visitor who has proved to hold a person's number."""
    visitor = await open_page(shop)
    await visitor.says("when is my appointment?")
    await visitor.says(person.number)
    await visitor.says(person.inbox[-1][:6])
    return visitor


async def until(shop: Shop, true: Callable[[], bool]) -> None:
    """Wait until the workers have brought something about."""
    async with asyncio.timeout(5):
        while not true():
            await shop.app.database.live.wait(shop.app.database.live.news, 0.05)


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
    assert "unsubscribed" in (await visitor.says(word))[0]
    assert await visitor.says("is there parking?") == []


async def test_a_texted_code_joins_a_visitor_to_the_numbers_conversation(shop: Shop, mia: Person) -> None:
    await book_by_text(mia, "9am")
    visitor = await open_page(shop)
    asked = await visitor.says("when is my appointment?")
    assert "9:00" not in " ".join(asked)
    texts = len(mia.inbox)
    assert "9:00" not in " ".join(await visitor.says(mia.number)), "whose number it is stays unsaid"
    code = mia.inbox[texts][:6]
    assert code.isdigit()
    listed = await visitor.says(code)
    assert f"Haircut with Ana, {FRIDAY} at 9:00 am" in " ".join(listed)
    thread = await visitor.thread()
    assert any(f"{FRIDAY} at 9am" in m["text"] for m in thread), "the texts are part of the one conversation"
    assert "Shall I cancel it?" in " ".join(await visitor.says("please cancel it"))
    assert "is cancelled" in " ".join(await visitor.says("yes"))
    assert [row.status for row in mia.rows("booking")] == ["cancelled"]
    assert {row.contact for row in shop.rows("SELECT contact FROM address WHERE value = :v", v=visitor.session)} == {
        mia.rows("booking")[0].contact
    }
    assert shop.sound()


async def test_a_text_that_leaves_late_is_shown_in_its_place(
    shop: Shop, mia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await joined(shop, mia)
    monkeypatch.setattr("workers.runner.PAUSE_S", 0.02)
    monkeypatch.setattr("channels.web.LOOK_S", 0.05)
    shown = await visitor.thread()
    shop.line.troubles.append(Trouble(error=httpx.ConnectError))
    async with visitor.follow(after=shown[-1]["n"]) as stream, shop.working():
        await shop.company.text(mia.number, "where are you?")
        shop.clock.advance(3)
        await until(shop, lambda: not shop.line.troubles)
        await visitor.send("is there parking?")
        await until(shop, lambda: len(mia.rows("message", "text LIKE '%Mill Lane%'")) == 1)
        shop.clock.advance(6)
        frames = await stream.until(lambda got: len(got) >= 4)
    said = [data["text"][:17] for _, data in frames]
    assert said == ["where are you?", "We are at 48 Chap", "is there parking?", "There is free par"]
    assert [int(event) for event, _ in frames] == sorted(int(event) for event, _ in frames)


async def test_guessing_codes_opens_nothing(shop: Shop, mia: Person) -> None:
    await book_by_text(mia, "11am")
    visitor = await open_page(shop)
    await visitor.says("when is my appointment?")
    texts = len(mia.inbox)
    await visitor.says(mia.number)
    code = mia.inbox[texts][:6]
    for n in range(1, 6):
        assert "11:00" not in " ".join(await visitor.says(f"{(int(code) + n) % 1_000_000:06d}"))
    assert "11:00" not in " ".join(await visitor.says(code)), "after so many guesses the right code is worth nothing"
    assert "11:00" not in " ".join(await visitor.says("when is my appointment?"))
    assert not shop.rows("SELECT 1 FROM address WHERE value = :v AND contact = :c", v=visitor.session,
                         c=mia.rows("booking")[0].contact)  # fmt: skip


async def test_at_most_five_codes_a_day_go_to_a_number(shop: Shop, mia: Person) -> None:
    for _ in range(7):
        visitor = await open_page(shop)
        await visitor.says("when is my appointment?")
        await visitor.says(mia.number)
    assert sum("is your code" in text for text in mia.inbox) == 5


async def test_what_is_no_number_is_asked_again_in_whole_sentences(shop: Shop) -> None:
    visitor = await open_page(shop)
    await visitor.says("when is my appointment?")
    [told] = await visitor.says("my number is 12345")
    assert told.endswith((".", "?"))
    assert " ." not in told
